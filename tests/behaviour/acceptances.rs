//! What the application hears of requests that pass.

use std::sync::{Arc, Mutex};

use actix_test::TestServer;
use actix_web::{
    App, Error, HttpResponse,
    body::BoxBody,
    dev::{Service as _, ServiceRequest, ServiceResponse},
    error::{ErrorBadGateway, ErrorForbidden},
    middleware::{Next, NormalizePath, from_fn},
    test::{TestRequest, init_service},
    web,
};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, ApproovSignature, ApproovVerdict, Enforcement, KeySet, Policy, Refused,
    approov_protected,
};
use futures_util::FutureExt as _;
use support::{
    client::Request,
    log,
    signing::{Message, Signature},
    token,
};

use crate::{approov, behaviour::nearest::SendOn, builder, key, patient, signing};

#[approov_protected(binding = "Authorization")]
async fn bound(_: ApproovClaims, _: Option<ApproovClaims>, _: ApproovVerdict) -> &'static str {
    "in"
}

#[approov_protected(signature = "required")]
async fn signed(body: web::Bytes) -> web::Bytes {
    body
}

/// Path, device id, and whether the token was cached.
type Events = Arc<Mutex<Vec<(String, String, bool)>>>;

fn recording(builder: ApproovBuilder) -> (Approov, Events) {
    let events = Events::default();
    let record = Arc::clone(&events);
    let builder = builder.on_acceptance(move |event| {
        let device = event.claims.device_id().unwrap_or_default();
        let (path, device) = (event.request.uri.path().to_owned(), device.to_owned());
        record.lock().unwrap().push((path, device, event.token_cached));
    });
    (builder.build().unwrap(), events)
}

/// The paths of what was told since this was last asked.
fn told(events: &Events) -> Vec<String> {
    let events = std::mem::take(&mut *events.lock().unwrap());
    events.into_iter().map(|(path, ..)| path).collect()
}

fn serve(approov: Approov) -> TestServer {
    actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/bound", web::get().to(bound))
            .route("/claims", web::get().to(|_: ApproovClaims| async { "in" }))
            .route("/verdict", web::get().to(|_: ApproovVerdict| async { "in" }))
            .route("/orders", web::post().to(signed))
            .service(
                web::scope("/scope")
                    .route("/open", web::get().to(|| async { "in" }))
                    .route("/bound", web::get().to(bound))
                    .wrap(approov.middleware().exempt("/scope/open"))
                    .wrap(approov.middleware().exempt("/scope/open")),
            )
    })
}

fn get(path: &str) -> Request {
    Request::get(path).header("Authorization", "user")
}

#[actix_web::test]
async fn each_request_is_told_once_however_many_layers_look() {
    let (approov, events) = recording(builder());
    let server = serve(approov);
    let good = token::bound(&["user"]);
    for path in ["/bound", "/claims", "/verdict", "/scope/bound"] {
        assert_eq!(get(path).token(&good).send(server.addr()).status, 200);
        let events = std::mem::take(&mut *events.lock().unwrap());
        let [(told, device, _)] = &events[..] else {
            panic!("{path}: {events:?}")
        };
        assert_eq!((told.as_str(), device.as_str()), (path, token::DEVICE_ID));
    }
}

