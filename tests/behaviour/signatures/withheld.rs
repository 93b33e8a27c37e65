//! Bodies that come late or never: what is held of them, and how long they are waited for.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use actix_web::web;
use approov_actix::{MessageSigning, Policy, SignaturePolicy};
use serde_json::json;
use support::{
    client::{Answer, Request},
    signing::{Message, Signature, token},
    token::now,
};

use super::{Served, WITH_BODY, echo, serve, signing, signing_by};

/// Everything but the last bytes.
fn send_without(request: &Request, last: usize, server: SocketAddr) -> TcpStream {
    let bytes = request.bytes();
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(&bytes[..bytes.len() - last]).unwrap();
    stream
}

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

#[actix_web::test]
async fn nobody_is_waited_for_longer_than_token_and_signature_are_valid() {
    let (server, strict) = (serve(signing()), serve(signing_by(WITH_BODY)));
    // A minute of skew is let through.
    let ending = |message: &Message| {
        let (created, expires) = (now() - 60, now() - 58);
        Signature::install(message).parameters(&format!(";created={created};expires={expires}"))
    };
    let order = Message::order();
    let chunks = Message::get("https://api.example.com/").header("Transfer-Encoding", "chunked");
    let soon = Message::order().replace("Approov-Token", &token(&json!({ "exp": now() + 2 })));
    for (server, message, signature, last, code) in [
        (&server, &order, ending(&order), 1, "signature_expired"),
        (&strict, &chunks, ending(&chunks), 0, "signature_expired"),
        (&server, &soon, Signature::install(&soon), 1, "token_expired"),
    ] {
        let request = message.request().signed(&[&signature]);
        let stream = send_without(&request, last, server.address());
        let answer = Answer::read(stream).unwrap();
        assert_eq!((answer.status, server.codes()), (401, vec![code]));
    }
}
