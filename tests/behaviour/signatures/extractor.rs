//! What handlers learn of the signature, and what an argument alone cannot check.

use actix_web::web;
use approov_actix::{Approov, ApproovClaims, ApproovSignature, SignaturePolicy, approov_protected};
use support::{
    log,
    signing::{Message, Signature},
    token::now,
};

use super::{ORIGIN, REPORTED, REQUIRED, Served, WITH_BODY, order, signing, signing_by};

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
        let scope = |path| web::scope(path);
        app.route("/guard", web::to(guarded_tell))
            .route("/alone", web::to(tell))
            .service(scope("/middleware").route("", web::to(tell)).wrap(required()))
            .service(scope("/both").route("", web::to(guarded_tell)).wrap(required()))
            .service(scope("/off").route("", web::to(tell)).wrap(approov.middleware()));
    });
    let of_bare = r#"account ["approov-token", "@target-uri", "@method", "\"content-type\";bs", "\"@query-param\";name=\"id\""] true Some("n-1") false falsefalse"#;
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
            .covering(&message, &["approov-token", "@target-uri", "@method"])
            .line("\"content-type\";bs", ":YXBwbGljYXRpb24vanNvbg==:")
            .line("\"@query-param\";name=\"id\"", "1")
            .parameters(&format!(";created={};nonce=\"n-1\"", now()));
        let answer = server.accepts(path, &message.request().signed(&[&bare]));
        assert_eq!(answer.body, of_bare, "{path}");
        server.refuses(path, "signature_missing", &message.request());
        if let Some(level) = level_if_unread {
            server.refuses(path, "body_unavailable", &message.signed());
            let line = format!("{level} approov_actix body_unavailable {path}: ");
            assert_eq!(log::lines_with(&line).len(), 1, "{path}");
        } else {
            assert_eq!(server.accepts(path, &message.signed()).body, of_all, "{path}");
            let both = message.request().signed(&[&bare, &Signature::install(&message)]);
            assert!(server.accepts(path, &both).body.starts_with("install"), "{path}");
        }
    }
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
    for method in ["GET", "POST", "DELETE"] {
        let none = Message {
            method: method.to_owned(),
            ..Message::get(&format!("{ORIGIN}/claims/alone"))
        };
        lax.accepts(method, &none.signed());
        strict.accepts(method, &none.signed());
    }
    let upgrade = uncovered.without("Content-Length").signed();
    strict.refuses("upgrade", "body_unavailable", &upgrade.header("Upgrade", "websocket"));

    let report = serve(REPORTED);
    let answer = report.send(&message.signed());
    assert_eq!((answer.status, report.codes()), (200, vec!["body_unavailable"]));
}
