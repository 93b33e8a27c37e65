//! What handlers learn of the signature.

use actix_web::web;
use approov_actix::{ApproovSignature, approov_protected};
use support::{log, signing::Signature, token::now};

use super::{LEAST, REQUIRED, Served, order, signing};

/// What the extractor tells.
pub(super) async fn tell(signature: ApproovSignature) -> String {
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

#[approov_protected(signature = "required")]
async fn guarded_tell(signature: ApproovSignature) -> String {
    tell(signature).await
}

#[actix_web::test]
async fn the_extractor_tells_what_was_covered() {
    log::capture();
    let server = Served::new(signing(), |app, approov| {
        let required = || approov.middleware().policy(REQUIRED);
        app.route("/guard", web::to(guarded_tell))
            .route("/alone", web::to(tell))
            .service(web::resource("/middleware").to(tell).wrap(required()))
            .service(web::resource("/both").to(guarded_tell).wrap(required()))
            .service(web::resource("/off").to(tell).wrap(approov.middleware()));
    });
    let of_bare = r#"account ["@method", "@target-uri", "approov-token", "\"content-type\";bs", "\"@query-param\";name=\"id\""] true Some("n-1") false falsefalse"#;
    let of_all = r#"install ["@method", "@target-uri", "approov-token", "content-length", "content-type", "content-digest"] true None true truefalse"#;
    for (path, level_if_unread) in [
        ("/guard", None),
        ("/middleware", None),
        ("/both", None),
        ("/alone", Some("ERROR")),
        // Inside of a layer a caller could fill the log with it.
        ("/off", Some("DEBUG")),
    ] {
        let message = order(&format!("{path}?id=1"));
        let bare = Signature::account(&message)
            .covering(&message, &LEAST)
            .line("\"content-type\";bs", ":YXBwbGljYXRpb24vanNvbg==:")
            .line("\"@query-param\";name=\"id\"", "1")
            .parameters(&format!(";created={};nonce=\"n-1\"", now()));
        let told = server.accepts(path, &message.request().signed(&[&bare])).body;
        assert_eq!(told, of_bare, "{path}");
        server.refuses(path, "signature_missing", &message.request());
        if let Some(level) = level_if_unread {
            server.refuses(path, "body_unavailable", &message.signed());
            let line = format!("{level} approov_actix body_unavailable {path}: ");
            assert_eq!(log::lines_with(&line).len(), 1, "{path}");
        } else {
            assert_eq!(server.accepts(path, &message.signed()).body, of_all, "{path}");
            let both = message.request().signed(&[&bare, &Signature::install(&message)]);
            assert_eq!(server.accepts(path, &both).body, of_all, "{path}");
        }
    }
}
