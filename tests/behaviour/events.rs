//! What the application and the log are told.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use actix_web::{App, FromRequest as _, HttpResponse, http::StatusCode, test::TestRequest, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, CheckFailed, Enforcement, Refused, Rejection, RejectionEvent,
    SignaturePolicy, approov_protected,
};
use support::{
    client::Request,
    log,
    signing::{self, Message},
    token,
};

use crate::{approov, builder, patient, signing_by};

#[approov_protected(binding = "Authorization")]
async fn bound() -> &'static str {
    "in"
}

#[approov_protected]
async fn default() -> &'static str {
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
    claims
        .map_err(Rejection::from)
        .map_or_else(|rejection| rejection.to_string(), |_| "in".to_owned())
}

/// Code, path, device id and enforcement of each event.
type Events = Arc<Mutex<Vec<(String, String, Option<String>, Enforcement)>>>;

fn recording(builder: ApproovBuilder) -> (Approov, Events) {
    let events = Events::default();
    let record = Arc::clone(&events);
    let approov = builder
        .on_rejection(move |event| {
            record.lock().unwrap().push((
                event.rejection.to_string(),
                event.request.uri.path().to_owned(),
                event.claims.and_then(|claims| claims.device_id().map(str::to_owned)),
                event.enforcement,
            ));
        })
        .build()
        .unwrap();
    (approov, events)
}

fn serve(approov: Approov) -> actix_test::TestServer {
    actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/bound", web::get().to(bound))
            .route("/claims", web::get().to(|_: ApproovClaims| async { "in" }))
            .route("/optional", web::get().to(optional))
            .route("/result", web::get().to(result))
            .route("/rejection", web::get().to(rejection))
            .service(
                web::scope("/scope")
                    .route("", web::get().to(|| async { "in" }))
                    .wrap(approov.middleware()),
            )
    })
}

#[actix_web::test]
async fn each_refusal_is_told_once_with_claims_of_genuine_tokens_only() {
    let (approov, events) = recording(builder());
    let server = serve(approov);
    let ask = |request: Request| request.send(server.addr()).status;

    for path in ["/bound", "/claims", "/scope", "/result"] {
        assert_eq!(ask(Request::get(path).token(&token::forged())), 401);
        let event = (
            "token_signature".to_owned(),
            path.to_owned(),
            None,
            Enforcement::Enforce,
        );
        assert_eq!(std::mem::take(&mut *events.lock().unwrap()), [event]);
    }
    assert_eq!(
        ask(Request::get("/bound")
            .token(&token::good())
            .header("Authorization", "a")),
        401
    );
    let device = Some(token::DEVICE_ID.to_owned());
    let event = (
        "binding_claim_missing".to_owned(),
        "/bound".to_owned(),
        device,
        Enforcement::Enforce,
    );
    assert_eq!(std::mem::take(&mut *events.lock().unwrap()), [event]);
}

#[actix_web::test]
async fn hooks_add_up_in_order() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let call = |name: &'static str| {
        let calls = Arc::clone(&calls);
        move || calls.lock().unwrap().push(name)
    };
    let (one, two, three, four) = (call("one"), call("two"), call("three"), call("four"));
    let approov = builder()
        .on_rejection(move |_| one())
        .on_acceptance(move |_| two())
        .on_rejection(move |_| three())
        .on_acceptance(move |_| four())
        .build()
        .unwrap();
    let server = serve(approov);
    for (token, status, expected) in [
        (token::forged(), 401, ["one", "three"]),
        (token::good(), 200, ["two", "four"]),
    ] {
        let request = Request::get("/claims").token(&token);
        assert_eq!(request.send(server.addr()).status, status);
        assert_eq!(std::mem::take(&mut *calls.lock().unwrap()), expected);
    }
}

#[actix_web::test]
async fn a_swallowed_refusal_is_not_told() {
    log::capture();
    let (approov, events) = recording(builder());
    let server = serve(approov);
    let ask = |path: &str, token: &str| Request::get(path).token(token).send(server.addr()).body;

    assert_eq!(ask("/optional", &token::forged()), "false");
    assert_eq!(ask("/optional", &token::good()), "true");
    assert_eq!(ask("/result", &token::expired()), "expired");
    assert_eq!(ask("/rejection", "NO_NETWORK"), "token_status_word(NO_NETWORK)");
    assert!(events.lock().unwrap().is_empty());
    assert!(
        log::lines_with("REJECTED")
            .iter()
            .all(|line| !line.contains("/optional") && !line.contains("/rejection"))
    );
}

