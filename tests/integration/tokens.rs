//! Every kind of token, through each of the three ways to protect.

use std::net::SocketAddr;

use actix_test::TestServer;
use actix_web::{App, HttpRequest, web};
use approov_actix::{ApproovClaims, Rejection, approov_protected};
use serde_json::json;
use support::{
    client::{Answer, Request},
    token,
};

use crate::{approov, builder};

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

async fn with_claims(claims: ApproovClaims) -> String {
    format!("in {}", claims.device_id().unwrap())
}

async fn open() -> &'static str {
    "in"
}

const WAYS: [&str; 3] = ["/guard", "/claims", "/middleware"];

fn serve() -> TestServer {
    let approov = approov();
    actix_test::start(move || {
        App::new()
            .app_data(approov.clone())
            .route("/guard", web::to(guarded))
            .route("/claims", web::to(with_claims))
            .service(
                web::scope("/middleware")
                    .route("", web::to(open))
                    .wrap(approov.middleware()),
            )
    })
}

/// The answer, which must be the same however the route is protected.
fn ask(server: SocketAddr, request: impl Fn(Request) -> Request) -> Answer {
    let answers = WAYS.map(|way| request(Request::get(way)).send(server));
    if answers[0].status == 200 {
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    } else {
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
    }
    answers[0].clone()
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
        let answer = Request::get("/guard")
            .header("Approov-Token", &value)
            .send(server.addr());
        assert_eq!((answer.status, answer.body.as_str()), (200, "in"), "{value}");
        let answer = Request::get("/middleware")
            .header("approov-TOKEN", &value)
            .send(server.addr());
        assert_eq!(answer.status, 200, "{value}");
    }
    assert_eq!(ask(server.addr(), |request| request.token(&token::good())).status, 200);
}

#[actix_web::test]
async fn every_refusal_looks_alike() {
    let server = serve();
    let good = token::good();
    let plain = ask(server.addr(), |request| request);
    assert_eq!(plain.status, 401);
    assert_eq!(plain.body, "{}");
    assert_eq!(
        plain.headers,
        [
            ("content-length", "2"),
            ("connection", "close"),
            ("content-type", "application/json")
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );

    let sign = |header: &str| token::sign(token::SECRET, header, &token::claims(&json!({})).to_string());
    for value in [
        String::new(),
        "Bearer".to_owned(),
        "NO_NETWORK".to_owned(),
        "Bearer REJECTED".to_owned(),
        "junk".to_owned(),
        "a.b.c".to_owned(),
        "a.b.c.d.e".to_owned(),
        format!("{good}{}", "A".repeat(8192)),
        format!("{good}, {good}"),
        format!("{good},{good}"),
        format!("{good} {good}"),
        format!("Basic {good}"),
        format!("Bearer Bearer {good}"),
        format!("\"{good}\""),
        format!("{good}="),
        format!("{good}."),
        good.replace('.', ". "),
        good[..good.rfind('.').unwrap()].to_owned(),
        good[..=good.rfind('.').unwrap()].to_owned(),
        token::forged(),
        token::expired(),
        token::with(&json!({ "exp": token::now() })),
        token::with(&json!({ "exp": null })),
        token::with(&json!({ "exp": "" })),
        token::with(&json!({ "exp": (token::now() + 60).to_string() })),
        token::with(&json!({ "exp": 1e15 })),
        token::with(&json!({ "exp": -1 })),
        token::with(&json!({ "nbf": token::now() + 60 })),
        token::with(&json!({ "did": 1 })),
        token::sign(
            token::SECRET,
            r#"{"alg":"HS256"}"#,
            r#"{"exp":4102444800,"exp":4102444800}"#,
        ),
        token::sign(token::SECRET, r#"{"alg":"HS256"}"#, r"[]"),
        sign(r#"{"alg":"none"}"#),
        sign(r#"{"alg":"HS512"}"#),
        sign(r#"{"alg":"HS256","crit":["exp"],"exp":1}"#),
        sign(r#"{"alg":"HS256","b64":false}"#),
        sign(r#"{"alg":"HS256","alg":"HS256"}"#),
    ] {
        assert_eq!(
            ask(server.addr(), |request| request.header("Approov-Token", &value)),
            plain,
            "{value}"
        );
    }
    let twice = |request: Request| request.token(&good).token(&good);
    assert_eq!(ask(server.addr(), twice), plain);
    let good_and_empty = |request: Request| request.token(&good).token("");
    assert_eq!(ask(server.addr(), good_and_empty), plain);
    let not_text = |request: Request| request.raw_header("Approov-Token", b"\xff\xfe");
    assert_eq!(ask(server.addr(), not_text), plain);
    let elsewhere = |request: Request| request.header("Authorization", &good).header("Approov_Token", &good);
    assert_eq!(ask(server.addr(), elsewhere), plain);
}

/// Deep and wide JSON with a good signature: of no use to a forger, but no reason to fall over either.
#[actix_web::test]
async fn odd_payloads_do_no_harm() {
    let server = serve();
    let deep = |depth: usize| {
        let claims = format!(r#"{{"exp":4102444800,"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        token::sign(token::SECRET, r#"{"alg":"HS256"}"#, &claims)
    };
    assert_eq!(
        Request::get("/guard").token(&deep(2500)).send(server.addr()).status,
        200
    );

    let forged_deep_header = token::sign(token::OTHER_SECRET, &"[".repeat(3000), "{}");
    assert_eq!(
        Request::get("/guard")
            .token(&forged_deep_header)
            .send(server.addr())
            .status,
        401
    );
    let many: Vec<_> = (0..700).map(|i| format!(r#""{i}":0"#)).collect();
    let wide = token::sign(token::OTHER_SECRET, &format!("{{{}}}", many.join(",")), "{}");
    assert_eq!(Request::get("/guard").token(&wide).send(server.addr()).status, 401);
    assert_eq!(ask(server.addr(), |request| request.token(&token::good())).status, 200);
}

#[actix_web::test]
async fn another_token_header() {
    let approov = builder().token_header("X-Attest").build().unwrap();
    let server = actix_test::start(move || App::new().app_data(approov.clone()).route("/guard", web::to(guarded)));
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
    let server = actix_test::start(move || App::new().app_data(approov.clone()).route("/guard", web::to(guarded)));
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
        (String::new(), Rejection::TokenEmpty),
        ("MITM_DETECTED".to_owned(), Rejection::TokenStatusWord("MITM_DETECTED")),
        ("a.b.c.d.e".to_owned(), Rejection::TokenEncrypted),
        ("a.b".to_owned(), Rejection::TokenMalformed),
        (token::forged(), Rejection::TokenSignature),
        (token::expired(), Rejection::TokenExpired),
    ] {
        assert_eq!(approov.verify_token(&token).unwrap_err(), rejection);
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
    let server = actix_test::start(move || App::new().app_data(approov.clone()).route("/a", web::to(handler)));
    let token = token::with(&json!({ "channel": "beta" }));
    let answer = Request::get("/a").token(&token).send(server.addr());
    assert_eq!(answer.body, format!("/a {} Some(\"beta\")", token::DEVICE_ID));
}
