//! What becomes of a request by what its store answers, and how long a claim is kept.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::web;
use approov_actix::{
    Claim, ClaimOutcome, KeySet, MessageSigning, Policy, ReplayKey, SignaturePolicy, SingleUse, SingleUseAdmission,
    SingleUseStore, StoreError,
};
use futures_util::FutureExt as _;
use serde_json::json;
use support::{
    log,
    signing::Signature,
    token::{SECRET, now},
};

use super::{Answers, Served, failing, failing_later, serve, signed, transfer, transfer_with};
use crate::{key, signing};

#[actix_web::test]
async fn a_store_that_fails_lets_nobody_in() {
    for claim in [failing, failing_later] {
        let server = serve(signing().single_use(SingleUse::new(Answers(claim))));
        for _ in 0..2 {
            let answer = server.refuses("failing", "single_use_unavailable", &signed(&transfer(), &["install"]));
            // OkHttp sends a 503 with `Retry-After: 0` again, unchanged.
            assert_eq!(answer.header("retry-after"), None);
        }
    }
}

#[actix_web::test]
async fn unless_the_application_wants_that() {
    log::capture();
    for claim in [failing, failing_later] {
        let single_use = SingleUse::new(Answers(claim)).admit_on_failure(true);
        let server = serve(signing().single_use(single_use));
        let request = signed(&transfer(), &["install", "account"]);
        for _ in 0..2 {
            assert_eq!((server.send(&request).status, server.codes()), (200, Vec::new()));
        }
        let admissions = server.admissions();
        assert_eq!(admissions[..], [Some(SingleUseAdmission::AdmittedWithoutStore); 2]);
    }
    let lines = log::wait_for_lines_with("single_use_unavailable(timed_out) /transfer: let in without a claim");
    assert!(!lines.is_empty());
}

/// Notes for how long it is to keep a claim.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<Vec<Duration>>>);

impl SingleUseStore for Times {
    fn claim(&self, _: &ReplayKey, time_to_live: Duration) -> Claim {
        self.0.lock().unwrap().push(time_to_live);
        Claim::Now(Ok(ClaimOutcome::First))
    }
}

/// Ten seconds longer than the signature, with the clock skew, or the token, with its leeway, whichever ends first:
/// until then the request could come again.
#[actix_web::test]
async fn a_claim_is_kept_for_as_long_as_the_request_is_good() {
    let times = Times::default();
    let builder = signing().leeway(Duration::from_secs(20));
    let server = Served::new(builder.single_use(SingleUse::new(times.clone())), |app, approov| {
        const SHORT: Policy = Policy::new()
            .signature(SignaturePolicy::required().max_age(Duration::from_secs(5)))
            .single_use(true);
        app.service(
            web::scope("/short")
                .default_service(web::to(|| async { "in" }))
                .wrap(approov.middleware().policy(SHORT)),
        )
        .default_service(web::to(super::once));
    });
    let kept = |path: &str, parameters: &str, exp: Option<u64>| {
        let claims = exp.map_or(json!({}), |exp| json!({ "exp": exp }));
        let mut message = transfer_with(&claims);
        message.url = message.url.replace("/transfer", path);
        let signature = Signature::install(&message).parameters(parameters);
        let status = server.send(&message.request().signed(&[&signature])).status;
        let seconds = times.0.lock().unwrap().pop().map(|time| time.as_secs_f64());
        (status, seconds)
    };
    let now = now();
    let created = format!(";created={now}");
    for (case, path, parameters, exp, seconds) in [
        (
            "expires, with a minute of skew",
            "/transfer",
            format!("{created};expires={}", now + 15),
            None,
            85,
        ),
        ("a maximum age", "/short", created.clone(), None, 75),
        (
            "expires before the maximum age",
            "/short",
            format!("{created};expires={}", now + 2),
            None,
            72,
        ),
        (
            "the token",
            "/transfer",
            format!("{created};expires={}", now + 500),
            Some(now + 100),
            130,
        ),
        (
            "neither expires nor a maximum age",
            "/transfer",
            created.clone(),
            Some(now + 1000),
            1030,
        ),
        ("almost too long", "/transfer", created.clone(), Some(now + 7169), 7199),
    ] {
        let (status, kept) = kept(path, &parameters, exp);
        let kept = kept.unwrap();
        let expected = f64::from(seconds);
        assert_eq!(status, 200, "{case}");
        // A moment has passed since.
        assert!(kept <= expected && kept > expected - 9.0, "{case}: {kept} {expected}");
    }
    for (case, path, parameters, exp) in [
        ("too long", "/transfer", created.clone(), now + 7300),
        ("for ever", "/transfer", created.clone(), 253_402_300_799),
    ] {
        assert_eq!(kept(path, &parameters, Some(exp)), (401, None), "{case}");
        assert_eq!(server.codes(), ["signature_time_missing"], "{case}");
    }
}

/// Answers after what the test does meanwhile.
struct Slow(Arc<dyn Fn() + Send + Sync>);

impl SingleUseStore for Slow {
    fn claim(&self, _: &ReplayKey, _: Duration) -> Claim {
        let meanwhile = Arc::clone(&self.0);
        let claim = async move {
            actix_web::rt::task::yield_now().await;
            meanwhile();
            Ok::<_, StoreError>(ClaimOutcome::First)
        };
        Claim::Later(claim.boxed())
    }
}

#[actix_web::test]
async fn time_is_looked_at_again_when_the_store_has_answered() {
    let wait = Slow(Arc::new(|| std::thread::sleep(Duration::from_millis(2100))));
    let skew = MessageSigning::new().clock_skew(Duration::ZERO);
    let server = serve(signing().message_signing(skew).single_use(SingleUse::new(wait)));
    let message = transfer_with(&json!({ "exp": now() + 2 }));
    let parameters = format!(";created={};expires={}", now(), now() + 60);
    let signature = Signature::install(&message).parameters(&parameters);
    server.refuses("token", "token_expired", &message.request().signed(&[&signature]));
    let message = transfer();
    let parameters = format!(";created={};expires={}", now(), now() + 1);
    let signature = Signature::install(&message).parameters(&parameters);
    server.refuses(
        "signature",
        "signature_expired",
        &message.request().signed(&[&signature]),
    );
}

/// What removed keys have verified does not count, while the store is asked either.
#[actix_web::test]
async fn keys_are_looked_at_again_when_the_store_has_answered() {
    const OTHER: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    for (keys, expected) in [(OTHER, "token_signature"), (SECRET, "")] {
        let approov: Arc<Mutex<Option<approov_actix::Approov>>> = Arc::default();
        let replaced = Arc::clone(&approov);
        let replace = Slow(Arc::new(move || {
            let keys = KeySet::new([key(keys), key("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")]).unwrap();
            if let Some(approov) = replaced.lock().unwrap().take() {
                approov.replace_keys(keys).unwrap();
            }
        }));
        let (built, codes) = support::codes::Codes::of(signing().single_use(SingleUse::new(replace)));
        *approov.lock().unwrap() = Some(built.clone());
        let server = actix_test::start_with(crate::patient(), move || {
            actix_web::App::new()
                .app_data(built.clone())
                .default_service(web::to(super::once))
        });
        let message = transfer();
        let status = signed(&message, &["install"]).send(server.addr()).status;
        if expected.is_empty() {
            assert_eq!((status, codes.take()), (200, Vec::new()));
        } else {
            assert_eq!((status, codes.take()), (401, vec![expected]));
        }
    }
}