#[actix_web::test]
async fn reject_with_builds_every_refusal() {
    let approov = builder()
        .reject_with(|event: &RejectionEvent<'_>| {
            let status = if event.rejection == Rejection::TokenMissing {
                400
            } else {
                403
            };
            HttpResponse::build(status.try_into().unwrap())
                .insert_header(("X-Support", event.claims.and_then(ApproovClaims::arc).unwrap_or("-")))
                .body("no")
        })
        .build()
        .unwrap();
    let server = serve(approov);
    for path in ["/bound", "/claims", "/scope", "/result"] {
        let answer = Request::get(path).send(server.addr());
        assert_eq!((answer.status, answer.body.as_str()), (400, "no"), "{path}");
        let answer = Request::get(path).token(&token::forged()).send(server.addr());
        assert_eq!((answer.status, answer.header("x-support")), (403, Some("-")), "{path}");
    }
    let answer = Request::get("/bound").token(&token::good()).send(server.addr());
    assert_eq!((answer.status, answer.header("x-support")), (403, Some(token::ARC)));
}

/// No cache may keep a refusal, and a 401 has a challenge. What the application says itself stays.
#[actix_web::test]
async fn each_refusal_says_no_store_and_names_a_scheme() {
    let own = |status: u16, header: Option<(&'static str, &'static str)>| {
        builder().reject_with(move |_| {
            let mut response = HttpResponse::build(status.try_into().unwrap());
            if let Some(header) = header {
                response.insert_header(header);
            }
            response.finish()
        })
    };
    for (builder, cache_control, challenge) in [
        (builder(), "no-store", Some("Approov")),
        (own(401, None), "no-store", Some("Approov")),
        (own(400, None), "no-store", None),
        (own(401, Some(("Cache-Control", "private"))), "private", Some("Approov")),
        (
            own(401, Some(("WWW-Authenticate", "Bearer"))),
            "no-store",
            Some("Bearer"),
        ),
    ] {
        let server = serve(builder.build().unwrap());
        for path in ["/bound", "/claims", "/scope", "/result"] {
            let answer = Request::get(path).send(server.addr());
            assert_eq!(answer.header("cache-control"), Some(cache_control), "{path}");
            assert_eq!(answer.header("www-authenticate"), challenge, "{path}");
        }
        let answer = Request::get("/scope").token(&token::good()).send(server.addr());
        assert_eq!((answer.status, answer.header("cache-control")), (200, None));
        assert_eq!(answer.header("www-authenticate"), None);
    }
    let unconfigured = actix_test::start_with(patient(), || App::new().route("/", web::get().to(default)));
    let answer = Request::get("/").send(unconfigured.addr());
    assert_eq!((answer.status, answer.header("cache-control")), (500, Some("no-store")));
    assert_eq!(answer.header("www-authenticate"), None);
}

/// So that one closure changes the body for all of them, or one of the statuses.
#[actix_web::test]
async fn reject_with_is_told_the_default_status() {
    let signature = SignaturePolicy::required().body_limit(5);
    let builder = signing_by(signature).check(|_, claims| {
        let is_blocked = claims.device_id() == Some("blocked");
        if is_blocked {
            Err(CheckFailed::new("device_blocked"))
        } else {
            Ok(())
        }
    });
    let approov = builder
        .reject_with(|event| {
            assert_eq!(event.default_status(), event.rejection.default_status());
            let status = match event.default_status() {
                StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
                other => other,
            };
            HttpResponse::build(status).body(event.default_status().as_str().to_owned())
        })
        .on_rejection(|event| assert_eq!(event.default_status(), event.rejection.default_status()))
        .build()
        .unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/guard", web::post().to(default))
            .service(
                web::resource("/middleware")
                    .route(web::post().to(|| async { "in" }))
                    .wrap(approov.middleware()),
            )
            .service(
                web::resource("/unclear")
                    .app_data(web::Data::new(crate::approov()))
                    .route(web::post().to(default)),
            )
    });
    let order = |path: &str, device: &str, body: &[u8]| {
        let token = signing::token(&serde_json::json!({ "did": device }));
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
            let answer = request.send(server.addr());
            assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
        }
    }
    // A fault of the server, with two configurations, is not asked about.
    let answer = order("/unclear", "a", b"12345").signed().send(server.addr());
    assert_eq!((answer.status, answer.body.as_str()), (500, "{}"));
}

