//! Good tokens, through each of the three ways to protect. Bad ones: `tests/refusals`.

use actix_test::TestServer;
use actix_web::{App, HttpRequest, web};
use approov_actix::{ApproovClaims, approov_protected};
use serde_json::json;
use support::{client::Request, token};

use crate::{
    approov, builder, patient,
    ways::{WAYS, configure},
};

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

fn serve() -> TestServer {
    let approov = approov();
    actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .configure(|app| configure(app, &approov))
    })
}

#[actix_web::test]
async fn good_tokens() {
    let server = serve();
    for value in [
        token::good(),
        format!("Bearer {}", token::good()),
        format!("bearer   {}", token::good()),
        format!("  {} \t", token::good()),
        token::with(&json!({ "exp": token::now() + 60, "nbf": token::now(), "iat": token::now() })),
        token::with(&json!({ "exp": 4_708_683_205.891_912 })),
        token::with(&json!({ "aud": "approov.io" })),
        token::with(&json!({ "aud": ["a", "b"], "iss": "acme.approov.io", "annotation": { "any": [null] } })),
        token::with(&json!({ "did": null, "arc": null })),
    ] {
        for (way, name) in WAYS
            .into_iter()
            .zip(["Approov-Token", "approov-TOKEN", "APPROOV-TOKEN"])
        {
            let answer = Request::get(way).header(name, &value).send(server.addr());
            assert_eq!((answer.status, answer.body.as_str()), (200, "in"), "{way}: {value}");
        }
    }
}

#[actix_web::test]
async fn another_token_header() {
    let approov = builder().token_header("X-Attest").build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/guard", web::to(guarded))
    });
    let ask = |name| {
        Request::get("/guard")
            .header(name, &token::good())
            .send(server.addr())
            .status
    };
    assert_eq!(ask("x-attest"), 200);
    assert_eq!(ask("Approov-Token"), 401);
}

#[actix_web::test]
async fn the_token_may_be_in_authorization() {
    let approov = builder().token_header("Authorization").build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/guard", web::to(guarded))
    });
    let value = format!("Bearer {}", token::good());
    let answer = Request::get("/guard")
        .header("Authorization", &value)
        .send(server.addr());
    assert_eq!(answer.status, 200);
}

#[test]
fn tokens_from_elsewhere() {
    let approov = approov();
    let claims = approov.verify_token(&token::bound(&["session-1"])).unwrap();
    assert_eq!(claims.device_id(), Some(token::DEVICE_ID));
    assert_eq!(claims.arc(), Some(token::ARC));
    assert!(claims.is_bound_to(["session-1"]));
    assert!(!claims.is_bound_to(["session-2"]));
    assert!(approov.verify_token(&format!("Bearer {}", token::good())).is_ok());
    for (token, rejection) in [
        (String::new(), "token_empty"),
        ("MITM_DETECTED".to_owned(), "token_status_word(MITM_DETECTED)"),
        ("a.b.c.d.e".to_owned(), "token_encrypted"),
        ("a.b".to_owned(), "token_malformed"),
        (token::forged(), "token_signature"),
        (token::expired(), "token_expired"),
    ] {
        assert_eq!(approov.verify_token(&token).unwrap_err().to_string(), rejection);
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
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/a", web::to(handler))
    });
    let token = token::with(&json!({ "channel": "beta" }));
    let answer = Request::get("/a").token(&token).send(server.addr());
    assert_eq!(answer.body, format!("/a {} Some(\"beta\")", token::DEVICE_ID));
}
