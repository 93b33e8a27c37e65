//! What the log tells an integrator whose signatures fail.

use sha2::{Digest as _, Sha256};
use support::{
    client::Request,
    log,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, sha256, text},
};

use super::{Served, serve, signing, signing_at};

/// The request is refused, and the log says why. Other tests log at the same time, so look for what they do not say.
#[track_caller]
fn explains(server: &Served, code: &str, why: &str, request: &Request) {
    let count = || log::lines_with(&format!("DEBUG approov_actix {code} {why}")).len();
    let before = count();
    server.refuses(why, code, request);
    assert!(count() > before, "{why}: {request:?}");
}

const INVALID: &str = "signature_invalid";
const SAME_TEXT: &str = "install: the client signed the same text, so the key differs";
const OTHER_TEXT: &str = "install: the client signed another text, so look at the target, which is https://api.example.com/orders with a query of 13 bytes here";

type Form = fn(&[u8]) -> String;

/// The digest of the base as the client has it decides nothing, and is compared.
#[actix_web::test]
async fn a_refusal_tells_whether_the_text_or_the_key_differs() {
    log::capture();
    let server = serve(signing());
    let message = Message::order();
    let strangers = Signature::new(Key::install(7), &message);
    let elsewhere = Signature::install(&Message::get("https://api.example.com/elsewhere"));
    let with_digest = |signature: &Signature, digest: &str| {
        let request = message.request().signed(&[signature]);
        request.header("Signature-Base-Digest", digest)
    };
    for (key, form) in [
        ("sha-256", bytes as Form),
        ("sha-256", text),
        // The newest Android release names the label.
        ("install", bytes),
        ("account=:AA==:, install", bytes),
    ] {
        for (signature, why) in [(&strangers, SAME_TEXT), (&elsewhere, OTHER_TEXT)] {
            let digest = format!("{key}={}", form(&Sha256::digest(signature.base())));
            explains(&server, INVALID, why, &with_digest(signature, &digest));
        }
    }
    let none = "install: the client sent no Signature-Base-Digest";
    for junk in ["junk(", "sha-256=1", "sha-512=:AA==:", ""] {
        explains(&server, INVALID, none, &with_digest(&strangers, junk));
    }
    explains(&server, INVALID, none, &message.request().signed(&[&strangers]));

    // A good signature is good, whatever else is said.
    let good = Signature::install(&message);
    server.accepts("good", &with_digest(&good, &sha256(b"another")));
    let base = strangers.base();
    for secret in [
        base.as_str(),
        &message.value("approov-token"),
        &bytes(&Key::install(7).sign(base.as_bytes())),
    ] {
        let mut lines = log::lines_with(secret).into_iter();
        assert!(
            lines.all(|line| !line.contains(" approov_actix ")),
            "{secret} is logged"
        );
    }
}

/// A signature that no key could have made says nothing about keys.
#[actix_web::test]
async fn a_wrong_form_is_not_called_a_wrong_key() {
    log::capture();
    let server = serve(signing());
    let message = Message::order();
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    for (signature, form, why) in [
        (
            &install,
            (|raw| bytes(&[raw, &[0]].concat())) as Form,
            "65 bytes came, and r and s together has 64",
        ),
        (
            &install,
            |raw| bytes(text(raw).trim_matches('"').as_bytes()),
            "88 bytes came",
        ),
        (&install, |_| "::".to_owned(), "0 bytes came"),
        (&account, |_| "::".to_owned(), "0 bytes came, and a MAC has 32"),
        (&account, |raw| bytes(&raw[..16]), "16 bytes came, and a MAC has 32"),
    ] {
        let digest = sha256(signature.base().as_bytes());
        let request = message.request().signed(&[&signature.clone().form(form)]);
        let request = request.header("Signature-Base-Digest", &digest);
        let why = format!("{}: wrong form: {why}", signature.label);
        explains(&server, INVALID, &why, &request);
    }
}

/// A code alone does not say which part of a signature to look at.
#[actix_web::test]
async fn a_refusal_tells_which_component_and_what_is_not_covered() {
    log::capture();
    let server = serve(signing());
    let message = Message::order();
    let signature = || Signature::install(&message);
    let parts = ["@method", "@authority", "content-type"];
    for (code, signature, why) in [
        (
            "signature_component",
            signature().line("\"x-explained\"", ""),
            "\\\"x-explained\\\" is absent",
        ),
        (
            "signature_component",
            signature().line("\"@explained\"", ""),
            "\\\"@explained\\\" is unknown",
        ),
        (
            "signature_component",
            signature().line("\"@method\"", "POST"),
            "\\\"@method\\\" is covered twice",
        ),
        (
            "signature_coverage",
            signature().covering(&message, &parts),
            "not covered: approov-token, @target-uri",
        ),
    ] {
        let request = message.request().signed(&[&signature]);
        explains(&server, code, &format!("install: {why}"), &request);
    }
    let several = serve(signing_at(["https://a.example", "https://b.example"]));
    let why = "install: the request names no host, more than one, or none of the public origins";
    explains(&several, "signature_target", why, &message.signed());
}

/// Only here does an account sign the text that it tells of with another key.
#[actix_web::test]
async fn who_wants_no_log_gets_none() {
    log::capture();
    let message = Message::order();
    let strangers = Signature::new(Key::account(OTHER_ACCOUNT_KEY), &message);
    let digest = sha256(strangers.base().as_bytes());
    let request = message.request().signed(&[&strangers]);
    let request = request.header("Signature-Base-Digest", &digest);
    for (logging, count) in [(false, 0), (true, 1)] {
        let server = serve(signing().logging(logging));
        server.refuses("", INVALID, &request);
        let lines = log::lines_with("DEBUG approov_actix signature_invalid account: the client signed the same text");
        assert_eq!(lines.len(), count);
    }
}