#[actix_web::test]
async fn the_log_names_reasons_and_genuine_devices() {
    log::capture();
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/log/{n}", web::get().to(bound))
    });
    let ask = |n: &str, token: &str, user: &str| {
        let request = Request::get(&format!("/log/{n}?secret=in-query")).token(token);
        request.header("Authorization", user).send(server.addr()).status
    };
    let device = format!("arc={} did={}", token::ARC, token::DEVICE_ID);

    assert_eq!(ask("1", &token::forged(), "u"), 401);
    assert_eq!(
        log::lines_with("/log/1"),
        ["INFO approov_actix REJECTED token_signature GET /log/1"]
    );
    assert_eq!(ask("2", "NO_NETWORK", "u"), 401);
    assert_eq!(
        log::lines_with("/log/2"),
        ["INFO approov_actix REJECTED token_status_word(NO_NETWORK) GET /log/2"]
    );
    assert_eq!(ask("3", &token::bound(&["v"]), "u"), 401);
    assert_eq!(
        log::lines_with("/log/3"),
        [format!(
            "INFO approov_actix REJECTED binding_mismatch GET /log/3 {device}"
        )]
    );
    assert_eq!(ask("4", &token::bound(&["u"]), "u"), 200);
    assert_eq!(
        log::lines_with("/log/4"),
        [format!("DEBUG approov_actix ACCEPTED GET /log/4 {device}")]
    );
    assert!(log::lines_with("in-query").is_empty());
}

/// Whatever is sent, and however it ends, no log line and no `Debug` shows it.
#[actix_web::test]
async fn no_token_secret_or_bound_value_is_ever_logged() {
    log::capture();
    let user = "Bearer needle-of-the-bound-value";
    let (approov, _) = recording(builder());
    let server = serve(approov.clone());
    let good = token::bound(&[user]);
    let tokens = [
        good.clone(),
        token::good(),
        token::forged(),
        token::expired(),
        format!("{good}.needle"),
        "needle-of-junk".to_owned(),
        token::sign(token::SECRET, r#"{"alg":"needle-of-alg"}"#, "{}"),
        token::with(&serde_json::json!({ "did": ["needle-of-did"] })),
    ];
    for path in ["/bound", "/claims", "/optional", "/result", "/scope", "/rejection"] {
        for token in &tokens {
            let request = Request::get(path).token(token).header("Authorization", user);
            let _ = request.clone().send(server.addr());
            let _ = request.token(token).send(server.addr());
        }
    }
    // `approov_actix` lines only: other crates of the test, such as actix's own, log at `trace` what they like.
    let mut shown = log::lines_with(" approov_actix ").join("\n");
    for token in &tokens {
        writeln!(shown, "{:?}", approov.verify_token(token)).unwrap();
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
async fn logging_can_be_switched_off_and_the_hook_cannot() {
    log::capture();
    let (approov, events) = recording(builder().logging(false));
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/silent", web::get().to(bound))
    });
    let ask = |token: &str| {
        Request::get("/silent")
            .token(token)
            .header("Authorization", "u")
            .send(server.addr())
            .status
    };
    assert_eq!(ask(&token::forged()), 401);
    assert_eq!(ask(&token::bound(&["u"])), 200);
    assert!(
        log::lines_with("/silent")
            .iter()
            .all(|line| !line.contains(" approov_actix "))
    );
    assert_eq!(events.lock().unwrap().len(), 1);
}

#[actix_web::test]
async fn debug_of_an_event_shows_no_header() {
    let shown = Arc::new(Mutex::new(String::new()));
    let show = Arc::clone(&shown);
    let approov = builder()
        .on_rejection(move |event| *show.lock().unwrap() = format!("{event:?}"))
        .build()
        .unwrap();
    let server = serve(approov);
    let request = Request::get("/bound")
        .token(&token::good())
        .header("Authorization", "needle");
    assert_eq!(request.send(server.addr()).status, 401);
    let shown = shown.lock().unwrap();
    assert!(
        shown.contains("BindingClaimMissing") && shown.contains(token::DEVICE_ID),
        "{shown}"
    );
    assert!(
        !shown.contains("needle") && !shown.contains(&token::good()[..30]),
        "{shown}"
    );
}

/// Middleware that logs errors, such as `tracing-actix-web`, asks for it.
#[actix_web::test]
async fn a_refusal_knows_its_status_as_an_error() {
    let builders = [
        (401, builder()),
        (403, builder().reject_with(|_| HttpResponse::Forbidden().finish())),
    ];
    for (status, builder) in builders {
        let request = TestRequest::default()
            .app_data(builder.build().unwrap())
            .to_http_request();
        let refused = ApproovClaims::extract(&request).await.unwrap_err();
        let error = actix_web::Error::from(refused);
        assert_eq!(error.as_response_error().status_code(), status);
        assert_eq!(error.error_response().status(), status);
    }
}
