//! Bodies on their way through the digest to the handler.

use std::{collections::BTreeMap, io::Write as _};

use actix_web::web;
use approov_actix::{Approov, approov_protected};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use support::{
    client,
    signing::{Message, Signature, sha256},
};

use super::{REQUIRED, Served, signing};

async fn json(body: web::Json<Value>) -> String {
    body.to_string()
}

async fn form(body: web::Form<BTreeMap<String, String>>) -> String {
    format!("{body:?}")
}

async fn bytes(body: web::Bytes) -> web::Bytes {
    body
}

async fn text(body: String) -> String {
    body
}

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

async fn multipart(mut body: actix_multipart::Multipart) -> Result<String, actix_multipart::MultipartError> {
    let mut parts = String::new();
    while let Some(mut field) = body.try_next().await? {
        while let Some(chunk) = field.try_next().await? {
            parts += &String::from_utf8_lossy(&chunk);
        }
        parts += ";";
    }
    Ok(parts)
}

macro_rules! guarded {
    ($($name:ident calls $handler:ident of $body:ty;)*) => {
        $(
            #[approov_protected(signature = "required")]
            async fn $name(body: $body) -> impl actix_web::Responder {
                $handler(body).await
            }
        )*
    };
}

guarded! {
    guarded_json calls json of web::Json<Value>;
    guarded_form calls form of web::Form<BTreeMap<String, String>>;
    guarded_bytes calls bytes of web::Bytes;
    guarded_text calls text of String;
    guarded_payload calls payload of web::Payload;
    guarded_multipart calls multipart of actix_multipart::Multipart;
}

pub(super) const WAYS: [&str; 2] = ["/guard", "/middleware"];

pub(super) fn routes(app: &mut web::ServiceConfig, approov: &Approov) {
    app.service(
        web::scope("/guard")
            .route("/json", web::to(guarded_json))
            .route("/form", web::to(guarded_form))
            .route("/bytes", web::to(guarded_bytes))
            .route("/text", web::to(guarded_text))
            .route("/payload", web::to(guarded_payload))
            .route("/multipart", web::to(guarded_multipart)),
    )
    .service(
        web::scope("/middleware")
            .route("/json", web::to(json))
            .route("/form", web::to(form))
            .route("/bytes", web::to(bytes))
            .route("/text", web::to(text))
            .route("/payload", web::to(payload))
            .route("/multipart", web::to(multipart))
            .wrap(approov.middleware().policy(REQUIRED)),
    );
}

pub(super) fn post(path: &str, content_type: &str, body: &[u8]) -> Message {
    Message {
        url: format!("https://api.example.com{path}"),
        ..Message::order()
    }
    .replace("Content-Type", content_type)
    .body(body)
}

/// The same, in chunks.
pub(super) fn chunked(mut message: Message) -> Message {
    message.body = client::chunked(&message.body, 7000);
    message.without("Content-Length").header("Transfer-Encoding", "chunked")
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn brotli(body: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 4096, 5, 20)
        .write_all(body)
        .unwrap();
    compressed
}

pub(super) const MULTIPART: &str = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; \
                         name=\"f\"; filename=\"x\"\r\nContent-Type: text/plain\r\n\r\nfile\r\n--b--\r\n";

/// The route, the content type, a body, and the answer.
fn kinds() -> Vec<(&'static str, &'static str, Vec<u8>, String)> {
    let long = "0123456789".repeat(20_000).into_bytes();
    vec![
        (
            "json",
            "application/json",
            br#"{"a":1}"#.to_vec(),
            r#"{"a":1}"#.to_owned(),
        ),
        (
            "form",
            "application/x-www-form-urlencoded",
            b"a=1&b=2".to_vec(),
            r#"Form({"a": "1", "b": "2"})"#.to_owned(),
        ),
        ("text", "text/plain", "é".into(), "é".to_owned()),
        (
            "bytes",
            "application/octet-stream",
            long.clone(),
            String::from_utf8(long.clone()).unwrap(),
        ),
        ("bytes", "application/octet-stream", Vec::new(), String::new()),
        ("payload", "application/octet-stream", long.clone(), sha256(&long)),
        ("payload", "application/octet-stream", Vec::new(), sha256(b"")),
        (
            "multipart",
            "multipart/form-data; boundary=b",
            MULTIPART.into(),
            "1;file;".to_owned(),
        ),
    ]
}

