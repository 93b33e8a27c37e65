//! Where the token is and where its claims go. Tokens, good and bad: `tests/refusals`.

use actix_web::{HttpRequest, web};
use approov_actix::{ApproovClaims, approov_protected};
use serde_json::json;
use support::{client::Request, token};

use crate::{
    builder,
    served::Served,
    ways::{self, WAYS},
};

#[actix_web::test]
async fn another_token_header() {
    let server = Served::new(builder().token_header("X-Attest"), ways::configure);
    for way in WAYS {
        let get = |name: &str| Request::get(way).header(name, &token::good());
        server.accepts(way, &get("x-attest"));
        server.refuses(way, "token_missing", &get("Approov-Token"));
    }
}

/// Claims are read in a handler through the guard as well.
#[actix_web::test]
async fn claims_reach_the_handler() {
    #[approov_protected]
    async fn handler(request: HttpRequest, claims: ApproovClaims) -> String {
        let channel: Option<String> = claims.claim("channel").unwrap();
        format!("{} {} {channel:?}", request.path(), claims.device_id().unwrap())
    }
    let server = Served::new(builder(), |app, _| {
        app.route("/a", web::to(handler));
    });
    let token = token::with(&json!({ "channel": "beta" }));
    let answer = server.accepts("claims", &Request::get("/a").token(&token));
    assert_eq!(answer.body, format!("/a {} Some(\"beta\")", token::DEVICE_ID));
}
