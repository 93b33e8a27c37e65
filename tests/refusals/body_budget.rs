//! Bodies that are held until they are complete: their bytes are bounded.

use std::io::Write as _;

use actix_web::web;
use approov_actix::{MessageSigning, Policy, SignaturePolicy};
use support::{client::Answer, signing::Message};

use crate::{
    behaviour::signatures::{echo, withheld::send_without},
    served::Served,
    signing_by,
};

#[actix_web::test]
async fn the_bytes_that_are_held_at_once_are_bounded() {
    let signing =
        signing_by(SignaturePolicy::new().body_limit(10)).message_signing(MessageSigning::new().body_budget(10));
    let server = Served::new(signing, |app, approov| {
        // No budget has room for everything that a route may allow.
        let larger = Policy::new().signature(SignaturePolicy::required().body_limit(100));
        let scope = web::scope("").default_service(web::to(echo));
        app.service(scope.wrap(approov.middleware().policy(larger)));
    });
    let signed = |body: &[u8]| Message::order().body(body).signed();
    for _ in 0..3 {
        server.accepts("as many as there may be", &signed(b"0123456789"));
    }
    let answer = server.send(&signed(b"0123456789a"));
    assert_eq!((answer.status, answer.body.as_str()), (503, "{}"));
    assert_eq!(server.codes(), ["body_budget"]);

    let mut held = send_without(&signed(b"0123456789"), 1, server.address());
    let other = signed(b"0123456789");
    // Until the nine bytes have arrived there is room.
    let answer = std::iter::repeat_with(|| server.send(&other)).find(|answer| answer.status != 200);
    assert_eq!(answer.unwrap().status, 503);
    assert_eq!(server.codes(), ["body_budget"]);
    server.accepts("one byte", &signed(b"0"));
    held.write_all(b"9").unwrap();
    assert_eq!(Answer::read(held).unwrap().status, 200);
    server.accepts("there is room again", &other);
}
