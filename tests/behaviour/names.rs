//! How log lines and events name the configuration, the request and its route.

use std::sync::{Arc, Mutex};

use actix_web::{
    Error, HttpMessage as _, HttpRequest,
    body::MessageBody,
    dev::{Service as _, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    web,
};
use approov_actix::{Approov, ApproovBuilder, ApproovClaims, EventRequest, Refused};
use support::{client::Request, log, token};

use crate::{
    builder,
    served::Served,
    ways::{guarded, open, with_claims},
};

/// What is told: verdict, device, name of the configuration, id and route of the request.
#[derive(Debug, Clone, PartialEq)]
struct Told(String, [Option<String>; 4]);

fn told_of(verdict: &str, texts: [Option<&str>; 4]) -> Told {
    Told(verdict.to_owned(), texts.map(|text| text.map(str::to_owned)))
}

type Events = Arc<Mutex<Vec<Told>>>;

fn recording(builder: ApproovBuilder) -> (ApproovBuilder, Events) {
    fn told(verdict: &str, device: Option<&ApproovClaims>, name: Option<&str>, request: EventRequest<'_>) -> Told {
        let device = device.and_then(ApproovClaims::device_id);
        told_of(
            verdict,
            [device, name, request.id(), request.match_pattern().as_deref()],
        )
    }
    let events = Events::default();
    let (rejections, acceptances) = (Arc::clone(&events), Arc::clone(&events));
    let builder = builder
        .on_rejection(move |event| {
            let event = told(&event.rejection.to_string(), event.claims, event.name, event.request);
            rejections.lock().unwrap().push(event);
        })
        .on_acceptance(move |event| {
            let event = told("accepted", Some(event.claims), event.name, event.request);
            acceptances.lock().unwrap().push(event);
        });
    (builder, events)
}

fn take(events: &Events) -> Vec<Told> {
    std::mem::take(&mut *events.lock().unwrap())
}

/// By what the app or a proxy calls it.
fn id_in_header(request: &HttpRequest) -> Option<String> {
    let id = request.headers().get("X-Request-Id")?;
    id.to_str().ok().map(str::to_owned)
}

fn named() -> ApproovBuilder {
    builder().name("retail").request_id(id_in_header)
}

/// The ways to protect `/{test}/…/{id}`, the last of them without enforcing anything.
fn routes(approov: &Approov, test: &str) -> actix_web::Scope {
    let open = |path, middleware| web::resource(path).get(open).wrap(middleware);
    web::scope(test)
        .route("/guard/{id}", web::get().to(guarded))
        .route("/claims/{id}", web::get().to(with_claims))
        .service(open("/resource/{id}", approov.middleware()))
        .service(open("/report/{id}", approov.middleware().report(true)))
}

fn serve(test: &'static str, builder: ApproovBuilder) -> Served {
    Served::new(builder, move |app, approov| {
        app.service(routes(approov, test));
    })
}

const WAYS: [&str; 4] = ["guard", "claims", "resource", "report"];

#[actix_web::test]
async fn each_line_and_each_event_names_the_configuration_and_the_request() {
    log::capture();
    let device = format!(" arc={} did={}", token::ARC, token::DEVICE_ID);
    let (name, id) = (Some("retail"), Some("r-1"));
    let ided = builder().request_id(id_in_header);
    for (test, builder, name, id, end) in [
        ("/names-both", named(), name, id, " name=retail request=r-1"),
        ("/names-name", builder().name("retail"), name, None, " name=retail"),
        ("/names-id", ided, None, id, " request=r-1"),
        ("/names-none", builder(), None, None, ""),
    ] {
        let (builder, events) = recording(builder);
        let server = serve(test, builder);
        for way in WAYS {
            let path = format!("{test}/{way}/7");
            let route = format!("{test}/{way}/{{id}}");
            let request = Request::get(&format!("{path}?a=in-query")).header("X-Request-Id", "r-1");
            let (verdict, status) = if way == "report" {
                ("WOULD REJECT", 200)
            } else {
                ("REJECTED", 401)
            };
            for (token, status, verdict, device) in [
                (token::forged(), status, "token_signature", None),
                ("NO_NETWORK".to_owned(), status, "token_status_word(NO_NETWORK)", None),
                (token::good(), 200, "accepted", Some(token::DEVICE_ID)),
            ] {
                assert_eq!(server.send(&request.clone().token(&token)).status, status, "{path}");
                let event = told_of(verdict, [device, name, id, Some(&route)]);
                assert_eq!(take(&events), [event], "{path}");
            }
            assert_eq!(
                log::lines_with(&format!("GET {path}")),
                [
                    format!("INFO approov_actix {verdict} token_signature GET {path}{end}"),
                    format!("INFO approov_actix {verdict} token_status_word(NO_NETWORK) GET {path}{end}"),
                    format!("DEBUG approov_actix ACCEPTED GET {path}{device}{end}"),
                ]
            );
        }
    }
    assert!(log::lines_with("in-query").is_empty());
}

/// The application may have put it there, in a middleware further out.
#[actix_web::test]
async fn a_request_without_an_id_has_none() {
    #[derive(Clone)]
    struct Id(String);

    log::capture();
    let in_extensions = |request: &HttpRequest| request.extensions().get::<Id>().map(|id| id.0.clone());
    let (builder, events) = recording(builder().name("retail").request_id(in_extensions));
    let server = Served::new(builder, |app, approov| {
        app.service(routes(approov, "/names-extensions").wrap_fn(|request, next| {
            if let Some(id) = id_in_header(request.request()) {
                request.extensions_mut().insert(Id(id));
            }
            next.call(request)
        }));
    });
    for way in WAYS {
        let path = format!("/names-extensions/{way}/7");
        let without = Request::get(&path).token(&token::forged());
        let with = without.clone().header("X-Request-Id", "r-2");
        for (request, id) in [(without, None), (with, Some("r-2"))] {
            let _ = server.send(&request);
            let ids: Vec<_> = take(&events).into_iter().map(|Told(_, [.., id, _])| id).collect();
            assert_eq!(ids, [id.map(str::to_owned)], "{path}");
        }
        let ends: Vec<_> = log::lines_with(&format!("token_signature GET {path} "))
            .iter()
            .map(|line| line.split_once("/7 ").unwrap().1.to_owned())
            .collect();
        assert_eq!(ends, ["name=retail", "name=retail request=r-2"]);
    }
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
    assert_eq!(
        take(&events),
        [told_of("token_signature", texts)],
        "the event has it as it is"
    );
    assert_eq!(
        log::lines_with("GET /names-escaped/"),
        [concat!(
            "INFO approov_actix REJECTED token_signature GET /names-escaped/guard/7 ",
            r"name=a\u{20}b request=r\u{20}1\nINFO\u{20}approov_actix\u{20}ACCEPTED\u{20}did=x"
        )]
    );
}

/// A middleware of the whole app tells what the request will be routed to.
#[actix_web::test]
async fn the_route_is_known_before_the_request_is_routed() {
    let (builder, events) = recording(builder());
    let server = Served::new(builder, |app, approov| {
        let orders = web::scope("/orders").route("/{id}", web::get().to(open));
        app.service(web::scope("").service(orders).wrap(approov.middleware()));
    });
    let device = Some(token::DEVICE_ID);
    for (path, route) in [("/orders/7", Some("/orders/{id}")), ("/nowhere", None)] {
        for (token, verdict, device) in [
            (token::forged(), "token_signature", None),
            (token::good(), "accepted", device),
        ] {
            let _ = server.send(&Request::get(path).token(&token));
            assert_eq!(take(&events), [told_of(verdict, [device, None, None, route])], "{path}");
        }
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
    let (builder, events) = recording(named());
    let server = Served::new(builder, |app, _| {
        let scope = web::scope("/names-late").route("/{id}", web::get().to(open));
        app.service(web::scope("").service(scope).wrap(from_fn(first)));
    });
    let request = Request::get("/names-late/7").header("X-Request-Id", "r-3");
    for (token, refusal, device) in [
        (token::forged(), Some("token_signature"), None),
        (token::good(), None, Some(token::DEVICE_ID)),
    ] {
        server.decides("late", refusal, &request.clone().token(&token));
        let texts = [device, Some("retail"), Some("r-3"), Some("/names-late/{id}")];
        assert_eq!(take(&events), [told_of(refusal.unwrap_or("accepted"), texts)]);
    }
    assert_eq!(
        log::lines_with("REJECTED token_signature GET /names-late/7"),
        ["INFO approov_actix REJECTED token_signature GET /names-late/7 name=retail request=r-3"]
    );
}

#[actix_web::test]
async fn debug_of_an_event_shows_name_id_and_device_and_no_header() {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let (rejections, acceptances) = (Arc::clone(&shown), Arc::clone(&shown));
    let builder = named()
        .binding("Authorization")
        .on_rejection(move |event| {
            let texts = [format!("{event:?}"), format!("{:?}", event.request)];
            rejections.lock().unwrap().push(texts);
        })
        .on_acceptance(move |event| {
            let texts = [format!("{event:?}"), format!("{:?}", event.request)];
            acceptances.lock().unwrap().push(texts);
        });
    let server = serve("/names-debug", builder);
    assert!(format!("{:?}", server.approov).contains("retail"));
    for way in WAYS {
        for token in [token::forged(), token::good(), token::bound(&["needle"])] {
            let request = Request::get(&format!("/names-debug/{way}/7")).header("X-Request-Id", "r-4");
            let _ = server.send(&request.token(&token).header("Authorization", "needle"));
        }
        let events = std::mem::take(&mut *shown.lock().unwrap());
        for (verdict, [event, request]) in ["TokenSignature", "BindingClaimMissing", "token_cached"]
            .iter()
            .zip(&events)
        {
            assert!(event.contains(verdict) && event.contains("retail"), "{event}");
            assert_eq!(
                event.contains(token::DEVICE_ID),
                *verdict != "TokenSignature",
                "{event}"
            );
            assert!(request.contains("r-4"), "{request}");
            for text in [event, request] {
                assert!(text.contains("/names-debug/"), "{text}");
                assert!(!text.contains("needle") && !text.contains("eyJ"), "{text}");
                assert!(!text.contains(&token::binding(&["needle"])), "{text}");
            }
        }
        assert_eq!(events.len(), 3, "{way}");
    }
}