#[actix_web::test]
async fn what_does_not_pass_is_not_told() {
    let (approov, events) = recording(builder());
    let server = serve(approov);
    for (path, token, status) in [
        ("/bound", token::forged(), 401),
        ("/bound", token::good(), 401),
        ("/bound", token::expired(), 401),
        ("/claims", token::forged(), 401),
        ("/verdict", token::forged(), 200),
        ("/scope/open", token::good(), 200),
        ("/nowhere", token::good(), 404),
    ] {
        assert_eq!(get(path).token(&token).send(server.addr()).status, status, "{path}");
        assert!(told(&events).is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn what_is_only_reported_is_not_told() {
    let report = Policy::new()
        .token_enforcement(Enforcement::Report)
        .binding_enforcement(Enforcement::Report);
    let (approov, events) = recording(builder().policy(report));
    let server = serve(approov);
    let guarded = |token: &str| get("/scope/bound").token(token).send(server.addr()).status;
    // The claims as an argument ask for a genuine token all the same.
    assert_eq!(guarded(&token::forged()), 401);
    assert!(told(&events).is_empty());
    for path in ["/scope/bound", "/bound"] {
        let bound_to_another = get(path).token(&token::bound(&["another"]));
        assert_eq!(bound_to_another.send(server.addr()).status, 200);
        assert!(told(&events).is_empty(), "{path}");
    }
}

/// What is said of each request: acceptances, and the codes of what is refused or reported.
fn recording_all(builder: ApproovBuilder) -> (Approov, Arc<Mutex<Vec<String>>>) {
    let events = Arc::<Mutex<Vec<String>>>::default();
    let (accepted, rejected) = (Arc::clone(&events), Arc::clone(&events));
    let builder = builder
        .on_acceptance(move |_| accepted.lock().unwrap().push("accepted".to_owned()))
        .on_rejection(move |event| {
            let code = event.rejection.code();
            rejected.lock().unwrap().push(match event.enforcement {
                Enforcement::Report => format!("reported {code}"),
                _ => code.to_owned(),
            });
        });
    (builder.build().unwrap(), events)
}

#[approov_protected(binding = "Authorization", report = true)]
async fn reporting() -> &'static str {
    "in"
}

#[approov_protected]
async fn json(_: web::Json<u8>) -> &'static str {
    "in"
}

#[approov_protected]
async fn argument(_: ApproovSignature) -> &'static str {
    "in"
}

#[approov_protected]
async fn failing() -> Result<&'static str, Error> {
    Err(ErrorBadGateway(""))
}

/// Beside and behind a middleware, with every kind of end.
fn ends(config: &mut web::ServiceConfig) {
    let fail = |_: ServiceRequest, _: Next<BoxBody>| async { Err::<ServiceResponse<BoxBody>, _>(ErrorForbidden("")) };
    config
        .route("/bound", web::get().to(bound))
        .route("/report", web::get().to(reporting))
        .route("/json", web::get().to(json))
        .route("/argument", web::get().to(argument))
        .route(
            "/swallowed",
            web::get().to(|_: Option<ApproovSignature>, _: ApproovClaims| async { "in" }),
        )
        .route("/failing", web::get().to(failing))
        .route("/returned", {
            type Asked = Result<ApproovSignature, Refused>;
            web::get().to(|asked: Asked, _: ApproovClaims| async { asked.map(|_| "in") })
        })
        .service(web::resource("/inner-middleware").get(bound).wrap(from_fn(fail)));
}

#[actix_web::test]
async fn each_request_ends_with_one_event() {
    let (approov, events) = recording_all(builder());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .service(web::scope("/bare").configure(ends))
            .service(web::scope("/wrapped").configure(ends).wrap(approov.middleware()))
            .service(
                web::scope("/twice")
                    .configure(ends)
                    .wrap(approov.middleware())
                    .wrap(approov.middleware()),
            )
            .service(
                web::scope("/exempt")
                    .configure(ends)
                    .wrap(approov.middleware().exempt_prefix("/exempt")),
            )
    });
    let (good, bound) = (token::good(), token::bound(&["user"]));
    for scope in ["/bare", "/wrapped", "/twice", "/exempt"] {
        for (path, token, status, expected) in [
            ("/bound", &bound, 200, "accepted"),
            ("/bound", &good, 401, "binding_claim_missing"),
            ("/report", &bound, 200, "accepted"),
            ("/report", &good, 200, "reported binding_claim_missing"),
            ("/json", &good, 400, "accepted"),
            ("/argument", &good, 401, "signature_missing"),
            ("/swallowed", &good, 200, "accepted"),
            ("/failing", &good, 502, "accepted"),
        ] {
            let answer = get(&format!("{scope}{path}")).token(token).send(server.addr());
            assert_eq!(answer.status, status, "{scope}{path}");
            assert_eq!(
                std::mem::take(&mut *events.lock().unwrap()),
                [expected],
                "{scope}{path}"
            );
        }
        let answer = |path: &str| {
            let answer = get(&format!("{scope}{path}")).token(&bound).send(server.addr());
            (answer.status, std::mem::take(&mut *events.lock().unwrap()))
        };
        let (status, told) = answer("/inner-middleware");
        let is_checked_before = matches!(scope, "/wrapped" | "/twice");
        let expected: &[&str] = if is_checked_before { &["accepted"] } else { &[] };
        assert_eq!(
            (status, told.as_slice()),
            (403, &expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..])
        );
        // An argument alone cannot know what the handler will make of another one.
        let (status, told) = answer("/returned");
        let expected: &[&str] = if scope == "/bare" {
            &["accepted", "signature_missing"]
        } else {
            &["signature_missing"]
        };
        assert_eq!(
            (status, told),
            (401, expected.iter().map(ToString::to_string).collect()),
            "{scope}"
        );
    }
}

