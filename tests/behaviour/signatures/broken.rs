//! Bodies that are too large or break off, and what is reported of bodies.

use std::time::Duration;

use approov_actix::SignaturePolicy;
use support::{
    log,
    signing::{Message, Signature, sha256},
};

use super::{
    REPORTED, Served,
    bodies::{WAYS, chunked, post, routes},
    signing, signing_by,
};

#[actix_web::test]
async fn bodies_above_the_limit_are_too_large() {
    let server = Served::new(signing_by(SignaturePolicy::required().body_limit(1000)), routes);
    for way in WAYS {
        let path = format!("{way}/payload");
        for (size, status) in [(999, 200), (1000, 200), (1001, 413), (20_000, 413)] {
            let message = post(&path, "text/plain", &vec![b'x'; size]);
            for message in [message.clone(), chunked(message)] {
                let answer = server.send(&message.signed());
                let codes = if status == 200 { vec![] } else { vec!["body_too_large"] };
                assert_eq!((answer.status, server.codes()), (status, codes), "{path} {size}");
            }
        }
        // Announced, and never sent: nobody waits for it.
        let message = post(&path, "text/plain", &[b'x'; 1001]);
        let announced = Message {
            body: Vec::new(),
            ..message
        };
        assert_eq!(
            (server.send(&announced.signed()).status, server.codes()),
            (413, vec!["body_too_large"])
        );
        // Not read, so of any size.
        let uncovered = post(&path, "text/plain", &[b'x'; 5000]).without("Content-Digest");
        server.accepts("uncovered", &uncovered.signed());
    }
    let default = Served::new(signing(), routes);
    let message = post("/guard/payload", "text/plain", &vec![b'x'; 2 * 1024 * 1024]);
    default.accepts("the default limit", &message.signed());
    let message =
        post("/guard/payload", "text/plain", b"x").replace("Content-Length", &(2 * 1024 * 1024 + 1).to_string());
    assert_eq!(default.send(&message.signed()).status, 413);
}

#[actix_web::test]
async fn in_report_mode_the_whole_body_goes_to_the_handler() {
    log::capture();
    let server = Served::new(signing_by(REPORTED), routes);
    let large: Vec<u8> = (0..3 * 1024 * 1024_u32)
        .map(|n| b'a' + u8::try_from(n % 23).unwrap())
        .collect();
    for way in WAYS {
        let path = format!("{way}/payload");
        for body in [&large[..], b"small"] {
            let code = if body.len() > 5 {
                "body_too_large"
            } else {
                "digest_mismatch"
            };
            let message = post(&path, "text/plain", body);
            let altered = message.clone().alter_body();
            let signature = Signature::install(&message);
            for sent in [altered.clone(), chunked(altered.clone())] {
                let request = sent.request().signed(&[&signature
                    .clone()
                    .covering(&message, &["@method", "@target-uri", "approov-token", "content-digest"])]);
                let answer = server.send(&request);
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
    for way in WAYS {
        let path = format!("{way}/payload");
        let message = post(&path, "text/plain", b"0123456789");
        let short = Message {
            body: b"01234".to_vec(),
            ..message.clone()
        };
        let mut short_chunks = chunked(message.clone());
        short_chunks.body = b"a\r\n01234".to_vec();
        let mut no_chunks = short_chunks.clone();
        no_chunks.body = b"a\r\n0123456789\r\nzz\r\n".to_vec();
        for broken in [short, short_chunks, no_chunks] {
            let _ = broken.signed().send_and_hang_up(server.address());
            assert_eq!(wait_for_codes(&server), ["body_unavailable"], "{path}");
            let answer = broken.signed().send_and_hang_up(report.address());
            assert_eq!(wait_for_codes(&report), ["body_unavailable"], "{path}");
            let body = answer.map(|answer| answer.body);
            assert!(
                body.as_ref().is_some_and(|body| body.ends_with(" bytes, then broken")),
                "{path} {body:?}"
            );
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
