//! One request is claimed once, whoever looks at it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use actix_web::{FromRequest as _, HttpRequest, middleware::from_fn, web};
use approov_actix::{
    ApproovBuilder, ApproovClaims, ApproovSignature, ApproovVerdict, Claim, Enforcement, Refused, SingleUse,
    SingleUseAdmission, StoreError, approov_protected,
};
use support::{log, signing::Message, token::DEVICE_ID};

use super::{
    ACCOUNT, BOTH, INSTALL, ONCE, REPLAYED, Served, Signed, Store, accepts, first, in_memory, later, memory, once,
    open, stored, to, transfer,
};
use crate::{
    behaviour::{extractors::verdict, nearest::send_on},
    signing,
};

#[approov_protected(signature = "required", single_use = true)]
async fn everything(
    _: ApproovClaims,
    _: ApproovSignature,
    _: Option<ApproovClaims>,
    verdict: ApproovVerdict,
    request: HttpRequest,
) -> String {
    let extracted = ApproovSignature::extract(&request).await.is_ok();
    format!("{} {extracted}", verdict.rejection().is_none())
}

async fn argument(_: ApproovClaims, _: ApproovSignature) -> &'static str {
    "true true"
}

#[actix_web::test]
async fn layers_and_arguments_share_one_claim() {
    for builder in [in_memory, later] {
        let server = Served::new(builder(), |app, approov| {
            let middleware = || approov.middleware().policy(ONCE);
            let resource = web::resource("/a").route(web::post().to(everything));
            let layers = web::scope("/layers").service(resource.wrap(middleware()));
            let open = web::scope("/open").route("/a", web::post().to(argument));
            app.service(layers.wrap(middleware()).wrap(middleware()))
                .service(open.wrap(middleware()));
        });
        for path in ["/layers/a", "/open/a"] {
            let request = Signed::new(to(path)).by(BOTH).request();
            let answer = server.accepts(path, &request);
            assert_eq!(answer.body, "true true", "{path}");
            assert_eq!(server.admissions(), [Some(SingleUseAdmission::Claimed)]);
            server.refuses(path, REPLAYED, &request);
        }
    }
}

/// Two layers, each of a configuration of its own.
fn two_layers(outer: SingleUse, inner: SingleUse) -> Served {
    let inner = signing().single_use(inner).build().unwrap();
    Served::new(signing().single_use(outer), move |app, outer| {
        let scope = web::scope("").default_service(web::to(open));
        let scope = scope.wrap(inner.middleware().policy(ONCE));
        app.service(scope.wrap(outer.middleware().policy(ONCE)));
    })
}

/// Configurations share a claim where they share a store. One of two stores that knows the request refuses it.
#[actix_web::test]
async fn each_store_is_claimed_once() {
    for (is_shared, claims) in [(false, 2), (true, 1)] {
        let count = Arc::new(AtomicU32::new(0));
        let counting = || {
            let count = Arc::clone(&count);
            Arc::new(Store(move |key: &_, time| {
                count.fetch_add(1, Ordering::Relaxed);
                first(key, time)
            }))
        };
        let outer = counting();
        let inner = if is_shared { Arc::clone(&outer) } else { counting() };
        let server = two_layers(SingleUse::new(outer), SingleUse::new(inner));
        server.accepts("first", &transfer().signed());
        assert_eq!(count.load(Ordering::Relaxed), claims);
    }
    let server = two_layers(SingleUse::new(Store(first)), SingleUse::new(memory()));
    let request = transfer().signed();
    server.accepts("first", &request);
    assert_eq!(server.send(&request).status, 409);
}

#[actix_web::test]
async fn a_request_that_is_sent_on_is_the_same_request() {
    let server = Served::new(in_memory(), |app, _| {
        let inner = web::scope("").default_service(web::to(once));
        app.service(web::scope("").service(inner).wrap(from_fn(send_on)));
    });
    let message = transfer();
    let request = message.signed().header("X-Next", &message.target());
    accepts(&server, "first", &request);
    // It is sent on to where it was, and refused again: it does not become the first.
    assert_eq!((server.send(&request).status, server.codes()), (409, vec![REPLAYED; 2]));
}