#[actix_web::test]
async fn a_request_that_is_sent_on_is_told_of_once_by_what_is_around() {
    let (approov, events) = recording_all(builder());
    let server = actix_test::start_with(patient(), move || {
        let routes = |path: &str| {
            web::scope(path)
                .configure(ends)
                .route("/open", web::get().to(HttpResponse::NotFound))
        };
        App::new()
            .service(routes("/outside").wrap(approov.middleware()))
            .wrap(SendOn)
    });
    let (approov, inside) = recording_all(builder());
    let inner = actix_test::start_with(patient(), move || {
        App::new()
            .route("/open", web::get().to(HttpResponse::NotFound))
            .configure(ends)
            .wrap(SendOn)
            .wrap(approov.middleware())
    });
    let (good, bound) = (token::good(), token::bound(&["user"]));
    for (first, then, token, expected) in [
        ("/outside/open", "/outside/bound", &bound, &["accepted"][..]),
        // The first answer was there before.
        (
            "/outside/open",
            "/outside/bound",
            &good,
            &["accepted", "binding_claim_missing"],
        ),
        ("/outside/bound", "/outside/json", &good, &["binding_claim_missing"]),
    ] {
        let request = get(first).header("X-Next", then).token(token);
        let _ = request.send(server.addr());
        assert_eq!(std::mem::take(&mut *events.lock().unwrap()), expected, "{first} {then}");
    }
    for (then, token, expected) in [
        ("/bound", &bound, "accepted"),
        ("/bound", &good, "binding_claim_missing"),
    ] {
        let request = get("/open").header("X-Next", then).token(token);
        let _ = request.send(inner.addr());
        assert_eq!(std::mem::take(&mut *inside.lock().unwrap()), [expected], "{then}");
    }
}

/// A middleware inside may change the path, and only then does a route match.
#[actix_web::test]
async fn a_request_is_told_with_the_route_that_has_answered_it() {
    let patterns = Arc::<Mutex<Vec<_>>>::default();
    let record = Arc::clone(&patterns);
    let builder = builder().on_acceptance(move |event| record.lock().unwrap().push(event.request.match_pattern()));
    let approov = builder.build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .route("/orders/{id}", web::get().to(|| async { "in" }))
            .wrap(NormalizePath::trim())
            .wrap(approov.middleware())
    });
    assert_eq!(get("/orders/1/").token(&token::good()).send(server.addr()).status, 200);
    assert_eq!(*patterns.lock().unwrap(), [Some("/orders/{id}".to_owned())]);
}

