//! Bodies on their way through the digest to the handler.

use std::io::Write as _;

use actix_multipart::Multipart;
use actix_web::web;
use approov_actix::{Approov, approov_protected};
use futures_util::{StreamExt as _, TryStreamExt as _};
use support::{
    client, log,
    signing::{Message, Signature, sha256},
};

use super::{LEAST, REPORTED, REQUIRED, Served, echo, guarded, order, signing, signing_by, with_signature_of};

/// The digest of what came, however far it came.
async fn payload(mut body: web::Payload) -> String {
    let mut whole = Vec::new();
    while let Some(chunk) = body.next().await {
        match chunk {
            Ok(chunk) => whole.extend_from_slice(&chunk),
            Err(_) => return format!("{} bytes, then broken", whole.len()),
        }
    }
    sha256(&whole)
}

/// What is in the parts, without what is around it.
async fn multipart(body: Multipart) -> actix_web::Result<Vec<u8>> {
    Ok(body.try_flatten().try_collect::<Vec<_>>().await?.concat())
}

#[approov_protected(signature = "required")]
async fn guarded_payload(body: web::Payload) -> String {
    payload(body).await
}

#[approov_protected(signature = "required")]
async fn guarded_multipart(body: Multipart) -> actix_web::Result<Vec<u8>> {
    multipart(body).await
}

pub(crate) const WAYS: [&str; 2] = ["/guard", "/middleware"];

pub(crate) fn routes(app: &mut web::ServiceConfig, approov: &Approov) {
    app.service(
        web::scope("/guard")
            .route("/bytes", web::to(guarded))
            .route("/payload", web::to(guarded_payload))
            .route("/multipart", web::to(guarded_multipart)),
    )
    .service(
        web::scope("/middleware")
            .route("/bytes", web::to(echo))
            .route("/payload", web::to(payload))
            .route("/multipart", web::to(multipart))
            .wrap(approov.middleware().policy(REQUIRED)),
    );
}

pub(crate) fn post(path: &str, content_type: &str, body: &[u8]) -> Message {
    order(path).replace("Content-Type", content_type).body(body)
}

/// The same, in chunks.
pub(crate) fn chunked(mut message: Message) -> Message {
    message.body = client::chunked(&message.body, 7000);
    message.without("Content-Length").header("Transfer-Encoding", "chunked")
}

pub(crate) const MULTIPART: &str = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
    --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nfile\r\n--b--\r\n";

#[actix_web::test]
async fn every_kind_of_handler_gets_the_body_that_was_signed() {
    let server = Served::new(signing(), routes);
    let long = "0123456789".repeat(20_000);
    for (kind, content_type, body, answer) in [
        ("bytes", "application/octet-stream", &*long, &*long),
        ("bytes", "application/octet-stream", "", ""),
        ("payload", "application/octet-stream", &long, &sha256(long.as_bytes())),
        ("payload", "application/octet-stream", "", &sha256(b"")),
        ("multipart", "multipart/form-data; boundary=b", MULTIPART, "1file"),
    ] {
        for case in WAYS.map(|way| format!("{way}/{kind}")) {
            let message = post(&case, content_type, body.as_bytes());
            for message in [message.clone(), chunked(message)] {
                assert_eq!(server.accepts(&case, &message.signed()).body, answer, "{case}");
                let other = message.replace("Content-Digest", &sha256(b"another body"));
                server.refuses(&case, "digest_mismatch", &other.signed());
            }
        }
    }
}

#[actix_web::test]
async fn compressed_bodies_are_compared_as_they_were_sent() {
    let server = Served::new(signing(), routes);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"plain").unwrap();
    let gzip = encoder.finish().unwrap();
    for path in WAYS.map(|way| format!("{way}/bytes")) {
        let compressed = |body: &[u8]| post(&path, "text/plain", body).header("Content-Encoding", "gzip");
        let good = compressed(&gzip);
        for message in [good.clone(), chunked(good)] {
            assert_eq!(server.accepts(&path, &message.signed()).body, "plain");
            let plain = message.replace("Content-Digest", &sha256(b"plain"));
            server.refuses(&path, "digest_mismatch", &plain.signed());
        }
        let junk = compressed(b"no gzip");
        assert_eq!(server.send(&junk.signed()).status, 400, "the handler's own error");
        let altered = with_signature_of(&junk, &junk.clone().alter_body());
        server.refuses(&path, "digest_mismatch", &altered);
    }
}

/// Whatever is wrong with the body, a bad signature is answered first, and before the body has come.
#[actix_web::test]
async fn no_byte_of_the_body_is_read_before_headers_and_signature_hold() {
    let server = Served::new(signing(), routes);
    for way in WAYS {
        for kind in ["bytes", "payload", "multipart"] {
            let path = format!("{way}/{kind}");
            let broken = |path| post(path, "application/json", b"{not json");
            let message = broken(&path);
            let mut never = message.clone();
            never.body.clear();
            let little = Signature::install(&never).covering(&never, &["@method", "content-digest"]);
            let no_digest = never.clone().replace("Content-Digest", "md5=:AA==:");
            for (code, request) in [
                ("signature_missing", message.request()),
                ("signature_invalid", with_signature_of(&broken("/elsewhere"), &message)),
                ("signature_invalid", with_signature_of(&broken("/elsewhere"), &never)),
                ("signature_missing", never.request()),
                ("signature_coverage", never.request().signed(&[&little])),
                ("digest_malformed", no_digest.signed()),
            ] {
                server.refuses(&path, code, &request);
            }
        }
    }
}

#[actix_web::test]
async fn in_report_mode_the_whole_body_goes_to_the_handler() {
    log::capture();
    let server = Served::new(signing_by(REPORTED), routes);
    let large: Vec<u8> = (b'a'..b'x').cycle().take(3 * 1024 * 1024).collect();
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
