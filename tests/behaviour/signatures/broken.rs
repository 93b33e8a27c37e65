//! Bodies that are too large or break off, and what is reported of bodies.

use std::time::Duration;

use approov_actix::SignaturePolicy;
use support::{
    log,
    signing::{Message, Signature, sha256},
};

use super::{
    LEAST, REPORTED, Served,
    bodies::{WAYS, chunked, post, routes},
    signing, signing_by,
};

#[actix_web::test]
async fn bodies_above_the_limit_are_too_large() {
    let server = Served::new(signing_by(SignaturePolicy::required().body_limit(1000)), routes);
    let default = Served::new(signing(), routes);
    let too_large = Some("body_too_large");
    for path in WAYS.map(|way| format!("{way}/payload")) {
        let of_size = |size: usize| post(&path, "text/plain", &vec![b'x'; size]);
        // Announced, and never sent: nobody waits for it.
        let announced = |size: usize| post(&path, "text/plain", b"").replace("Content-Length", &size.to_string());
        for (server, case, message, verdict) in [
            (&server, "less", of_size(999), None),
            (&server, "as much", of_size(1000), None),
            (&server, "as much, in chunks", chunked(of_size(1000)), None),
            (&server, "more", of_size(1001), too_large),
            (&server, "more, in chunks", chunked(of_size(1001)), too_large),
            (&server, "much more, in chunks", chunked(of_size(20_000)), too_large),
            (&server, "announced", announced(1001), too_large),
            (&server, "not read", of_size(5000).without("Content-Digest"), None),
            (&default, "the default limit", of_size(2 * 1024 * 1024), None),
            (&default, "more than that", announced(2 * 1024 * 1024 + 1), too_large),
        ] {
            server.decides(case, verdict, &message.signed());
        }
    }
}

#[actix_web::test]
async fn in_report_mode_the_whole_body_goes_to_the_handler() {
    log::capture();
    let server = Served::new(signing_by(REPORTED), routes);
    let large: Vec<u8> = (0..3 * 1024 * 1024_u32)
        .map(|n| b'a' + u8::try_from(n % 23).unwrap())
        .collect();
    for path in WAYS.map(|way| format!("{way}/payload")) {
        for (code, body) in [("body_too_large", &large[..]), ("digest_mismatch", b"small")] {
            let message = post(&path, "text/plain", body);
            let covered = [&LEAST[..], &["content-digest"]].concat();
            let signature = Signature::install(&message).covering(&message, &covered);
            let altered = message.alter_body();
            for sent in [altered.clone(), chunked(altered.clone())] {
                let answer = server.send(&sent.request().signed(&[&signature]));
                assert_eq!((answer.status, server.codes()), (200, vec![code]), "{path}");
                assert_eq!(answer.body, sha256(&altered.body), "{path}");
            }
        }
        assert!(!log::lines_with(&format!("WOULD REJECT body_too_large POST {path} ")).is_empty());
    }
}

/// The connection ends, or what comes is no chunk.
#[actix_web::test]
async fn bodies_that_break_off() {
    let server = Served::new(signing(), routes);
    let report = Served::new(signing_by(REPORTED), routes);
    for path in WAYS.map(|way| format!("{way}/payload")) {
        let message = post(&path, "text/plain", b"0123456789");
        let with_bytes = |message: Message, body: &[u8]| Message {
            body: body.to_vec(),
            ..message
        };
        for broken in [
            with_bytes(message.clone(), b"01234"),
            with_bytes(chunked(message.clone()), b"a\r\n01234"),
            with_bytes(chunked(message.clone()), b"a\r\n0123456789\r\nzz\r\n"),
        ] {
            let _ = broken.signed().send_and_hang_up(server.address());
            assert_eq!(wait_for_codes(&server), ["body_unavailable"], "{path}");
            let body = broken.signed().send_and_hang_up(report.address()).unwrap().body;
            assert_eq!(wait_for_codes(&report), ["body_unavailable"], "{path}");
            assert!(body.ends_with(" bytes, then broken"), "{path} {body:?}");
        }
        server.accepts("afterwards", &message.signed());
    }
}

/// The codes, as soon as there is one.
pub(super) fn wait_for_codes(server: &Served) -> Vec<&'static str> {
    for _ in 0..500 {
        let codes = server.codes();
        if !codes.is_empty() {
            return codes;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Vec::new()
}