#[actix_web::test]
async fn a_request_whose_connection_is_lost_is_told_as_well() {
    let (approov, events) = recording(builder());
    let waiting = || async { std::future::pending::<&'static str>().await };
    let app = init_service(
        App::new()
            .route("/waiting", web::get().to(waiting))
            .wrap(approov.middleware()),
    )
    .await;
    let request = TestRequest::get()
        .uri("/waiting")
        .insert_header(("Approov-Token", token::good()));
    let mut answer = Box::pin(app.call(request.to_request()));
    assert!((&mut answer).now_or_never().is_none());
    assert!(told(&events).is_empty());
    drop(answer);
    assert_eq!(told(&events), ["/waiting"]);
}

#[actix_web::test]
async fn each_configuration_tells_for_itself() {
    let (outer, outer_events) = recording(builder());
    let (inner, inner_events) = recording(builder());
    let server = actix_test::start_with(patient(), move || {
        let open = web::get().to(|| async { "in" });
        App::new()
            .service(web::resource("/both").route(open).wrap(inner.middleware()))
            .wrap(outer.middleware())
    });
    assert_eq!(get("/both").token(&token::good()).send(server.addr()).status, 200);
    assert_eq!(
        (told(&outer_events), told(&inner_events)),
        (vec!["/both".to_owned()], vec!["/both".to_owned()])
    );
}

#[actix_web::test]
async fn a_cached_token_is_told_from_one_that_was_verified() {
    for (capacity, cached) in [(100, true), (0, false)] {
        let (approov, events) = recording(builder().token_cache_capacity(capacity));
        let server = serve(approov.clone());
        let good = token::good();
        let ask = || {
            assert_eq!(get("/claims").token(&good).send(server.addr()).status, 200);
            let (_, _, was_cached) = events.lock().unwrap().pop().unwrap();
            was_cached
        };
        assert_eq!([ask(), ask(), ask()], [false, cached, cached]);
        // Other keys forget it, even if they are the same.
        approov
            .replace_keys(KeySet::new([key(token::SECRET)]).unwrap())
            .unwrap();
        assert_eq!([ask(), ask()], [false, cached]);
    }
}

#[actix_web::test]
async fn a_signed_request_is_told_when_its_body_was_compared() {
    let (approov, events) = recording(signing());
    let server = serve(approov);
    let message = Message::order();
    let signature = Signature::install(&message);
    let send = |message: &Message| message.request().signed(&[&signature]).send(server.addr()).status;
    assert_eq!(send(&message), 200);
    assert_eq!(told(&events), ["/orders"]);
    assert_eq!(send(&message.alter_body()), 401);
    assert!(told(&events).is_empty());
}

#[actix_web::test]
async fn without_a_log_the_hook_is_called_all_the_same() {
    log::capture();
    let (approov, events) = recording(builder().logging(false));
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .route("/accepted-in-silence", web::get().to(|| async { "in" }))
            .wrap(approov.middleware())
    });
    assert_eq!(
        get("/accepted-in-silence")
            .token(&token::good())
            .send(server.addr())
            .status,
        200
    );
    assert_eq!(told(&events), ["/accepted-in-silence"]);
    let lines = log::lines_with("/accepted-in-silence");
    assert!(lines.iter().all(|line| !line.contains(" approov_actix ")), "{lines:?}");
}

#[actix_web::test]
async fn the_log_tells_once_too() {
    log::capture();
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/accepted-once", web::get().to(bound))
            .wrap(approov.middleware())
            .wrap(approov.middleware().policy(Policy::new().binding(&["Authorization"])))
    });
    assert_eq!(
        get("/accepted-once")
            .token(&token::bound(&["user"]))
            .send(server.addr())
            .status,
        200
    );
    let lines = log::lines_with("ACCEPTED GET /accepted-once");
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[actix_web::test]
async fn debug_of_an_event_shows_no_header() {
    let shown = Arc::new(Mutex::new(String::new()));
    let show = Arc::clone(&shown);
    let builder = builder().on_acceptance(move |event| *show.lock().unwrap() = format!("{event:?}"));
    let server = serve(builder.build().unwrap());
    let good = token::bound(&["user"]);
    assert_eq!(get("/bound").token(&good).send(server.addr()).status, 200);
    let shown = shown.lock().unwrap();
    assert!(shown.contains(token::DEVICE_ID) && shown.contains("/bound"), "{shown}");
    assert!(!shown.contains("user") && !shown.contains(&good[..30]), "{shown}");
    assert!(!shown.contains(&token::binding(&["user"])), "{shown}");
}