#[actix_web::test]
async fn every_kind_of_handler_gets_the_body_that_was_signed() {
    let server = Served::new(signing(), routes);
    for way in WAYS {
        for (kind, content_type, body, answer) in kinds() {
            let case = format!("{way}/{kind}");
            let message = post(&case, content_type, &body);
            for message in [message.clone(), chunked(message)] {
                assert_eq!(server.accepts(&case, &message.signed()).body, answer, "{case}");
                let other = message.clone().replace("Content-Digest", &sha256(b"another body"));
                server.refuses(&case, "digest_mismatch", &other.signed());
            }
        }
    }
}

#[actix_web::test]
async fn compressed_bodies_are_compared_as_they_were_sent() {
    let server = Served::new(signing(), routes);
    for way in WAYS {
        for (kind, content_type, body, answer) in kinds() {
            for (encoding, compress) in [("gzip", gzip as fn(&[u8]) -> Vec<u8>), ("br", brotli)] {
                // The other extractors do not decompress, and nobody compresses nothing.
                if matches!(kind, "payload" | "multipart") || body.is_empty() {
                    continue;
                }
                let case = format!("{way}/{kind}");
                let message = post(&case, content_type, &compress(&body)).header("Content-Encoding", encoding);
                for message in [message.clone(), chunked(message.clone())] {
                    assert_eq!(server.accepts(&case, &message.signed()).body, answer, "{case}");
                }
                let plain = message.replace("Content-Digest", &sha256(&body));
                server.refuses(&case, "digest_mismatch", &plain.signed());
            }
        }
        let path = format!("{way}/json");
        let junk = post(&path, "application/json", b"no gzip").header("Content-Encoding", "gzip");
        assert_eq!(server.send(&junk.signed()).status, 400, "the handler's own error");
        server.refuses(
            &path,
            "digest_mismatch",
            &junk
                .clone()
                .alter_body()
                .request()
                .signed(&[&Signature::install(&junk)]),
        );
    }
}

/// Whatever is wrong with the body, a bad signature is answered first, and before the body has come.
#[actix_web::test]
async fn no_byte_of_the_body_is_read_before_headers_and_signature_hold() {
    let server = Served::new(signing(), routes);
    for way in WAYS {
        for kind in ["json", "form", "bytes", "text", "payload", "multipart"] {
            let path = format!("{way}/{kind}");
            let message = post(&path, "application/json", b"{not json");
            let elsewhere = post("/elsewhere", "application/json", b"{not json");
            let bad = Signature::install(&elsewhere);
            let never = Message {
                body: Vec::new(),
                ..message.clone()
            };
            for (code, request) in [
                ("signature_invalid", message.request().signed(&[&bad])),
                ("signature_missing", message.request()),
                ("signature_invalid", never.request().signed(&[&bad])),
                ("signature_missing", never.request()),
                ("signature_coverage", {
                    let little = Signature::install(&never).covering(&never, &["@method", "content-digest"]);
                    never.request().signed(&[&little])
                }),
                (
                    "digest_malformed",
                    never.replace("Content-Digest", "md5=:AA==:").signed(),
                ),
            ] {
                server.refuses(&path, code, &request);
            }
        }
        let json = format!("{way}/json");
        let message = post(&json, "application/json", b"{not json");
        assert_eq!(server.send(&message.signed()).status, 400, "the handler's own error");
        assert!(server.codes().is_empty());
    }
}
