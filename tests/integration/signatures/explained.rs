//! What the log tells an integrator whose signatures fail.

use actix_web::web;
use approov_actix::approov_protected;
use sha2::{Digest as _, Sha256};
use support::{
    client::Request,
    log,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, sha256, text},
};

use super::{Served, signing};

#[approov_protected(signature = "required")]
async fn explained() -> &'static str {
    "in"
}

/// What the log says of a request to this path. Other tests log at the same time, so what they cannot say is looked for.
fn explanations(needle: &str) -> usize {
    log::lines_with(&format!("DEBUG approov_actix signature_invalid {needle}")).len()
}

/// The digest of the base as the client has it decides nothing, and is compared.
#[actix_web::test]
async fn a_refusal_tells_whether_the_text_or_the_key_differs() {
    log::capture();
    let server = Served::with(signing(), |app, _| {
        app.default_service(web::to(explained));
    });
    let message = Message::order();
    let strangers = Signature::new(Key::install(7), &message);
    let elsewhere = Signature::install(&Message::get("https://api.example.com/elsewhere"));
    let send = |signature: &Signature, form: fn(&[u8]) -> String| -> Request {
        let digest = form(&Sha256::digest(signature.base()));
        let request = message.request().signed(&[signature]);
        request.header("Signature-Base-Digest", &format!("sha-256={digest}"))
    };
    for form in [bytes as fn(&[u8]) -> String, text] {
        for (signature, needle) in [
            (
                &strangers,
                "install: the client signed the same text, so the key differs",
            ),
            (&elsewhere, "install: the client signed another text"),
        ] {
            let before = explanations(needle);
            server.refuses(needle, "signature_invalid", &send(signature, form));
            assert!(explanations(needle) > before, "{needle}");
        }
    }
    let needle = "install: the client sent no Signature-Base-Digest";
    let before = explanations(needle);
    server.refuses("none", "signature_invalid", &message.request().signed(&[&strangers]));
    assert!(explanations(needle) > before);
    for junk in ["junk(", "sha-256=1", "sha-512=:AA==:", ""] {
        let request = message
            .request()
            .signed(&[&strangers])
            .header("Signature-Base-Digest", junk);
        server.refuses(junk, "signature_invalid", &request);
    }

    // A good signature is good, whatever else is said.
    let good = message.signed().header("Signature-Base-Digest", &sha256(b"another"));
    server.accepts("good", &good);
    let base = strangers.base();
    for needle in [
        base.as_str(),
        &message.url,
        &message.value("approov-token"),
        &bytes(&Key::install(7).sign(base.as_bytes())),
    ] {
        let lines = log::lines_with(needle);
        assert!(
            lines.iter().all(|line| !line.contains(" approov_actix ")),
            "{needle} is logged"
        );
    }
}

/// Only here does an account sign the text that it tells of with another key.
#[actix_web::test]
async fn who_wants_no_log_gets_none() {
    log::capture();
    let needle = "account: the client signed the same text";
    for (logging, expected) in [(false, 0), (true, 1)] {
        let server = Served::with(signing().logging(logging), |app, _| {
            app.default_service(web::to(explained));
        });
        let message = Message::order();
        let strangers = Signature::new(Key::account(OTHER_ACCOUNT_KEY), &message);
        let digest = sha256(strangers.base().as_bytes());
        let request = message.request().signed(&[&strangers]);
        server.refuses(
            needle,
            "signature_invalid",
            &request.header("Signature-Base-Digest", &digest),
        );
        assert_eq!(explanations(needle), expected);
    }
}

/// Signatures are about the header that carries the token, whatever its name.
#[actix_web::test]
async fn the_token_header_is_the_configured_one() {
    let server = Served::new(signing().token_header("Authorization"));
    let token = Message::order().value("approov-token");
    let order = Message::order()
        .without("Approov-Token")
        .header("Authorization", &format!("Bearer {token}"));
    server.accepts("covered", &order.signed());
    let names = ["@method", "@target-uri"];
    let without = Signature::install(&order).covering(&order, &names);
    server.refuses(
        "not covered",
        "signature_coverage",
        &order.request().signed(&[&without]),
    );
    let other = order.header("Approov-Token", &token);
    let signature = Signature::install(&other).covering(&other, &["@method", "@target-uri", "approov-token"]);
    server.refuses("another", "signature_coverage", &other.request().signed(&[&signature]));
}
