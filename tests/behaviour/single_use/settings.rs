//! Single use is never silently off.

use actix_web::web;
use approov_actix::{ConfigErrorKind, Policy, SignaturePolicy, approov_protected};
use support::log;

use super::{ONCE, Served, accepts, in_memory, once, signed, transfer};
use crate::{builder, signing};

#[test]
fn a_default_that_cannot_be_checked_stops_the_start() {
    for (builder, sentence) in [
        (
            signing().policy(ONCE),
            "the default policy requires single use, but there is no store",
        ),
        (
            in_memory().policy(Policy::new().single_use(true)),
            "the default policy requires single use, but no signature",
        ),
        (
            builder().policy(ONCE),
            "the default policy requires single use, but there is no store",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ConfigErrorKind::Conflict, sentence)
        );
    }
    assert!(in_memory().policy(ONCE).build().is_ok());
}

#[test]
#[should_panic(expected = "the policy requires single use, but there is no store")]
fn a_middleware_without_a_store_stops_the_start() {
    let _ = signing().build().unwrap().middleware().policy(ONCE);
}

#[test]
#[should_panic(expected = "the policy requires single use, but no signature")]
fn a_middleware_without_a_signature_stops_the_start() {
    let _ = in_memory()
        .build()
        .unwrap()
        .middleware()
        .policy(Policy::new().single_use(true));
}

#[test]
#[should_panic(expected = "Policy::single_use needs a signature that is required")]
fn a_policy_that_contradicts_itself() {
    let _ = Policy::new().single_use(true).signature(SignaturePolicy::if_able());
}

#[approov_protected(single_use = true)]
async fn of_no_signature() -> &'static str {
    "in"
}

#[actix_web::test]
async fn a_handler_that_cannot_be_checked_answers_500() {
    log::capture();
    let configure: fn(&mut web::ServiceConfig, &approov_actix::Approov) = |app, _| {
        app.route("/transfer", web::post().to(once))
            .route("/unsigned", web::post().to(of_no_signature));
    };
    let without_store = Served::new(signing(), configure);
    let request = signed(&transfer(), &["install"]);
    without_store.refuses("no store", "policy_invalid", &request);
    let mut message = transfer();
    message.url = message.url.replace("/transfer", "/unsigned");
    let server = Served::new(in_memory(), configure);
    server.refuses("no signature", "policy_invalid", &signed(&message, &["install"]));
    accepts(&server, "as it should be", &request);
    for line in [
        "policy_invalid /transfer: the policy requires single use, but there is no store",
        "policy_invalid /unsigned: the policy requires single use, but no signature",
    ] {
        assert!(!log::wait_for_lines_with(line).is_empty());
    }
    // The default may require the signature.
    let server = Served::new(
        in_memory().policy(Policy::new().signature(SignaturePolicy::required())),
        configure,
    );
    accepts(&server, "required by default", &signed(&message, &["install"]));
}
