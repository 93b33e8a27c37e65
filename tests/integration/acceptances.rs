//! What the application is told of requests that pass.

use std::sync::{Arc, Mutex};

use actix_test::TestServer;
use actix_web::{App, web};
use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, ApproovVerdict, Enforcement, KeySet, Policy, approov_protected,
};
use support::{
    client::Request,
    log,
    signing::{Message, Signature},
    token,
};

use crate::{approov, builder, key, patient, signatures::signing};

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
    // The middleware has passed what the guard refuses.
    assert_eq!(
        get("/scope/bound").token(&token::good()).send(server.addr()).status,
        401
    );
    assert_eq!(told(&events), ["/scope/bound"]);
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
    assert_eq!(guarded(&token::bound(&["another"])), 200);
    assert_eq!(
        told(&events),
        ["/scope/bound"],
        "told by the middlewares, which ask for no binding"
    );
    assert_eq!(
        get("/bound")
            .token(&token::bound(&["another"]))
            .send(server.addr())
            .status,
        200
    );
    assert!(told(&events).is_empty());
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
