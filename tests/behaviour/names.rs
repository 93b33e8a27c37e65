//! How log lines and events name the configuration, the request and its route.

use std::{
    mem,
    sync::{Arc, Mutex},
};

use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, NormalizePath, from_fn},
    web,
};
use approov_actix::{ApproovBuilder, ApproovClaims, EventRequest, Refused};
use support::{client::Request, log, token};

use crate::{
    builder,
    served::Served,
    ways::{guarded, open, with_claims},
};

/// What is told: verdict, and if any, device, name of the configuration, id and route of the request.
fn told(verdict: &str, texts: [Option<&str>; 4]) -> String {
    format!("{verdict} {texts:?}")
}

fn recording(builder: ApproovBuilder) -> (ApproovBuilder, Arc<Mutex<Vec<String>>>) {
    fn of(verdict: &str, claims: Option<&ApproovClaims>, name: Option<&str>, request: EventRequest<'_>) -> String {
        let (device, route) = (claims.and_then(ApproovClaims::device_id), request.match_pattern());
        told(verdict, [device, name, request.id(), route.as_deref()])
    }
    let events = Arc::<Mutex<Vec<_>>>::default();
    let (rejections, acceptances) = (Arc::clone(&events), Arc::clone(&events));
    let builder = builder
        .on_rejection(move |event| {
            let event = of(&event.rejection.to_string(), event.claims, event.name, event.request);
            rejections.lock().unwrap().push(event);
        })
        .on_acceptance(move |event| {
            let event = of("accepted", Some(event.claims), event.name, event.request);
            acceptances.lock().unwrap().push(event);
        });
    (builder, events)
}

const ID: &str = "X-Request-Id";

fn id_in_header(request: &HttpRequest) -> Option<String> {
    let id = request.headers().get(ID)?;
    id.to_str().ok().map(str::to_owned)
}

/// The ways to protect `/{test}/…/{id}`, the last of them without enforcing anything.
fn serve(test: &'static str, builder: ApproovBuilder) -> Served {
    Served::new(builder, move |app, approov| {
        let open = |path, middleware| web::resource(path).get(open).wrap(middleware);
        let scope = web::scope(test)
            .route("/guard/{id}", web::get().to(guarded))
            .route("/claims/{id}", web::get().to(with_claims))
            .service(open("/resource/{id}", approov.middleware()))
            .service(open("/report/{id}", approov.middleware().report(true)));
        app.service(scope);
    })
}

#[actix_web::test]
async fn each_line_and_each_event_names_the_configuration_and_the_request() {
    log::capture();
    let device = format!(" arc={} did={}", token::ARC, token::DEVICE_ID);
    let (name, id) = (Some("retail"), Some("r-1"));
    let ided = || builder().request_id(id_in_header);
    let both = || ided().name("retail");
    for (test, builder, header, name, id, end) in [
        ("/names-both", both(), ID, name, id, " name=retail request=r-1"),
        ("/names-no-id", both(), "X-Other", name, None, " name=retail"),
        ("/names-id", ided(), ID, None, id, " request=r-1"),
        ("/names-none", builder(), ID, None, None, ""),
    ] {
        let (builder, events) = recording(builder.binding("Authorization"));
        let server = serve(test, builder);
        for way in ["guard", "claims", "resource", "report"] {
            let path = format!("{test}/{way}/7");
            let route = format!("{test}/{way}/{{id}}");
            let request = Request::get(&format!("{path}?a=in-query")).header(header, "r-1");
            let request = request.header("Authorization", "user");
            let (status, refused) = if way == "report" {
                (200, "WOULD REJECT")
            } else {
                (401, "REJECTED")
            };
            for (token, status, verdict, device) in [
                (token::forged(), status, "token_signature", ""),
                ("NO_NETWORK".to_owned(), status, "token_status_word(NO_NETWORK)", ""),
                (token::good(), status, "binding_claim_missing", &device),
                (token::bound(&["user"]), 200, "accepted", &device),
            ] {
                assert_eq!(server.send(&request.clone().token(&token)).status, status, "{path}");
                let device_id = (!device.is_empty()).then_some(token::DEVICE_ID);
                let event = told(verdict, [device_id, name, id, Some(&route)]);
                assert_eq!(mem::take(&mut *events.lock().unwrap()), [event], "{path}");
            }
            assert_eq!(
                log::lines_with(&format!("GET {path}")),
                [
                    format!("INFO approov_actix {refused} token_signature GET {path}{end}"),
                    format!("INFO approov_actix {refused} token_status_word(NO_NETWORK) GET {path}{end}"),
                    format!("INFO approov_actix {refused} binding_claim_missing GET {path}{device}{end}"),
                    format!("DEBUG approov_actix ACCEPTED GET {path}{device}{end}"),
                ]
            );
        }
    }
    assert!(log::lines_with("in-query").is_empty());
}

