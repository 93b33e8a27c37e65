//! Keys that are replaced in code.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use actix_web::{App, FromRequest as _, HttpRequest, HttpResponse, dev::Service as _, rt, web};
use approov_actix::{
    Algorithm, Approov, ApproovClaims, ApproovVerdict, Enforcement, Key, KeyFile, KeySet, Policy, Rejection,
};
use support::{
    client::Request,
    ed25519,
    key_server::{KeyServer, Reply},
    oct, token, wait_until,
};
use tempfile::TempDir;

use super::{HOUR, SECOND, at, verdict};

use crate::{
    builder, key, patient,
    ways::{WAYS, configure},
};

fn keys(kids: &[&str]) -> KeySet {
    KeySet::from_jwks(&oct::key_set(kids)).unwrap()
}

fn approov(kid: &str) -> Approov {
    Approov::builder().keys(key_named(kid)).build().unwrap()
}

#[actix_web::test]
async fn every_way_to_protect_has_the_new_keys_at_once() {
    let approov = approov("old");
    let shared = approov.clone();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(shared.clone())
            .configure(|app| configure(app, &shared))
    });
    let (old, both, new): (&[&str], &[&str], &[&str]) = (&["old"], &["new", "old"], &["new"]);
    for (kids, expected) in [
        (old, (200, 401)),
        (both, (200, 200)),
        (new, (401, 200)),
        (old, (200, 401)),
    ] {
        approov.replace_keys(keys(kids)).unwrap();
        for way in WAYS {
            let ask = |kid| Request::get(way).token(&oct::token(kid)).send(server.addr()).status;
            assert_eq!((ask("old"), ask("new")), expected, "{way} {kids:?}");
        }
    }
}

#[test]
fn all_keys_are_replaced_wherever_they_were_set() {
    let approov = builder()
        .keys(key(token::OTHER_SECRET))
        .keys(key_named("set-in-code"))
        .build()
        .unwrap();
    let good = [
        token::good(),
        token::signed_by(token::OTHER_SECRET),
        oct::token("set-in-code"),
    ];
    assert!(good.iter().all(|token| approov.verify_token(token).is_ok()));
    approov.replace_keys(keys(&["replaced"])).unwrap();
    assert!(good.iter().all(|token| approov.verify_token(token).is_err()));
    assert_eq!(verdict(&approov.clone(), "replaced"), Ok(()));
}

fn key_named(kid: &str) -> Key {
    key(&oct::secret(kid)).with_key_id(kid)
}

#[test]
fn keys_that_are_refreshed_cannot_be_replaced() {
    let folder = TempDir::new().unwrap();
    let (set, pem) = (folder.path().join("set"), folder.path().join("pem"));
    fs::write(&set, oct::key_set(&["refreshed"])).unwrap();
    fs::write(&pem, ed25519::FIRST.pem).unwrap();
    let server = KeyServer::start(Reply::keys(&["refreshed"]));
    for (builder, origin) in [
        (
            Approov::builder().keys(KeyFile::jwks(&set)),
            "the path given to `KeyFile::jwks`",
        ),
        (
            Approov::builder().keys(KeyFile::pem(Algorithm::EdDSA, &pem)),
            "the path given to `KeyFile::pem`",
        ),
        (at(&server, HOUR), "the address given to `JwksUrl::new`"),
        (builder().keys(KeyFile::jwks(&set)), "the path given to `KeyFile::jwks`"),
    ] {
        let approov = builder.build().unwrap();
        let error = approov.replace_keys(keys(&["replaced"])).unwrap_err();
        let sentence = format!("{origin} is a source of keys that is refreshed, so its keys cannot be replaced");
        assert_eq!(error.to_string(), sentence);
        assert!(verdict(&approov, "replaced").is_err());
    }
}