/// An argument alone cannot look at a body.
fn bodiless(path: &str) -> Message {
    Message {
        body: Vec::new(),
        ..to(path).without("Content-Digest").without("Content-Length")
    }
}

async fn ask_twice(request: HttpRequest) -> Result<&'static str, Refused> {
    ApproovClaims::extract(&request).await?;
    ApproovClaims::extract(&request).await.map(|_| "in")
}

/// It can neither wait nor, where the handler asks by itself, keep the claim. It says so before it claims anything.
#[actix_web::test]
async fn an_argument_alone_claims_where_it_can() {
    log::capture();
    let serve = |builder: ApproovBuilder| {
        Served::new(builder.policy(ONCE), |app, approov| {
            let asks = || web::post().to(ask_twice);
            let exempt = web::scope("/exempt").route("/asks", asks());
            app.route("/argument", web::post().to(argument))
                .route("/verdict", web::post().to(verdict))
                .route("/asks", asks())
                .service(exempt.wrap(approov.middleware().exempt("/exempt/asks")));
        })
    };
    let (memory, network) = (serve(in_memory()), serve(later()));
    // In an exempt layer a claim is kept: of two questions it is one.
    for path in ["/argument", "/exempt/asks"] {
        let request = bodiless(path).signed();
        accepts(&memory, path, &request);
        memory.refuses(path, REPLAYED, &request);
    }
    let request = bodiless("/verdict").signed();
    for verdict in [DEVICE_ID, REPLAYED] {
        assert_eq!(memory.send(&request).body, verdict);
    }
    for (server, path) in [(&network, "/argument"), (&network, "/asks"), (&memory, "/asks")] {
        let request = bodiless(path).signed();
        server.refuses(path, "single_use_unavailable", &request);
        server.refuses(path, "single_use_unavailable", &request);
    }
    let lines = log::wait_for_lines_with("an argument alone can neither wait");
    let named = |line: &String| line.contains("single_use_unavailable /a");
    assert!(lines.iter().all(named), "{lines:?}");
}

#[actix_web::test]
async fn a_replay_can_be_reported_only() {
    let server = Served::new(in_memory(), |app, approov| {
        let middleware = |enforcement| approov.middleware().policy(ONCE.single_use_enforcement(enforcement));
        let both = web::resource("/both").route(web::to(open));
        let both = both.wrap(middleware(Enforcement::Enforce));
        app.route("/transfer", web::to(open).wrap(middleware(Enforcement::Report)))
            .service(both.wrap(middleware(Enforcement::Report)));
    });
    let request = transfer().signed();
    accepts(&server, "first", &request);
    assert_eq!((server.send(&request).status, server.codes()), (200, vec![REPLAYED]));
    assert!(server.admissions().is_empty());

    // Both layers look at both claims, of which one is a repetition, or both are.
    for first in [INSTALL, ACCOUNT, BOTH] {
        let signed = Signed::new(to("/both"));
        accepts(&server, "first", &signed.by(first).request());
        assert_eq!(server.send(&signed.by(BOTH).request()).status, 409, "{first:?}");
        assert_eq!(server.codes(), [REPLAYED, REPLAYED], "{first:?}");
    }
}

#[actix_web::test]
async fn other_routes_never_ask_the_store() {
    #[approov_protected(signature = "required")]
    async fn often() -> &'static str {
        "in"
    }
    let failing = stored(|_, _| Claim::Now(Err(StoreError::new("down"))));
    let server = Served::new(failing, |app, _| {
        app.route("/open", web::to(open))
            .route("/signed", web::to(often))
            .default_service(web::to(once));
    });
    for path in ["/open", "/signed"] {
        let request = to(path).signed();
        server.accepts(path, &request);
        server.accepts(path, &request);
    }
    server.refuses("single use", "single_use_unavailable", &transfer().signed());
}
