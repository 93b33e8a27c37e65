//! How long a store keeps a claim, and what is looked at again when it has answered.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use actix_web::{rt::task::yield_now, web};
use approov_actix::{Approov, ApproovBuilder, Claim, ClaimOutcome, KeySet, MessageSigning, Policy, SignaturePolicy};
use serde_json::{Value, json};
use support::{
    client::Request,
    signing::{Message, Signature, token},
    token::{OTHER_SECRET, SECRET, now},
};

use super::{Served, first, once, open, serve, stored, to, transfer};
use crate::key;

/// With these claims in its token.
fn claiming(path: &str, claims: &Value) -> Message {
    to(path).replace("Approov-Token", &token(claims))
}

fn signed(message: &Message, parameters: &str) -> Request {
    message
        .carrying(&Signature::install(message).parameters(parameters))
        .request()
}

/// Ten seconds longer than the signature, with the clock skew, or the token, with its leeway, whichever ends first:
/// until then the request could come again.
#[actix_web::test]
async fn a_claim_is_kept_for_as_long_as_the_request_is_good() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&times);
    let builder = stored(move |key, time_to_live| {
        noted.lock().unwrap().push(time_to_live);
        first(key, time_to_live)
    });
    let server = Served::new(builder.leeway(Duration::from_secs(20)), |app, approov| {
        const SHORT: Policy = Policy::new()
            .signature(SignaturePolicy::required().max_age(Duration::from_secs(5)))
            .single_use(true);
        let short = web::resource("/short").route(web::to(open));
        app.service(short.wrap(approov.middleware().policy(SHORT)))
            .default_service(web::to(once));
    });
    let now = now();
    let expires = |seconds: u64| format!(";expires={}", now + seconds);
    for (case, path, expires, exp, kept) in [
        ("expires, with a minute of skew", "/", expires(15), 3000, Some(85.0)),
        ("a maximum age", "/short", String::new(), 3000, Some(75.0)),
        ("expires before the maximum age", "/short", expires(2), 3000, Some(72.0)),
        ("the token", "/", expires(500), 100, Some(130.0)),
        ("the token alone", "/", String::new(), 1000, Some(1030.0)),
        ("almost too long", "/", String::new(), 7169, Some(7199.0)),
        ("too long", "/", String::new(), 7300, None),
        ("for ever", "/", String::new(), 253_402_300_799 - now, None),
    ] {
        let message = claiming(path, &json!({ "exp": now + exp }));
        let refusal = kept.is_none().then_some("signature_time_missing");
        server.decides(case, refusal, &signed(&message, &format!(";created={now}{expires}")));
        let time = times.lock().unwrap().pop().map(|time: Duration| time.as_secs_f64());
        // A moment has passed since.
        let is_near = |(time, kept)| time <= kept && time > kept - 9.0;
        assert!(time.zip(kept).is_none_or(is_near), "{case}: {time:?} {kept:?}");
        assert_eq!(time.is_some(), kept.is_some(), "{case}");
    }
}

/// The store answers after this has happened.
fn after(meanwhile: impl Fn() + Send + Sync + 'static) -> ApproovBuilder {
    let meanwhile = Arc::new(meanwhile);
    stored(move |_, _| {
        let meanwhile = Arc::clone(&meanwhile);
        Claim::Later(Box::pin(async move {
            yield_now().await;
            meanwhile();
            Ok(ClaimOutcome::First)
        }))
    })
}

#[actix_web::test]
async fn time_is_looked_at_again_when_the_store_has_answered() {
    let skew = MessageSigning::new().clock_skew(Duration::ZERO);
    let server = serve(after(|| thread::sleep(Duration::from_millis(2100))).message_signing(skew));
    for (code, exp, expires) in [("token_expired", 2, 60), ("signature_expired", 60, 1)] {
        let message = claiming("/", &json!({ "exp": now() + exp }));
        let parameters = format!(";created={};expires={}", now(), now() + expires);
        server.refuses(code, code, &signed(&message, &parameters));
    }
}

/// What removed keys have verified does not count, while the store is asked either.
#[actix_web::test]
async fn keys_are_looked_at_again_when_the_store_has_answered() {
    const ANOTHER: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    for (secret, refusal) in [(OTHER_SECRET, Some("token_signature")), (SECRET, None)] {
        let approov = Arc::new(Mutex::new(None::<Approov>));
        let replaced = Arc::clone(&approov);
        let server = serve(after(move || {
            let keys = KeySet::new([key(secret), key(ANOTHER)]).unwrap();
            replaced.lock().unwrap().take().unwrap().replace_keys(keys).unwrap();
        }));
        *approov.lock().unwrap() = Some(server.approov.clone());
        server.decides(secret, refusal, &transfer().signed());
    }
}
