//! What the application and the log are told. Of which requests: `acceptances`.

use std::{
    fmt::Write as _,
    mem,
    sync::{Arc, Mutex},
};

use actix_web::{App, FromRequest as _, HttpResponse, http::StatusCode, test::TestRequest, web};
use approov_actix::{Approov, ApproovBuilder, ApproovClaims, SignaturePolicy};
use serde_json::json;
use support::{
    client::{Answer, Request},
    log,
    signing::{self, Message},
    token,
};

use super::{
    bound,
    checks::{BLOCKED, block},
};
use crate::{
    builder, patient,
    served::Served,
    signing_by,
    ways::{self, guarded, open, with_claims},
};

const PATHS: [&str; 3] = ["/bound", "/claims", "/scope"];

fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
    app.route("/bound", web::get().to(bound))
        .route("/claims", web::get().to(with_claims))
        .service(web::resource("/scope").get(open).wrap(approov.middleware()));
}

#[actix_web::test]
async fn hooks_add_up_in_order_and_stay_without_a_log() {
    log::capture();
    let calls = Arc::new(Mutex::new(Vec::new()));
    let call = |name: &'static str| {
        let calls = Arc::clone(&calls);
        move || calls.lock().unwrap().push(name)
    };
    let (one, two, three, four) = (call("one"), call("two"), call("three"), call("four"));
    let builder = builder()
        .logging(false)
        .on_rejection(move |_| one())
        .on_acceptance(move |_| two())
        .on_rejection(move |_| three())
        .on_acceptance(move |_| four());
    let server = Served::new(builder, |app, approov| {
        app.service(web::scope("/silent").configure(|app| configure(app, approov)));
    });
    for path in PATHS.map(|path| format!("/silent{path}")) {
        for (token, refusal, expected) in [
            (token::forged(), Some("token_signature"), ["one", "three"]),
            (token::bound(&["user"]), None, ["two", "four"]),
        ] {
            let request = Request::get(&path).token(&token).header("Authorization", "user");
            server.decides(&path, refusal, &request);
            assert_eq!(mem::take(&mut *calls.lock().unwrap()), expected);
        }
    }
    let lines = log::lines_with("/silent");
    assert!(lines.iter().all(|line| !line.contains(" approov_actix ")), "{lines:?}");
}

/// One closure changes the body for all of them, or one of the statuses.
#[actix_web::test]
async fn reject_with_builds_every_refusal() {
    let builder = signing_by(SignaturePolicy::required().body_limit(5)).check(|_, claims| block(claims));
    let builder = builder.reject_with(|event| {
        assert_eq!(event.default_status(), event.rejection.default_status());
        let status = match event.default_status() {
            StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
            other => other,
        };
        let arc = event.claims.and_then(ApproovClaims::arc).unwrap_or("-");
        HttpResponse::build(status).body(format!("{} {arc}", event.default_status().as_str()))
    });
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
    let [of_arc, too_large] = ["401", "413"].map(|status| format!("{status} {}", token::ARC));
    for path in ["/guard", "/middleware"] {
        for (request, status, body) in [
            (order(path, "a", b"12345").signed(), 200, "in"),
            (order(path, "a", b"123456").signed(), 413, &*too_large),
            (order(path, "a", b"12345").request(), 400, &of_arc),
            (order(path, BLOCKED, b"12345").signed(), 400, &of_arc),
            (Request::new("POST", path).token(&token::forged()), 400, "401 -"),
            (Request::new("POST", "/claims"), 400, "401 -"),
            // A fault of the server, with two configurations, is not asked about.
            (order("/unclear", "a", b"12345").signed(), 500, "{}"),
        ] {
            let answer = server.send(&request);
            assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
        }
    }
}

fn headers(answer: &Answer) -> [Option<&str>; 2] {
    ["cache-control", "www-authenticate"].map(|name| answer.header(name))
}

/// No cache may keep a refusal, and a 401 has a challenge. What the application says itself stays.
#[actix_web::test]
async fn each_refusal_says_no_store_and_names_a_scheme() {
    let own = |status: StatusCode, name: &'static str, value: &'static str| {
        builder().reject_with(move |_| HttpResponse::build(status).insert_header((name, value)).finish())
    };
    let (bad, refused) = (StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED);
    for (builder, cache_control, challenge) in [
        (own(refused, "X", "x"), "no-store", Some("Approov")),
        (own(bad, "X", "x"), "no-store", None),
        (own(refused, "Cache-Control", "private"), "private", Some("Approov")),
        (own(refused, "WWW-Authenticate", "Bearer"), "no-store", Some("Bearer")),
    ] {
        let server = Served::new(builder, configure);
        for path in PATHS {
            let answer = server.send(&Request::get(path));
            assert_eq!(headers(&answer), [Some(cache_control), challenge], "{path}");
        }
        let answer = server.send(&Request::get("/scope").token(&token::good()));
        assert_eq!((answer.status, headers(&answer)), (200, [None, None]));
    }
    let unconfigured = actix_test::start_with(patient(), || App::new().route("/", web::get().to(guarded)));
    let answer = Request::get("/").send(unconfigured.addr());
    assert_eq!((answer.status, headers(&answer)), (500, [Some("no-store"), None]));
}

/// Whatever is sent, and however it ends, no log line and no `Debug` shows it.
#[actix_web::test]
async fn no_token_secret_or_bound_value_is_ever_shown() {
    log::capture();
    let user = "Bearer needle-of-the-bound-value";
    let shown = Arc::<Mutex<String>>::default();
    let (rejections, acceptances) = (Arc::clone(&shown), Arc::clone(&shown));
    let builder = builder().name("retail").request_id(|_| Some("r-4".to_owned()));
    let builder = builder
        .on_rejection(move |event| writeln!(rejections.lock().unwrap(), "{event:?} {:?}", event.request).unwrap())
        .on_acceptance(move |event| writeln!(acceptances.lock().unwrap(), "{event:?} {:?}", event.request).unwrap());
    let server = Served::new(builder, configure);
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
    for path in PATHS {
        for token in &tokens {
            let request = Request::get(path).token(token).header("Authorization", user);
            let _ = server.send(&request);
            let _ = server.send(&request.token(token));
        }
    }
    let mut shown = mem::take(&mut *shown.lock().unwrap());
    for of_event in ["BindingClaimMissing", "token_cached", "retail", "r-4", token::DEVICE_ID] {
        assert!(shown.contains(of_event), "{of_event}");
    }
    for token in &tokens {
        writeln!(shown, "{:?}", server.approov.verify_token(token)).unwrap();
    }
    // `approov_actix` lines only: other crates of the test, such as actix's own, log at `trace` what they like.
    shown += &log::lines_with(" approov_actix ").join("\n");
    assert!(shown.contains("REJECTED") && shown.contains("ACCEPTED"));
    let segments = tokens.iter().flat_map(|token| token.split('.'));
    let segments = segments.filter(|segment| segment.len() > 6);
    for needle in segments.chain(["needle", &token::SECRET[..12], &token::binding(&[user])]) {
        assert!(!shown.contains(needle), "{needle} is shown");
    }
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
