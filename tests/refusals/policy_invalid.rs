//! A handler that asks for what its configuration cannot check.

use actix_web::web;
use approov_actix::{Approov, Policy, SignaturePolicy, approov_protected};
use support::log;

use crate::{
    behaviour::single_use::{accepts, in_memory, once, to, transfer},
    served::Served,
    signing,
};

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
