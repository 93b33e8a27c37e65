//! One request is claimed once, whoever looks at it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use actix_web::{App, FromRequest as _, HttpRequest, dev::Service as _, middleware::from_fn, test, web};
use approov_actix::{
    Approov, ApproovClaims, ApproovSignature, ApproovVerdict, Claim, Enforcement, Refused, SingleUse,
    SingleUseAdmission, StoreError, approov_protected,
};
use support::{
    log,
    signing::{Message, Signature},
};

use super::{
    ACCOUNT, BOTH, INSTALL, ONCE, REPLAYED, Served, Signed, Store, accepts, first, in_memory, later, memory, once,
    open, stored, test_request, to, transfer,
};
use crate::{behaviour::nearest::send_on, signing};

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
            app.service(
                web::scope("/layers")
                    .service(web::resource("/a").route(web::post().to(everything)).wrap(middleware()))
                    .wrap(middleware())
                    .wrap(middleware()),
            )
            .service(
                web::scope("/open")
                    .route("/a", web::post().to(argument))
                    .wrap(middleware()),
            );
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
        app.service(
            web::scope("")
                .default_service(web::to(open))
                .wrap(inner.middleware().policy(ONCE))
                .wrap(outer.middleware().policy(ONCE)),
        );
    })
}

/// Configurations share a claim where they share a store.
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
}

#[actix_web::test]
async fn one_of_two_stores_that_knows_a_request_refuses_it() {
    let server = two_layers(SingleUse::new(Store(first)), SingleUse::new(memory()));
    let request = transfer().signed();
    server.accepts("first", &request);
    assert_eq!(server.send(&request).status, 409);
}

#[actix_web::test]
async fn a_request_that_is_sent_on_is_the_same_request() {
    let app = App::new()
        .app_data(in_memory().build().unwrap())
        .service(web::scope("").default_service(web::to(once)).wrap(from_fn(
            |request, next: actix_web::middleware::Next<_>| next.call(request),
        )))
        .wrap(from_fn(send_on));
    let app = test::init_service(app).await;
    let message = transfer();
    // Refused with 409, it is sent on to where it was, and refused again: it does not become the first.
    let message = message
        .carrying(&Signature::install(&message))
        .header("X-Next", &message.target());
    for status in [200, 409] {
        let request = test_request(&message).to_request();
        assert_eq!(app.call(request).await.unwrap().status(), status);
    }
}

/// An argument alone cannot look at a body.
fn bodiless(path: &str) -> Message {
    Message {
        body: Vec::new(),
        ..to(path).without("Content-Digest").without("Content-Length")
    }
}

#[actix_web::test]
async fn a_verdict_is_one_use_too() {
    let server = Served::new(in_memory().policy(ONCE), |app, _| {
        app.default_service(web::to(|verdict: ApproovVerdict| async move {
            verdict
                .rejection()
                .map_or("genuine".to_owned(), |rejection| rejection.to_string())
        }));
    });
    let request = bodiless("/").signed();
    for verdict in ["genuine", REPLAYED] {
        assert_eq!(server.send(&request).body, verdict);
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
    let alone: fn(&mut web::ServiceConfig, &Approov) = |app, approov| {
        app.route("/argument", web::post().to(argument))
            .route("/asks", web::post().to(ask_twice))
            .service(
                web::scope("/exempt")
                    .route("/asks", web::post().to(ask_twice))
                    .wrap(approov.middleware().exempt("/exempt/asks")),
            );
    };
    let memory = Served::new(in_memory().policy(ONCE), alone);
    // In an exempt layer a claim is kept: of two questions it is one.
    for path in ["/argument", "/exempt/asks"] {
        let request = bodiless(path).signed();
        accepts(&memory, path, &request);
        memory.refuses(path, REPLAYED, &request);
    }
    let network = Served::new(later().policy(ONCE), alone);
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
        let enforced = approov.middleware().policy(ONCE);
        let reported = || {
            let policy = ONCE.single_use_enforcement(Enforcement::Report);
            approov.middleware().policy(policy)
        };
        app.route("/transfer", web::to(open).wrap(reported())).service(
            web::resource("/both")
                .route(web::to(open))
                .wrap(enforced)
                .wrap(reported()),
        );
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
    assert_eq!(server.admissions(), [None; 2]);
    server.refuses("single use", "single_use_unavailable", &transfer().signed());
}
