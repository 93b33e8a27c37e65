//! No byte of a refused request's body is read.

use std::{
    future::{Pending, pending},
    sync::atomic::{AtomicBool, Ordering},
};

use actix_web::{Error, FromRequest, HttpRequest, dev::Payload, web};
use approov_actix::{Approov, ApproovClaims, approov_protected};
use serde_json::Value;
use support::{client::Request, token};

use crate::{builder, served::Served, ways::WAYS};

#[approov_protected]
async fn guarded(body: web::Json<Value>) -> web::Json<Value> {
    body
}

fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
    let open = async |body: web::Json<Value>| body;
    app.route("/guard", web::post().to(guarded))
        .route(
            "/claims",
            web::post().to(async |_: ApproovClaims, body: web::Json<Value>| body),
        )
        .service(web::resource("/middleware").post(open).wrap(approov.middleware()));
}

/// Behind a good token the handler gets the body, or the extractor answers with its own error.
#[actix_web::test]
async fn a_bad_token_wins_over_everything_wrong_with_the_body() {
    let server = Served::new(builder(), configure);
    let large = format!("\"{}\"", "x".repeat(200_000));
    for way in WAYS {
        let json = Request::new("POST", way).header("Content-Type", "application/json");
        let gzip = Request::new("POST", way).header("Content-Encoding", "gzip");
        let upgrade = Request::new("POST", way).header("Upgrade", "websocket");
        for request in [
            Request::post(way, "application/json", "{not json"),
            Request::post(way, "text/plain", "not even JSON"),
            Request::post(way, "application/json", ""),
            json.clone().header("Content-Length", "99999999"),
            // The body never comes: whoever waits for it runs into the client's time limit.
            json.clone().header("Content-Length", "7"),
            json.header("Transfer-Encoding", "chunked"),
            gzip.header("Content-Length", "7"),
            upgrade.header("Connection", "Upgrade"),
        ] {
            server.refuses(way, "token_missing", &request);
            server.refuses(way, "token_signature", &request.token(&token::forged()));
        }
        for body in [r#"{"a":1}"#, &large] {
            let request = Request::post(way, "application/json", body).token(&token::good());
            assert_eq!(server.accepts(way, &request).body, body, "{way}");
        }
        let no_json = Request::post(way, "application/json", "{not json").token(&token::good());
        assert_eq!(server.send(&no_json).status, 400, "{way}");
    }
}

/// An extractor that is pending for ever would hang if it were started before the verdict.
#[actix_web::test]
async fn no_extractor_is_started_before_the_verdict() {
    static STARTED: AtomicBool = AtomicBool::new(false);

    struct Never;

    impl FromRequest for Never {
        type Error = Error;
        type Future = Pending<Result<Self, Error>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            STARTED.store(true, Ordering::SeqCst);
            pending()
        }
    }

    #[approov_protected]
    async fn handler(_: Never) -> &'static str {
        "in"
    }

    let server = Served::new(builder(), |app, _| {
        app.route("/", web::get().to(handler));
    });
    server.refuses("never", "token_missing", &Request::get("/"));
    assert!(!STARTED.load(Ordering::SeqCst));
}
