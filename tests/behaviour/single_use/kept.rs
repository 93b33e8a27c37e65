//! One request is claimed once, whoever looks at it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actix_web::{App, FromRequest as _, HttpRequest, dev::Service as _, middleware::from_fn, web};
use approov_actix::{
    ApproovClaims, ApproovSignature, ApproovVerdict, Claim, Enforcement, MemoryStore, Policy, Refused, ReplayKey,
    SignaturePolicy, SingleUse, SingleUseAdmission, SingleUseStore, approov_protected,
};
use support::{client::Request, log, signing::Message};

use super::{Answers, ONCE, REPLAYED, Served, Signatures, accepts, first, in_memory, later, once, signed, transfer};
use crate::{behaviour::nearest::SendOn, patient, signing};

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

fn to(path: &str, message: &Message) -> Message {
    Message {
        url: message.url.replace("/transfer", path),
        ..message.clone()
    }
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
                    .route(
                        "/a",
                        web::post().to(|_: ApproovClaims, _: ApproovSignature| async { "true true" }),
                    )
                    .wrap(middleware()),
            );
        });
        for path in ["/layers/a", "/open/a"] {
            let request = signed(&to(path, &transfer()), &["install", "account"]);
            let answer = server.send(&request);
            assert_eq!((answer.status, answer.body.as_str()), (200, "true true"), "{path}");
            assert_eq!(server.admissions(), [Some(SingleUseAdmission::Claimed)]);
            server.refuses(path, REPLAYED, &request);
        }
    }
}

/// A second configuration claims in its own store, and once in a store that they share.
#[actix_web::test]
async fn configurations_share_a_claim_where_they_share_a_store() {
    let shared = in_memory().build().unwrap();
    let other = in_memory().build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new().service(
            web::scope("")
                .default_service(web::to(|| async { "in" }))
                .wrap(shared.middleware().policy(ONCE))
                .wrap(other.middleware().policy(ONCE)),
        )
    });
    let request = signed(&transfer(), &["install"]);
    assert_eq!(request.send(server.addr()).status, 200);
    assert_eq!(request.send(server.addr()).status, 409);
}

#[actix_web::test]
async fn a_request_that_is_sent_on_is_the_same_request() {
    let approov = in_memory().build().unwrap();
    let app = actix_web::test::init_service(
        App::new()
            .app_data(approov)
            .service(web::scope("").default_service(web::to(once)).wrap(from_fn(
                |request, next: actix_web::middleware::Next<_>| next.call(request),
            )))
            .wrap(SendOn),
    )
    .await;
    let message = transfer();
    let (input, bytes) = support::signing::Signature::install(&message).members();
    let request = || {
        let mut request = actix_web::test::TestRequest::post().uri(&message.target());
        for (name, value) in &message.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        request
            .insert_header(("Host", "api.example.com"))
            .insert_header(("Signature-Input", input.as_str()))
            .insert_header(("Signature", bytes.as_str()))
            // Refused with 409, it is sent on to where it was, and refused again: it does not become the first.
            .insert_header(("X-Next", message.target()))
            .set_payload(message.body.clone())
            .to_request()
    };
    assert_eq!(app.call(request()).await.unwrap().status(), 200);
    assert_eq!(app.call(request()).await.unwrap().status(), 409);
}

#[actix_web::test]
async fn a_verdict_is_one_use_too() {
    let server = Served::new(in_memory().policy(ONCE), |app, _| {
        app.route(
            "/transfer",
            web::post().to(|verdict: ApproovVerdict| async move {
                verdict
                    .rejection()
                    .map_or("genuine".to_owned(), |rejection| rejection.to_string())
            }),
        );
    });
    let message = transfer();
    // An argument alone cannot look at a body.
    let message = Message {
        body: Vec::new(),
        ..message.without("Content-Digest").without("Content-Length")
    };
    let request = signed(&message, &["install"]);
    assert_eq!(server.send(&request).body, "genuine");
    assert_eq!(server.send(&request).body, "request_replayed");
}

