//! What the application and the log are told.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use actix_web::{App, FromRequest as _, HttpResponse, http::StatusCode, test::TestRequest, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, CheckFailed, Refused, Rejection, RejectionEvent, SignaturePolicy,
    approov_protected,
};
use serde_json::json;
use support::{
    client::Request,
    log,
    signing::{self, Message},
    token,
};

use crate::{
    builder, patient,
    served::Served,
    signing_by,
    ways::{self, guarded, open, with_claims},
};

#[approov_protected(binding = "Authorization")]
async fn bound() -> &'static str {
    "in"
}

async fn optional(claims: Option<ApproovClaims>) -> String {
    claims.is_some().to_string()
}

async fn result(claims: Result<ApproovClaims, Refused>) -> Result<String, Refused> {
    match claims {
        Err(refused) if refused.rejection() == Rejection::TokenExpired => Ok("expired".to_owned()),
        claims => claims.map(|_| "in".to_owned()),
    }
}

async fn rejection(claims: Result<ApproovClaims, Refused>) -> String {
    let code = claims.map_err(Rejection::from).err();
    code.map_or_else(|| "in".to_owned(), |rejection| rejection.to_string())
}

/// Those ways that refuse.
const REFUSING: [&str; 4] = ["/bound", "/claims", "/scope", "/result"];

fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
    app.route("/bound", web::get().to(bound))
        .route("/claims", web::get().to(with_claims))
        .route("/optional", web::get().to(optional))
        .route("/result", web::get().to(result))
        .route("/rejection", web::get().to(rejection))
        .service(web::resource("/scope").get(open).wrap(approov.middleware()));
}

#[actix_web::test]
async fn hooks_add_up_in_order() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let call = |name: &'static str| {
        let calls = Arc::clone(&calls);
        move || calls.lock().unwrap().push(name)
    };
    let (one, two, three, four) = (call("one"), call("two"), call("three"), call("four"));
    let builder = builder()
        .on_rejection(move |_| one())
        .on_acceptance(move |_| two())
        .on_rejection(move |_| three())
        .on_acceptance(move |_| four());
    let server = Served::new(builder, configure);
    for (token, refusal, expected) in [
        (token::forged(), Some("token_signature"), ["one", "three"]),
        (token::good(), None, ["two", "four"]),
    ] {
        server.decides("hooks", refusal, &Request::get("/claims").token(&token));
        assert_eq!(std::mem::take(&mut *calls.lock().unwrap()), expected);
    }
}

#[actix_web::test]
async fn a_swallowed_refusal_is_not_told() {
    log::capture();
    let server = Served::new(builder(), |app, approov| {
        app.service(web::scope("/swallowed").configure(|app| configure(app, approov)));
    });
    for (path, token, body) in [
        ("/swallowed/optional", token::forged(), "false"),
        ("/swallowed/optional", token::good(), "true"),
        ("/swallowed/result", token::expired(), "expired"),
        (
            "/swallowed/rejection",
            "NO_NETWORK".to_owned(),
            "token_status_word(NO_NETWORK)",
        ),
    ] {
        let answer = server.accepts(path, &Request::get(path).token(&token));
        assert_eq!(answer.body, body, "{path}");
    }
    let lines = log::lines_with("GET /swallowed/");
    assert!(lines.iter().all(|line| !line.contains("REJECT")), "{lines:?}");
}

#[actix_web::test]
async fn reject_with_builds_every_refusal() {
    let builder = builder().reject_with(|event: &RejectionEvent<'_>| {
        let is_missing = event.rejection == Rejection::TokenMissing;
        let arc = event.claims.and_then(ApproovClaims::arc).unwrap_or("-");
        HttpResponse::build(if is_missing {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::FORBIDDEN
        })
        .insert_header(("X-Support", arc))
        .body("no")
    });
    let server = Served::new(builder, configure);
    let check = |request: &Request, status, arc| {
        let answer = server.send(request);
        let expected = (status, "no", Some(arc));
        assert_eq!(
            (answer.status, answer.body.as_str(), answer.header("x-support")),
            expected
        );
    };
    for path in REFUSING {
        check(&Request::get(path), 400, "-");
        check(&Request::get(path).token(&token::forged()), 403, "-");
    }
    check(&Request::get("/bound").token(&token::good()), 403, token::ARC);
}

/// No cache may keep a refusal, and a 401 has a challenge. What the application says itself stays.
#[actix_web::test]
async fn each_refusal_says_no_store_and_names_a_scheme() {
    let own = |status: StatusCode, name: &'static str, value: &'static str| {
        builder().reject_with(move |_| HttpResponse::build(status).insert_header((name, value)).finish())
    };
    let (bad, refused) = (StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED);
    let approov = Some("Approov");
    for (builder, cache_control, challenge) in [
        (own(refused, "X", "x"), "no-store", approov),
        (own(bad, "X", "x"), "no-store", None),
        (own(refused, "Cache-Control", "private"), "private", approov),
        (own(refused, "WWW-Authenticate", "Bearer"), "no-store", Some("Bearer")),
    ] {
        let server = Served::new(builder, configure);
        for path in REFUSING {
            let answer = server.send(&Request::get(path));
            assert_eq!(answer.header("cache-control"), Some(cache_control), "{path}");
            assert_eq!(answer.header("www-authenticate"), challenge, "{path}");
        }
        let answer = server.send(&Request::get("/scope").token(&token::good()));
        let headers = ["cache-control", "www-authenticate"].map(|name| answer.header(name));
        assert_eq!((answer.status, headers), (200, [None, None]));
    }
    let unconfigured = actix_test::start_with(patient(), || App::new().route("/", web::get().to(guarded)));
    let answer = Request::get("/").send(unconfigured.addr());
    assert_eq!((answer.status, answer.header("cache-control")), (500, Some("no-store")));
    assert_eq!(answer.header("www-authenticate"), None);
}

