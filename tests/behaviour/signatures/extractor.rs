//! What handlers learn of the signature, and what an argument alone cannot check.

use actix_web::web;
use approov_actix::{Approov, ApproovClaims, ApproovSignature, SignaturePolicy, approov_protected};
use support::{
    log,
    signing::{Message, Signature},
    token::now,
};

use super::{REPORTED, REQUIRED, Served, WITH_BODY, layers::message, signing, signing_by};

async fn claims(_: ApproovClaims, body: web::Bytes) -> web::Bytes {
    body
}

/// What the extractor tells.
fn told(signature: &ApproovSignature) -> String {
    let created = signature.created().and_then(|time| time.elapsed().ok());
    format!(
        "{} {:?} {} {:?} {} {}{}",
        signature.label(),
        signature.components().collect::<Vec<_>>(),
        created.is_some_and(|age| age.as_secs() < 60),
        signature.nonce(),
        signature.covers_body(),
        signature.covers("Content-Type"),
        signature.covers("@query"),
    )
}

pub(super) async fn tell(signature: ApproovSignature) -> String {
    told(&signature)
}

#[approov_protected(signature = "required")]
async fn guarded_tell(signature: ApproovSignature) -> String {
    told(&signature)
}

#[actix_web::test]
async fn the_extractor_tells_what_was_covered() {
    log::capture();
    let server = Served::new(signing(), |app, approov| {
        app.route("/guard", web::to(guarded_tell))
            .route("/alone", web::to(tell))
            .service(
                web::scope("/middleware")
                    .route("", web::to(tell))
                    .wrap(approov.middleware().policy(REQUIRED)),
            )
            .service(
                web::scope("/both")
                    .route("", web::to(guarded_tell))
                    .wrap(approov.middleware().policy(REQUIRED)),
            )
            .service(web::scope("/off").route("", web::to(tell)).wrap(approov.middleware()));
    });
    for path in ["/guard", "/middleware", "/both", "/alone", "/off"] {
        let mut message = message(path);
        message.url.push_str("?id=1");
        let parameters = format!(";created={};nonce=\"n-1\"", now());
        let bare = Signature::account(&message)
            .covering(&message, &["approov-token", "@target-uri", "@method"])
            .line("\"content-type\";bs", ":YXBwbGljYXRpb24vanNvbg==:")
            .line("\"@query-param\";name=\"id\"", "1")
            .parameters(&parameters);
        assert_eq!(
            server.accepts(path, &message.request().signed(&[&bare])).body,
            r#"account ["approov-token", "@target-uri", "@method", "\"content-type\";bs", "\"@query-param\";name=\"id\""] true Some("n-1") false falsefalse"#,
            "{path}"
        );
        let all = r#"install ["@method", "@target-uri", "approov-token", "content-length", "content-type", "content-digest"] true None true truefalse"#;
        let request = message.signed();
        if matches!(path, "/alone" | "/off") {
            server.refuses(path, "body_unavailable", &request);
            // Inside of a layer a caller could fill the log with it.
            let level = if path == "/off" { "DEBUG" } else { "ERROR" };
            assert_eq!(
                log::lines_with(&format!("{level} approov_actix body_unavailable {path}: ")).len(),
                1,
                "{path}"
            );
        } else {
            assert_eq!(server.accepts(path, &request).body, all, "{path}");
        }
        let none = message.request();
        server.refuses(path, "signature_missing", &none);
        let both = message.request().signed(&[&bare, &Signature::install(&message)]);
        if !matches!(path, "/alone" | "/off") {
            assert!(server.accepts(path, &both).body.starts_with("install"), "{path}");
        }
    }
}

/// Claims are no way around a check of the body that they cannot make.
#[actix_web::test]
async fn claims_alone_refuse_what_they_cannot_check() {
    log::capture();
    let alone = |app: &mut web::ServiceConfig, _: &Approov| {
        app.route("/claims/alone", web::to(claims));
    };
    let message = message("/claims/alone");
    let (lax, strict) = (
        Served::new(signing_by(SignaturePolicy::required()), alone),
        Served::new(signing_by(WITH_BODY), alone),
    );
    let line = "ERROR approov_actix body_unavailable /claims/alone: the signature is about the body";
    lax.refuses("covered", "body_unavailable", &message.signed());
    assert_eq!(log::lines_with(line).len(), 1);

    let uncovered = message.clone().without("Content-Digest");
    lax.accepts("uncovered", &uncovered.signed());
    strict.refuses("uncovered", "body_unavailable", &uncovered.signed());
    lax.refuses("unsigned", "signature_missing", &uncovered.request());
    for method in ["GET", "POST", "DELETE"] {
        let empty = Message::new(method, &uncovered.url).header("Approov-Token", &uncovered.value("approov-token"));
        strict.accepts(method, &empty.signed());
    }
    let upgrade = uncovered
        .without("Content-Length")
        .signed()
        .header("Upgrade", "websocket");
    strict.refuses("upgrade", "body_unavailable", &upgrade);

    let get = Message::get("https://api.example.com/claims/alone");
    for server in [&lax, &strict] {
        server.accepts("no body", &get.signed());
    }
    let report = Served::new(signing_by(REPORTED), alone);
    let answer = report.send(&message.signed());
    assert_eq!((answer.status, report.codes()), (200, vec!["body_unavailable"]));
}
