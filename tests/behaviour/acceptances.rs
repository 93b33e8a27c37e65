//! What the application hears of requests that pass.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use actix_web::{
    App, Error, HttpResponse,
    body::BoxBody,
    dev::{Service as _, ServiceRequest, ServiceResponse},
    error::{ErrorBadGateway, ErrorForbidden},
    middleware::{Next, from_fn},
    test::{TestRequest, init_service},
    web,
};
use approov_actix::{ApproovClaims, ApproovSignature, ApproovVerdict, Refused, approov_protected};
use futures_util::FutureExt as _;
use support::{client::Request, log, token};

use crate::{
    behaviour::nearest::send_on,
    builder,
    served::Served,
    ways::{open, with_claims},
};

#[approov_protected(binding = "Authorization")]
async fn bound(_: ApproovClaims, _: Option<ApproovClaims>, _: ApproovVerdict) -> &'static str {
    "in"
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
async fn failing() -> Result<&'static str, Error> {
    Err(ErrorBadGateway(""))
}

#[approov_protected]
async fn argument(_: ApproovSignature) -> &'static str {
    "in"
}

/// Beside and behind a middleware, with every kind of end.
fn ends(config: &mut web::ServiceConfig) {
    let fail = |_: ServiceRequest, _: Next<BoxBody>| async { Err::<ServiceResponse<BoxBody>, _>(ErrorForbidden("")) };
    let swallowed = async |_: Option<ApproovSignature>, _: ApproovClaims| "in";
    let returned = async |asked: Result<ApproovSignature, Refused>, _: ApproovClaims| asked.map(|_| "in");
    config
        .route("/open", web::get().to(HttpResponse::NotFound))
        .route("/bound", web::get().to(bound))
        .route("/claims", web::get().to(with_claims))
        .route("/optional", web::get().to(async |_: Option<ApproovClaims>| "in"))
        .route("/verdict", web::get().to(async |_: ApproovVerdict| "in"))
        .route("/report", web::get().to(reporting))
        .route("/json", web::get().to(json))
        .route("/argument", web::get().to(argument))
        .route("/swallowed", web::get().to(swallowed))
        .route("/failing", web::get().to(failing))
        .route("/returned", web::get().to(returned))
        .service(web::resource("/inner-middleware").get(bound).wrap(from_fn(fail)));
}

fn get(path: &str) -> Request {
    Request::get(path).header("Authorization", "user")
}

#[actix_web::test]
async fn each_request_ends_with_one_event() {
    log::capture();
    let server = Served::new(builder(), |app, approov| {
        let scope = |path: &str| web::scope(path).configure(ends);
        let wrapped_twice = scope("/twice").wrap(approov.middleware()).wrap(approov.middleware());
        app.service(scope("/bare"))
            .service(scope("/wrapped").wrap(approov.middleware()))
            .service(wrapped_twice)
            .service(scope("/exempt").wrap(approov.middleware().exempt_prefix("/exempt")));
    });
    let (good, bound, forged) = (token::good(), token::bound(&["user"]), token::forged());
    for scope in ["/bare", "/wrapped", "/twice", "/exempt"] {
        let is_wrapped = matches!(scope, "/wrapped" | "/twice");
        let (of_forged, of_layer, of_accepted) = if is_wrapped {
            (401, "token_signature", "accepted")
        } else {
            (200, "", "")
        };
        // An argument alone cannot know what the handler will make of another one.
        let of_arguments = if scope == "/bare" {
            "accepted, signature_missing"
        } else {
            "signature_missing"
        };
        for (path, token, status, told) in [
            ("/bound", &bound, 200, "accepted"),
            ("/bound", &good, 401, "binding_claim_missing"),
            ("/bound", &forged, 401, "token_signature"),
            ("/claims", &good, 200, "accepted"),
            ("/claims", &forged, 401, "token_signature"),
            ("/optional", &good, 200, "accepted"),
            ("/optional", &forged, of_forged, of_layer),
            ("/verdict", &good, 200, "accepted"),
            ("/verdict", &forged, of_forged, of_layer),
            ("/report", &bound, 200, "accepted"),
            ("/report", &good, 200, "reported binding_claim_missing"),
            ("/json", &good, 400, "accepted"),
            ("/argument", &good, 401, "signature_missing"),
            ("/swallowed", &good, 200, "accepted"),
            ("/failing", &good, 502, "accepted"),
            ("/open", &good, 404, of_accepted),
            ("/inner-middleware", &bound, 403, of_accepted),
            ("/returned", &good, 401, of_arguments),
        ] {
            let answer = server.send(&get(&format!("{scope}{path}")).token(token));
            assert_eq!(
                (answer.status, server.told().join(", ").as_str()),
                (status, told),
                "{scope}{path}"
            );
        }
    }
    assert_eq!(log::lines_with("ACCEPTED GET /twice/bound ").len(), 1);
}

#[actix_web::test]
async fn a_request_that_is_sent_on_is_told_of_once_by_what_is_around() {
    let inside = Served::new(builder(), |app, approov| {
        let sent_on = web::scope("").configure(ends).wrap(from_fn(send_on));
        app.service(sent_on.wrap(approov.middleware()));
    });
    let outside = Served::new(builder(), |app, approov| {
        let checked = web::scope("").configure(ends).wrap(approov.middleware());
        app.service(web::scope("").service(checked).wrap(from_fn(send_on)));
    });
    let (good, bound) = (token::good(), token::bound(&["user"]));
    for (server, first, then, token, told) in [
        (&inside, "/open", "/bound", &bound, "accepted"),
        (&inside, "/open", "/bound", &good, "binding_claim_missing"),
        (&outside, "/open", "/bound", &bound, "accepted"),
        // The first answer was there before.
        (&outside, "/open", "/bound", &good, "accepted, binding_claim_missing"),
        (&outside, "/bound", "/json", &good, "binding_claim_missing"),
    ] {
        let _ = server.send(&get(first).header("X-Next", then).token(token));
        assert_eq!(server.told().join(", "), told, "{first} {then}");
    }
}

#[actix_web::test]
async fn a_request_whose_connection_is_lost_is_told_as_well() {
    let told = Arc::<Mutex<Vec<_>>>::default();
    let record = Arc::clone(&told);
    let builder = builder().on_acceptance(move |event| record.lock().unwrap().push(event.request.uri.to_string()));
    let waiting = || async { std::future::pending::<&'static str>().await };
    let middleware = builder.build().unwrap().middleware();
    let app = init_service(App::new().route("/waiting", web::get().to(waiting)).wrap(middleware)).await;
    let request = TestRequest::get().uri("/waiting");
    let request = request.insert_header(("Approov-Token", token::good()));
    let mut answer = Box::pin(app.call(request.to_request()));
    assert!((&mut answer).now_or_never().is_none());
    assert!(told.lock().unwrap().is_empty());
    drop(answer);
    assert_eq!(*told.lock().unwrap(), ["/waiting"]);
}

#[actix_web::test]
async fn each_configuration_tells_for_itself() {
    let count = Arc::<AtomicU32>::default();
    let counted = Arc::clone(&count);
    let inner = builder().on_acceptance(move |_| _ = counted.fetch_add(1, Ordering::Relaxed));
    let inner = inner.build().unwrap();
    let server = Served::new(builder(), move |app, outer| {
        let both = web::resource("/both").get(open).wrap(inner.middleware());
        app.service(both.wrap(outer.middleware()));
    });
    server.accepts("both", &get("/both").token(&token::good()));
    assert_eq!(
        (count.load(Ordering::Relaxed), server.told()),
        (1, vec!["accepted".to_owned()])
    );
}