/// A caller that chooses the id must not write lines or fields of its own. How long it may be: `logging.rs`.
#[actix_web::test]
async fn an_id_is_escaped_in_the_log() {
    log::capture();
    let id = "r 1\nINFO approov_actix ACCEPTED did=x";
    let (builder, events) = recording(builder().name("a b").request_id(|_| Some(id.to_owned())));
    let server = serve("/names-escaped", builder);
    let _ = server.send(&Request::get("/names-escaped/guard/7").token(&token::forged()));
    let texts = [None, Some("a b"), Some(id), Some("/names-escaped/guard/{id}")];
    let as_it_is = told("token_signature", texts);
    assert_eq!(*events.lock().unwrap(), [as_it_is]);
    assert_eq!(
        log::lines_with("GET /names-escaped/"),
        [concat!(
            "INFO approov_actix REJECTED token_signature GET /names-escaped/guard/7 ",
            r"name=a\u{20}b request=r\u{20}1\nINFO\u{20}approov_actix\u{20}ACCEPTED\u{20}did=x"
        )]
    );
}

/// A middleware of the whole app tells what the request will be routed to, or has been: one inside may change the path,
/// and only then does a route match.
#[actix_web::test]
async fn the_route_is_known_before_the_request_is_routed() {
    let (builder, events) = recording(builder());
    let server = Served::new(builder, |app, approov| {
        let orders = web::scope("/orders").route("/{id}", web::get().to(open));
        let scope = web::scope("").service(orders).wrap(NormalizePath::trim());
        app.service(scope.wrap(approov.middleware()));
    });
    let (good, forged, device, route) = (
        token::good(),
        token::forged(),
        Some(token::DEVICE_ID),
        Some("/orders/{id}"),
    );
    for (path, token, verdict, device, route) in [
        ("/orders/7", &forged, "token_signature", None, route),
        ("/orders/7", &good, "accepted", device, route),
        ("/orders/7/", &good, "accepted", device, route),
        ("/nowhere", &forged, "token_signature", None, None),
        ("/nowhere", &good, "accepted", device, None),
    ] {
        let _ = server.send(&Request::get(path).token(token));
        let events = mem::take(&mut *events.lock().unwrap());
        assert_eq!(events, [told(verdict, [device, None, None, route])], "{path}");
    }
}

/// What is announced when the refusal is answered is kept until then, and not the request itself: actix panics when it
/// routes a shared one.
#[actix_web::test]
async fn a_refusal_that_outlives_its_extractor_tells_the_same() {
    async fn first(
        claims: Result<ApproovClaims, Refused>,
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let response = next.call(request).await?;
        claims?;
        Ok(response)
    }
    log::capture();
    let (builder, events) = recording(builder().name("retail").request_id(id_in_header));
    let server = Served::new(builder, |app, _| {
        let scope = web::scope("/names-late").route("/{id}", web::get().to(open));
        app.service(web::scope("").service(scope).wrap(from_fn(first)));
    });
    let request = Request::get("/names-late/7").header(ID, "r-3");
    server.refuses("late", "token_signature", &request.clone().token(&token::forged()));
    server.accepts("late", &request.token(&token::good()));
    let of = |verdict, device| told(verdict, [device, Some("retail"), Some("r-3"), Some("/names-late/{id}")]);
    let expected = [of("token_signature", None), of("accepted", Some(token::DEVICE_ID))];
    assert_eq!(*events.lock().unwrap(), expected);
    let line = "INFO approov_actix REJECTED token_signature GET /names-late/7 name=retail request=r-3";
    assert_eq!(log::lines_with("REJECTED token_signature GET /names-late/7"), [line]);
}
