//! Bodies that break off, and those that an argument alone cannot read.

use std::time::Duration;

use actix_web::web;
use approov_actix::{Approov, ApproovClaims, SignaturePolicy};
use support::{log, signing::Message};

use crate::{
    ORIGIN,
    behaviour::signatures::{
        REPORTED, WITH_BODY,
        bodies::{WAYS, chunked, post, routes},
        order,
    },
    served::Served,
    signing, signing_by,
};

/// The connection ends, or what comes is no chunk.
#[actix_web::test]
async fn bodies_that_break_off() {
    let server = Served::new(signing(), routes);
    let report = Served::new(signing_by(REPORTED), routes);
    for path in WAYS.map(|way| format!("{way}/payload")) {
        let whole = post(&path, "text/plain", b"0123456789");
        for (message, body) in [
            (whole.clone(), "01234"),
            (chunked(whole.clone()), "a\r\n01234"),
            (chunked(whole.clone()), "a\r\n0123456789\r\nzz\r\n"),
        ] {
            let body = body.into();
            let broken = Message { body, ..message }.signed();
            let _ = broken.send_and_hang_up(server.address());
            assert_eq!(wait_for_codes(&server), ["body_unavailable"], "{path}");
            let body = broken.send_and_hang_up(report.address()).unwrap().body;
            assert_eq!(wait_for_codes(&report), ["body_unavailable"], "{path}");
            assert!(body.ends_with(" bytes, then broken"), "{path} {body:?}");
        }
        server.accepts("afterwards", &whole.signed());
    }
}

/// The codes, as soon as there is one.
pub(crate) fn wait_for_codes(server: &Served) -> Vec<&'static str> {
    for _ in 0..500 {
        let codes = server.codes();
        if !codes.is_empty() {
            return codes;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Vec::new()
}

/// Claims are no way around a check of the body that they cannot make.
#[actix_web::test]
async fn claims_alone_refuse_what_they_cannot_check() {
    log::capture();
    let serve = |policy| {
        let claims = async |_: ApproovClaims, body: web::Bytes| body;
        Served::new(signing_by(policy), move |app: &mut web::ServiceConfig, _: &Approov| {
            app.route("/claims/alone", web::to(claims));
        })
    };
    let (lax, strict) = (serve(SignaturePolicy::required()), serve(WITH_BODY));
    let message = order("/claims/alone");
    lax.refuses("covered", "body_unavailable", &message.signed());
    let line = "ERROR approov_actix body_unavailable /claims/alone: the signature is about the body";
    assert_eq!(log::lines_with(line).len(), 1);

    let uncovered = message.clone().without("Content-Digest");
    lax.accepts("uncovered", &uncovered.signed());
    strict.refuses("uncovered", "body_unavailable", &uncovered.signed());
    lax.refuses("unsigned", "signature_missing", &uncovered.request());
    let none = Message::get(&format!("{ORIGIN}/claims/alone")).signed();
    lax.accepts("no body", &none);
    strict.accepts("no body", &none);
    let upgrade = uncovered.without("Content-Length").signed();
    strict.refuses("upgrade", "body_unavailable", &upgrade.header("Upgrade", "websocket"));

    let report = serve(REPORTED);
    let answer = report.send(&message.signed());
    assert_eq!((answer.status, report.codes()), (200, vec!["body_unavailable"]));
}
