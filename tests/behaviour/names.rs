//! How log lines and events name the configuration, the request and its route.

use std::sync::{Arc, Mutex};

use actix_web::{
    App, Error, HttpMessage as _, HttpRequest,
    body::MessageBody,
    dev::{Service as _, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    web,
};
use approov_actix::{Approov, ApproovBuilder, ApproovClaims, Enforcement, EventRequest, Refused, approov_protected};
use support::{client::Request, log, token};

use crate::{builder, patient};

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

async fn claims(_: ApproovClaims) -> &'static str {
    "in"
}

async fn open() -> &'static str {
    "in"
}

/// What an event says, and of which request.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    /// A code, or `accepted`.
    verdict: &'static str,
    name: Option<String>,
    id: Option<String>,
    route: Option<String>,
}

type Events = Arc<Mutex<Vec<Told>>>;

fn recording(builder: ApproovBuilder) -> (Approov, Events) {
    let events = Events::default();
    let (rejections, acceptances) = (Arc::clone(&events), Arc::clone(&events));
    let told = |verdict, name: Option<&str>, request: EventRequest<'_>| Told {
        verdict,
        name: name.map(str::to_owned),
        id: request.id().map(str::to_owned),
        route: request.match_pattern(),
    };
    let builder = builder
        .on_rejection(move |event| {
            let event = told(event.rejection.code(), event.name, event.request);
            rejections.lock().unwrap().push(event);
        })
        .on_acceptance(move |event| {
            let event = told("accepted", event.name, event.request);
            acceptances.lock().unwrap().push(event);
        });
    (builder.build().unwrap(), events)
}

fn told(events: &Events) -> Vec<Told> {
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
fn routes(app: &mut web::ServiceConfig, approov: &Approov, test: &str) {
    app.app_data(approov.clone()).service(
        web::scope(test)
            .route("/guard/{id}", web::get().to(guarded))
            .route("/claims/{id}", web::get().to(claims))
            .service(
                web::resource("/resource/{id}")
                    .route(web::get().to(open))
                    .wrap(approov.middleware()),
            )
            .service(
                web::resource("/report/{id}")
                    .route(web::get().to(open))
                    .wrap(approov.middleware().report(true)),
            ),
    );
}

const WAYS: [&str; 4] = ["guard", "claims", "resource", "report"];

#[actix_web::test]
async fn each_line_and_each_event_names_the_configuration_and_the_request() {
    log::capture();
    let device = format!(" arc={} did={}", token::ARC, token::DEVICE_ID);
    for (test, builder, name, id, end) in [
        (
            "/names-both",
            named(),
            Some("retail"),
            Some("r-1"),
            " name=retail request=r-1",
        ),
        (
            "/names-name",
            builder().name("retail"),
            Some("retail"),
            None,
            " name=retail",
        ),
        (
            "/names-id",
            builder().request_id(id_in_header),
            None,
            Some("r-1"),
            " request=r-1",
        ),
        ("/names-none", builder(), None, None, ""),
    ] {
        let (approov, events) = recording(builder);
        let server = actix_test::start_with(patient(), move || {
            App::new().configure(|app| routes(app, &approov, test))
        });
        for way in WAYS {
            let path = format!("{test}/{way}/7");
            let event = |verdict| Told {
                verdict,
                name: name.map(str::to_owned),
                id: id.map(str::to_owned),
                route: Some(format!("{test}/{way}/{{id}}")),
            };
            let request = Request::get(&path).header("X-Request-Id", "r-1");
            let (verdict, status) = if way == "report" {
                ("WOULD REJECT", 200)
            } else {
                ("REJECTED", 401)
            };
            assert_eq!(
                request.clone().token(&token::forged()).send(server.addr()).status,
                status
            );
            assert_eq!(told(&events), [event("token_signature")], "{path}");
            assert_eq!(request.token(&token::good()).send(server.addr()).status, 200);
            assert_eq!(told(&events), [event("accepted")], "{path}");
            assert_eq!(
                log::lines_with(&format!("GET {path}")),
                [
                    format!("INFO approov_actix {verdict} token_signature GET {path}{end}"),
                    format!("DEBUG approov_actix ACCEPTED GET {path}{device}{end}"),
                ]
            );
        }
    }
}

/// The application may have put it there, in a middleware further out.
#[actix_web::test]
async fn a_request_without_an_id_has_none() {
    #[derive(Clone)]
    struct Id(String);

    log::capture();
    let in_extensions = |request: &HttpRequest| request.extensions().get::<Id>().map(|id| id.0.clone());
    let (approov, events) = recording(builder().name("retail").request_id(in_extensions));
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .configure(|app| routes(app, &approov, "/names-extensions"))
            .wrap_fn(|request, next| {
                if let Some(id) = id_in_header(request.request()) {
                    request.extensions_mut().insert(Id(id));
                }
                next.call(request)
            })
    });
    for way in WAYS {
        let path = format!("/names-extensions/{way}/7");
        for id in [None, Some("r-2")] {
            let request = Request::get(&path).token(&token::forged());
            let request = id.map_or(request.clone(), |id| request.header("X-Request-Id", id));
            let _ = request.send(server.addr());
            let [event] = &told(&events)[..] else {
                panic!("{path}");
            };
            assert_eq!(event.id.as_deref(), id, "{path}");
        }
        let lines = log::lines_with(&format!("token_signature GET {path}"));
        let [without, with] = &lines[..] else {
            panic!("{lines:?}");
        };
        assert!(without.ends_with("/7 name=retail"), "{without}");
        assert!(with.ends_with("/7 name=retail request=r-2"), "{with}");
    }
}