/// A server whose outer middleware accepts a token of the key `old`, which is gone before the request gets any further.
/// Returns what becomes of such a request.
fn status_when_the_key_goes(path: &str) -> u16 {
    async fn verdict(verdict: ApproovVerdict) -> HttpResponse {
        match verdict {
            ApproovVerdict::Genuine(_) => HttpResponse::Ok().finish(),
            ApproovVerdict::Rejected(_) => HttpResponse::Unauthorized().finish(),
        }
    }
    let approov = approov("old");
    let outer = approov.clone();
    let server = actix_test::start_with(patient(), move || {
        let inner = outer.clone();
        App::new()
            .route("/verdict", web::get().to(verdict))
            .configure(|app| configure(app, &outer))
            .wrap_fn(move |request, service| {
                inner.replace_keys(keys(&["new"])).unwrap();
                service.call(request)
            })
            .wrap(outer.middleware())
    });
    let answer = Request::get(path).token(&oct::token("old")).send(server.addr());
    assert_eq!(
        super::verdict(&approov, "old"),
        Err(Rejection::TokenKeyUnknown),
        "the request got past the middleware"
    );
    answer.status
}

/// The middleware has accepted the token and kept that with the request; then its key goes.
#[actix_web::test]
async fn what_was_verified_does_not_outlive_its_key() {
    for path in ["/guard", "/middleware", "/verdict"] {
        assert_eq!(status_when_the_key_goes(path), 401, "{path}");
    }
}

#[actix_web::test]
async fn claims_do_not_outlive_their_key() {
    assert_eq!(status_when_the_key_goes("/claims"), 401);
}

/// A token that an outer layer has only reported, and whose key comes before the inner one looks.
#[actix_web::test]
async fn a_refusal_does_not_outlive_the_change_either() {
    async fn replace(request: HttpRequest, approov: web::Data<Approov>) -> String {
        assert!(ApproovClaims::extract(&request).await.is_err());
        approov.replace_keys(keys(&["new"])).unwrap();
        let claims = ApproovClaims::extract(&request).await.unwrap();
        claims.device_id().unwrap().to_owned()
    }
    let approov = approov("old");
    let data = web::Data::new(approov);
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(data.clone())
            .route("/", web::get().to(replace))
            .wrap(data.middleware().policy(report))
    });
    let answer = Request::get("/").token(&oct::token("new")).send(server.addr());
    assert_eq!((answer.status, answer.body.as_str()), (200, token::DEVICE_ID));
}

#[actix_web::test]
async fn a_request_that_is_being_served_is_finished() {
    /// How many requests have begun, and how many may end.
    #[derive(Default)]
    struct Gate {
        begun: AtomicUsize,
        may_end: AtomicUsize,
    }
    async fn wait(_: ApproovClaims, gate: web::Data<Gate>) -> &'static str {
        gate.begun.fetch_add(1, Ordering::SeqCst);
        while gate.may_end.load(Ordering::SeqCst) == 0 {
            rt::time::sleep(SECOND / 100).await;
        }
        "finished"
    }
    let approov = approov("old");
    let gate = web::Data::new(Gate::default());
    let (shared, shared_gate) = (approov.clone(), gate.clone());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(shared_gate.clone())
            .route("/", web::get().to(wait))
            .wrap(shared.middleware())
    });
    let address = server.addr();
    let ask = move || Request::get("/").token(&oct::token("old")).send(address);
    let first = thread::spawn(ask);
    wait_until("the request", || gate.begun.load(Ordering::SeqCst) == 1);
    approov.replace_keys(keys(&["new"])).unwrap();
    assert_eq!(ask().status, 401);
    gate.may_end.store(1, Ordering::SeqCst);
    let answer = first.join().unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "finished"));
}

/// Each configuration has keys of its own, also where one is made from the other's parts.
#[test]
fn other_configurations_keep_their_keys() {
    let (one, other) = (Arc::new(approov("shared")), approov("shared"));
    one.replace_keys(keys(&["other"])).unwrap();
    assert_eq!(verdict(&one, "shared"), Err(Rejection::TokenKeyUnknown));
    assert_eq!(verdict(&other, "shared"), Ok(()));
}