fn bodiless() -> Message {
    let message = transfer();
    Message {
        body: Vec::new(),
        ..message.without("Content-Digest").without("Content-Length")
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
    let alone: fn(&mut web::ServiceConfig, &approov_actix::Approov) = |app, approov| {
        app.route(
            "/argument",
            web::post().to(|_: ApproovClaims, _: ApproovSignature| async { "in" }),
        )
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
        let request = signed(&to(path, &bodiless()), &["install"]);
        accepts(&memory, path, &request);
        memory.refuses(path, REPLAYED, &request);
    }
    let network = Served::new(later().policy(ONCE), alone);
    for (server, path) in [(&network, "/argument"), (&network, "/asks"), (&memory, "/asks")] {
        let request = signed(&to(path, &bodiless()), &["install"]);
        server.refuses(path, "single_use_unavailable", &request);
        server.refuses(path, "single_use_unavailable", &request);
    }
    let lines = log::wait_for_lines_with("an argument alone can neither wait");
    assert!(
        lines.iter().all(|line| line.contains("single_use_unavailable /a")),
        "{lines:?}"
    );
}

#[actix_web::test]
async fn a_replay_can_be_reported_only() {
    const REPORTED: Policy = Policy::new()
        .signature(SignaturePolicy::required())
        .single_use(true)
        .single_use_enforcement(Enforcement::Report);
    let server = Served::new(in_memory(), |app, approov| {
        let enforced = approov.middleware().policy(ONCE);
        app.service(
            web::scope("/transfer")
                .default_service(web::to(|| async { "in" }))
                .wrap(approov.middleware().policy(REPORTED)),
        )
        .service(
            web::scope("/both")
                .default_service(web::to(|| async { "in" }))
                .wrap(enforced)
                .wrap(approov.middleware().policy(REPORTED)),
        );
    });
    let request = signed(&transfer(), &["install"]);
    accepts(&server, "first", &request);
    assert_eq!((server.send(&request).status, server.codes()), (200, vec![REPLAYED]));
    assert!(server.admissions().is_empty());

    let request = signed(&to("/both", &transfer()), &["install"]);
    accepts(&server, "first", &request);
    assert_eq!(server.send(&request).status, 409);
    assert_eq!(server.codes(), [REPLAYED, REPLAYED]);

    // Both layers look at both claims, of which only one is a repetition.
    for label in ["install", "account"] {
        let message = to("/both", &transfer());
        let signatures = Signatures::of(&message);
        accepts(&server, label, &signatures.on(&message, &[label]));
        let both = signatures.on(&message, &["install", "account"]);
        assert_eq!(server.send(&both).status, 409, "{label}");
        assert_eq!(server.codes(), [REPLAYED, REPLAYED], "{label}");
    }
}

#[actix_web::test]
async fn other_routes_are_as_they_were() {
    #[approov_protected(signature = "required")]
    async fn often() -> &'static str {
        "in"
    }
    let server = Served::new(in_memory(), |app, _| {
        app.route("/transfer", web::post().to(often));
    });
    let request = signed(&transfer(), &["install"]);
    for _ in 0..3 {
        assert_eq!((server.send(&request).status, server.codes()), (200, Vec::new()));
    }
    assert_eq!(server.admissions(), [None; 3]);
}

/// Counts its claims, of which each is the first.
#[derive(Default)]
struct Counting(AtomicU32);

impl SingleUseStore for Counting {
    fn claim(&self, _: &ReplayKey, _: Duration) -> Claim {
        self.0.fetch_add(1, Ordering::Relaxed);
        first()
    }
}

#[actix_web::test]
async fn stores_that_are_not_shared_are_each_claimed() {
    let (one, other) = (Arc::new(Counting::default()), Arc::new(Counting::default()));
    for (stores, counts) in [([&one, &other], [1, 1]), ([&one, &one], [2, 1])] {
        let [outer, inner] =
            stores.map(|store| signing().single_use(SingleUse::new(Arc::clone(store))).build().unwrap());
        let server = actix_test::start_with(patient(), move || {
            App::new().service(
                web::scope("")
                    .default_service(web::to(|| async { "in" }))
                    .wrap(inner.middleware().policy(ONCE))
                    .wrap(outer.middleware().policy(ONCE)),
            )
        });
        assert_eq!(signed(&transfer(), &["install"]).send(server.addr()).status, 200);
        assert_eq!([&one, &other].map(|store| store.0.load(Ordering::Relaxed)), counts);
    }
}

#[actix_web::test]
async fn one_of_two_stores_that_knows_a_request_refuses_it() {
    let one = signing().single_use(SingleUse::new(Answers(first))).build().unwrap();
    let memory = signing()
        .single_use(SingleUse::new(MemoryStore::new(1000).unwrap()))
        .build()
        .unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new().service(
            web::scope("")
                .default_service(web::to(|| async { "in" }))
                .wrap(memory.middleware().policy(ONCE))
                .wrap(one.middleware().policy(ONCE)),
        )
    });
    let request: Request = signed(&transfer(), &["install"]);
    assert_eq!(request.send(server.addr()).status, 200);
    assert_eq!(request.send(server.addr()).status, 409);
}