/// So that one closure changes the body for all of them, or one of the statuses.
#[actix_web::test]
async fn reject_with_is_told_the_default_status() {
    let builder = signing_by(SignaturePolicy::required().body_limit(5)).check(|_, claims| {
        let is_blocked = claims.device_id() == Some("blocked");
        (!is_blocked).then_some(()).ok_or(CheckFailed::new("device_blocked"))
    });
    let builder = builder
        .reject_with(|event| {
            assert_eq!(event.default_status(), event.rejection.default_status());
            let status = match event.default_status() {
                StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
                other => other,
            };
            HttpResponse::build(status).body(event.default_status().as_str().to_owned())
        })
        .on_rejection(|event| assert_eq!(event.default_status(), event.rejection.default_status()));
    let server = Served::new(builder, |app, approov| {
        ways::configure(app, approov);
        let two = web::Data::new(crate::approov());
        app.service(web::resource("/unclear").app_data(two).post(guarded));
    });
    let order = |path: &str, device: &str, body: &[u8]| {
        let token = signing::token(&json!({ "did": device }));
        let order = Message::new("POST", &format!("https://api.example.com{path}"));
        order.header("Approov-Token", &token).body(body)
    };
    for path in ["/guard", "/middleware"] {
        for (request, status, body) in [
            (order(path, "a", b"12345").signed(), 200, "in"),
            (order(path, "a", b"123456").signed(), 413, "413"),
            (order(path, "a", b"12345").request(), 400, "401"),
            (order(path, "blocked", b"12345").signed(), 400, "401"),
            (Request::new("POST", path).token(&token::forged()), 400, "401"),
        ] {
            let answer = server.send(&request);
            assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
        }
    }
    // A fault of the server, with two configurations, is not asked about.
    let answer = server.send(&order("/unclear", "a", b"12345").signed());
    assert_eq!((answer.status, answer.body.as_str()), (500, "{}"));
}

/// Whatever is sent, and however it ends, no log line and no `Debug` shows it.
#[actix_web::test]
async fn no_token_secret_or_bound_value_is_ever_logged() {
    log::capture();
    let user = "Bearer needle-of-the-bound-value";
    let server = Served::new(builder(), configure);
    let good = token::bound(&[user]);
    let tokens = [
        good.clone(),
        token::good(),
        token::forged(),
        token::expired(),
        format!("{good}.needle"),
        "needle-of-junk".to_owned(),
        token::sign(token::SECRET, r#"{"alg":"needle-of-alg"}"#, "{}"),
        token::with(&json!({ "did": ["needle-of-did"] })),
    ];
    for path in REFUSING.into_iter().chain(["/optional", "/rejection"]) {
        for token in &tokens {
            let request = Request::get(path).token(token).header("Authorization", user);
            let _ = server.send(&request);
            let _ = server.send(&request.token(token));
        }
    }
    // `approov_actix` lines only: other crates of the test, such as actix's own, log at `trace` what they like.
    let mut shown = log::lines_with(" approov_actix ").join("\n");
    for token in &tokens {
        writeln!(shown, "{:?}", server.approov.verify_token(token)).unwrap();
    }
    assert!(shown.contains("REJECTED") && shown.contains("ACCEPTED"));
    let segments = tokens
        .iter()
        .flat_map(|token| token.split('.'))
        .filter(|segment| segment.len() > 6);
    for needle in segments.chain(["needle", &token::SECRET[..12], &token::binding(&[user])]) {
        assert!(!shown.contains(needle), "{needle} is shown");
    }
}

#[actix_web::test]
async fn logging_can_be_switched_off_and_the_hooks_cannot() {
    log::capture();
    let server = Served::new(builder().logging(false), |app, approov| {
        app.service(web::scope("/silent").configure(|app| ways::configure(app, approov)));
    });
    for way in ways::WAYS {
        let request = Request::get(&format!("/silent{way}"));
        let _ = server.send(&request.clone().token(&token::forged()));
        let _ = server.send(&request.token(&token::good()));
        assert_eq!(server.told(), ["token_signature", "accepted"], "{way}");
    }
    let lines = log::lines_with("/silent");
    assert!(lines.iter().all(|line| !line.contains(" approov_actix ")), "{lines:?}");
}

/// Middleware that logs errors, such as `tracing-actix-web`, asks for it.
#[actix_web::test]
async fn a_refusal_knows_its_status_as_an_error() {
    let own = |builder: ApproovBuilder| builder.reject_with(|_| HttpResponse::Forbidden().finish());
    for (status, builder) in [(401, builder()), (403, own(builder()))] {
        let request = TestRequest::default().app_data(builder.build().unwrap());
        let refused = ApproovClaims::extract(&request.to_http_request()).await.unwrap_err();
        let error = actix_web::Error::from(refused);
        assert_eq!(error.as_response_error().status_code(), status);
        assert_eq!(error.error_response().status(), status);
    }
}