/// A caller that chooses the id must not write lines or fields of its own.
#[actix_web::test]
async fn an_id_is_escaped_and_cut_in_the_log() {
    log::capture();
    let id = "r 1\nINFO approov_actix ACCEPTED did=x";
    let escaped = r"r\u{20}1\nINFO\u{20}approov_actix\u{20}ACCEPTED\u{20}did=x";
    let long = "é".repeat(201);
    let cut = "é".repeat(200) + "…";
    for (test, id, shown) in [("/names-escaped", id, escaped), ("/names-cut", &long, &cut)] {
        let owned = id.to_owned();
        let (approov, events) = recording(builder().name("a b").request_id(move |_| Some(owned.clone())));
        let server = actix_test::start_with(patient(), move || {
            App::new().configure(|app| routes(app, &approov, test))
        });
        for way in WAYS {
            let path = format!("{test}/{way}/7");
            let _ = Request::get(&path).token(&token::forged()).send(server.addr());
            let [event] = &told(&events)[..] else {
                panic!("{path}");
            };
            assert_eq!(event.id.as_deref(), Some(id), "the event has it as it is");
            let lines = log::lines_with(&format!("GET {path}"));
            let [line] = &lines[..] else {
                panic!("{lines:?}");
            };
            assert!(line.ends_with(&format!(r" name=a\u{{20}}b request={shown}")), "{line}");
        }
    }
}

/// A middleware of the whole app tells what the request will be routed to.
#[actix_web::test]
async fn the_route_is_known_before_the_request_is_routed() {
    let (approov, events) = recording(builder());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .service(web::scope("/orders").route("/{id}", web::get().to(open)))
            .wrap(approov.middleware())
    });
    for (path, route) in [("/orders/7", Some("/orders/{id}")), ("/nowhere", None)] {
        for (token, verdict) in [(token::forged(), "token_signature"), (token::good(), "accepted")] {
            let _ = Request::get(path).token(&token).send(server.addr());
            let expected = Told {
                verdict,
                name: None,
                id: None,
                route: route.map(str::to_owned),
            };
            assert_eq!(told(&events), [expected], "{path}");
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
    let (approov, events) = recording(named());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .service(web::scope("/names-late").route("/{id}", web::get().to(open)))
            .wrap(from_fn(first))
    });
    let ask = |token: &str| {
        let request = Request::get("/names-late/7").header("X-Request-Id", "r-3");
        request.token(token).send(server.addr())
    };
    let event = |verdict| Told {
        verdict,
        name: Some("retail".to_owned()),
        id: Some("r-3".to_owned()),
        route: Some("/names-late/{id}".to_owned()),
    };
    let refused = ask(&token::forged());
    assert_eq!((refused.status, refused.body.as_str()), (401, "{}"));
    assert_eq!(told(&events), [event("token_signature")]);
    assert_eq!(
        log::lines_with("REJECTED token_signature GET /names-late/7"),
        ["INFO approov_actix REJECTED token_signature GET /names-late/7 name=retail request=r-3"]
    );
    assert_eq!(ask(&token::good()).body, "in");
    assert_eq!(told(&events), [event("accepted")]);
}

#[actix_web::test]
async fn debug_of_an_event_shows_name_and_id_and_no_header() {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let (rejections, acceptances) = (Arc::clone(&shown), Arc::clone(&shown));
    let approov = named()
        .on_rejection(move |event| {
            assert_eq!(event.enforcement, Enforcement::Enforce);
            let texts = [format!("{event:?}"), format!("{:?}", event.request)];
            rejections.lock().unwrap().extend(texts);
        })
        .on_acceptance(move |event| {
            let texts = [format!("{event:?}"), format!("{:?}", event.request)];
            acceptances.lock().unwrap().extend(texts);
        })
        .build()
        .unwrap();
    let debug = format!("{approov:?}");
    assert!(debug.contains("retail"), "{debug}");
    let server = actix_test::start_with(patient(), move || {
        App::new().configure(|app| routes(app, &approov, "/names-debug"))
    });
    for way in ["guard", "claims", "resource"] {
        for token in [token::forged(), token::good()] {
            let request = Request::get(&format!("/names-debug/{way}/7")).header("X-Request-Id", "r-4");
            let _ = request
                .token(&token)
                .header("Authorization", "needle")
                .send(server.addr());
        }
    }
    let shown = shown.lock().unwrap();
    assert_eq!(shown.len(), 12);
    for text in shown.iter() {
        assert!(text.contains("/names-debug/"), "{text}");
        assert!(text.contains("retail") || text.contains("r-4"), "{text}");
        assert!(!text.contains("needle") && !text.contains("eyJ"), "{text}");
    }
}
