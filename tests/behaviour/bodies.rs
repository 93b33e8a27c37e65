//! No byte of a refused request's body is read.

use actix_test::TestServer;
use actix_web::{App, web};
use approov_actix::{ApproovClaims, approov_protected};
use serde_json::Value;
use support::{client::Request, token};

use crate::{approov, patient};

#[approov_protected]
async fn guarded(body: web::Json<Value>) -> String {
    body.to_string()
}

#[approov_protected]
async fn guarded_bytes(body: web::Bytes, _form: Option<web::Form<Value>>) -> String {
    format!("{}", body.len())
}

async fn with_claims(_claims: ApproovClaims, body: web::Json<Value>) -> String {
    body.to_string()
}

async fn open(body: web::Json<Value>) -> String {
    body.to_string()
}

const WAYS: [&str; 3] = ["/guard", "/claims", "/middleware"];

fn serve() -> TestServer {
    let approov = approov();
    actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/guard", web::post().to(guarded))
            .route("/bytes", web::post().to(guarded_bytes))
            .route("/claims", web::post().to(with_claims))
            .service(
                web::scope("/middleware")
                    .route("", web::post().to(open))
                    .wrap(approov.middleware()),
            )
    })
}

#[actix_web::test]
async fn a_good_token_brings_the_body_to_the_handler() {
    let server = serve();
    for way in WAYS {
        let request = Request::post(way, "application/json", r#"{"a":1}"#).token(&token::good());
        let answer = request.send(server.addr());
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"a":1}"#), "{way}");
    }
    let body = "x".repeat(200_000);
    let request = Request::post("/bytes", "text/plain", &body).token(&token::good());
    assert_eq!(request.send(server.addr()).body, "200000");
}

#[actix_web::test]
async fn with_a_good_token_the_extractors_own_errors_show() {
    let server = serve();
    for way in WAYS {
        let malformed = Request::post(way, "application/json", "{not json").token(&token::good());
        assert_eq!(malformed.send(server.addr()).status, 400, "{way}");
        let text = Request::post(way, "text/plain", "{}").token(&token::good());
        assert_eq!(text.send(server.addr()).status, 400, "{way}");
    }
}

#[actix_web::test]
async fn a_bad_token_wins_over_everything_wrong_with_the_body() {
    let server = serve();
    for way in WAYS {
        for request in [
            Request::post(way, "application/json", "{not json"),
            Request::post(way, "text/plain", "not even JSON"),
            Request::post(way, "application/json", ""),
            Request::new("POST", way)
                .header("Content-Type", "application/json")
                .header("Content-Length", "99999999"),
            // The body never comes: whoever waits for it runs into the client's time limit.
            Request::new("POST", way)
                .header("Content-Type", "application/json")
                .header("Content-Length", "7"),
            Request::new("POST", way)
                .header("Content-Type", "application/json")
                .header("Transfer-Encoding", "chunked"),
            Request::new("POST", way)
                .header("Content-Encoding", "gzip")
                .header("Content-Length", "7"),
            Request::new("POST", way)
                .header("Upgrade", "websocket")
                .header("Connection", "Upgrade"),
        ] {
            for request in [request.clone(), request.token(&token::forged())] {
                let answer = request.send(server.addr());
                assert_eq!((answer.status, answer.body.as_str()), (401, "{}"), "{way} {request:?}");
            }
        }
    }
}

/// An extractor that is pending for ever would hang if it were started before the verdict.
#[actix_web::test]
async fn no_extractor_is_started_before_the_verdict() {
    use std::{
        future::{Pending, pending},
        sync::atomic::{AtomicBool, Ordering},
    };

    use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};

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

    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/", web::get().to(handler))
    });
    assert_eq!(Request::get("/").send(server.addr()).status, 401);
    assert!(!STARTED.load(Ordering::SeqCst));
}
