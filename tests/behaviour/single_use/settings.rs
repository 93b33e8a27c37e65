//! Single use is never silently off.

use actix_web::web;
use approov_actix::{Approov, ConfigErrorKind, Policy, SignaturePolicy, approov_protected};
use support::log;

use super::{ONCE, Served, accepts, in_memory, once, to, transfer};
use crate::{builder, signing};

#[test]
fn a_default_that_cannot_be_checked_stops_the_start() {
    const NO_STORE: &str = "the default policy requires single use, but there is no store";
    const NO_SIGNATURE: &str = "the default policy requires single use, but no signature";
    for (builder, sentence) in [
        (signing().policy(ONCE), NO_STORE),
        (in_memory().policy(Policy::new().single_use(true)), NO_SIGNATURE),
        (builder().policy(ONCE), NO_STORE),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Conflict);
        assert_eq!(error.to_string(), sentence);
    }
    assert!(in_memory().policy(ONCE).build().is_ok());
}

#[test]
#[should_panic(expected = "the policy requires single use, but there is no store")]
fn a_middleware_that_cannot_be_checked_stops_the_start() {
    let _ = signing().build().unwrap().middleware().policy(ONCE);
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
    let configure: fn(&mut web::ServiceConfig, &Approov) = |app, _| {
        app.route("/transfer", web::post().to(once))
            .route("/unsigned", web::post().to(of_no_signature));
    };
    let server = Served::new(in_memory(), configure);
    let (request, unsigned) = (transfer().signed(), to("/unsigned").signed());
    Served::new(signing(), configure).refuses("no store", "policy_invalid", &request);
    server.refuses("no signature", "policy_invalid", &unsigned);
    for line in [
        "policy_invalid /transfer: the policy requires single use, but there is no store",
        "policy_invalid /unsigned: the policy requires single use, but no signature",
    ] {
        assert!(!log::wait_for_lines_with(line).is_empty());
    }
    accepts(&server, "as it should be", &request);
    let signed = Policy::new().signature(SignaturePolicy::required());
    let server = Served::new(in_memory().policy(signed), configure);
    accepts(&server, "required by default", &unsigned);
}
