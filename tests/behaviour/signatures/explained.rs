//! What the log tells an integrator whose signatures fail.

use actix_web::web;
use approov_actix::approov_protected;
use sha2::{Digest as _, Sha256};
use support::{
    client::Request,
    log,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, sha256, text},
};

use super::{Served, serve, signing};

#[approov_protected(signature = "required")]
async fn explained() -> &'static str {
    "in"
}

/// What the log says of a request to this path. Other tests log at the same time, so what they cannot say is looked
/// for.
fn explanations(needle: &str) -> usize {
    log::lines_with(&format!("DEBUG approov_actix signature_invalid {needle}")).len()
}

/// The digest of the base as the client has it decides nothing, and is compared.
#[actix_web::test]
async fn a_refusal_tells_whether_the_text_or_the_key_differs() {
    log::capture();
    let server = Served::new(signing(), |app, _| {
        app.default_service(web::to(explained));
    });
    let message = Message::order();
    let strangers = Signature::new(Key::install(7), &message);
    let elsewhere = Signature::install(&Message::get("https://api.example.com/elsewhere"));
    let send = |signature: &Signature, key: &str, form: fn(&[u8]) -> String| -> Request {
        let base_digest = format!("{key}={}", form(&Sha256::digest(signature.base())));
        message
            .request()
            .signed(&[signature])
            .header("Signature-Base-Digest", &base_digest)
    };
    for (key, form) in [
        ("sha-256", bytes as fn(&[u8]) -> String),
        ("sha-256", text),
        // The newest Android release names the label.
        ("install", bytes),
        ("account=:AA==:, install", bytes),
    ] {
        for (signature, needle) in [
            (
                &strangers,
                "install: the client signed the same text, so the key differs",
            ),
            (
                &elsewhere,
                "install: the client signed another text, so look at the target, which is https://api.example.com/orders with a query of 13 bytes here",
            ),
        ] {
            let before = explanations(needle);
            server.refuses(needle, "signature_invalid", &send(signature, key, form));
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

type Form = fn(&[u8]) -> String;

/// A signature that no key could have made says nothing about keys.
#[actix_web::test]
async fn a_wrong_form_is_not_called_a_wrong_key() {
    log::capture();
    let server = Served::new(signing(), |app, _| {
        app.default_service(web::to(explained));
    });
    let message = Message::order();
    let (install, account) = (Signature::install(&message), Signature::account(&message));
    let cases: [(&str, &Signature, Form, &str); 7] = [
        ("DER", &install, |raw| bytes(&der(raw)), "r and s together"),
        (
            "a byte more",
            &install,
            |raw| bytes(&[raw, &[0]].concat()),
            "65 bytes came",
        ),
        (
            "twice base64",
            &install,
            |raw| bytes(bytes(raw).trim_matches(':').as_bytes()),
            "88 bytes came",
        ),
        ("nothing", &install, |_| "::".to_owned(), "0 bytes came"),
        (
            "nothing",
            &account,
            |_| "::".to_owned(),
            "0 bytes came, and a MAC has 32",
        ),
        (
            "hex",
            &account,
            |raw| bytes(hex(raw).as_bytes()),
            "64 bytes came, and a MAC has 32",
        ),
        (
            "half",
            &account,
            |raw| bytes(&raw[..16]),
            "16 bytes came, and a MAC has 32",
        ),
    ];
    for (case, signature, form, needle) in cases {
        let needle = format!("{}: wrong form: ", signature.label) + if case == "DER" { "" } else { needle };
        let before = explanations(&needle);
        let digest = sha256(signature.base().as_bytes());
        let request = message.request().signed(&[&signature.clone().form(form)]);
        server.refuses(
            case,
            "signature_invalid",
            &request.header("Signature-Base-Digest", &digest),
        );
        assert!(explanations(&needle) > before, "{case}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn der(raw: &[u8]) -> Vec<u8> {
    p256::ecdsa::Signature::from_slice(raw)
        .unwrap()
        .to_der()
        .as_bytes()
        .to_vec()
}

/// A code alone does not say which part of a signature to look at.
#[actix_web::test]
async fn a_refusal_tells_which_component_and_what_is_not_covered() {
    log::capture();
    let server = Served::new(signing(), |app, _| {
        app.default_service(web::to(explained));
    });
    let message = Message::order();
    let signature = Signature::install(&message);
    for (code, signature, needle) in [
        (
            "signature_component",
            signature.clone().line("\"x-explained\"", ""),
            "\\\"x-explained\\\" is absent",
        ),
        (
            "signature_component",
            signature.clone().line("\"@explained\"", ""),
            "\\\"@explained\\\" is unknown",
        ),
        (
            "signature_component",
            signature.clone().line("\"@method\"", "POST"),
            "\\\"@method\\\" is covered twice",
        ),
        (
            "signature_coverage",
            signature
                .clone()
                .covering(&message, &["@method", "@authority", "content-type"]),
            "not covered: approov-token, @target-uri",
        ),
    ] {
        let needle = format!("DEBUG approov_actix {code} install: {needle}");
        let before = log::lines_with(&needle).len();
        server.refuses(&needle, code, &message.request().signed(&[&signature]));
        assert!(log::lines_with(&needle).len() > before, "{needle}");
    }
    let several = Served::new(
        super::signing_at(["https://a.example", "https://b.example"]),
        |app, _| {
            app.default_service(web::to(explained));
        },
    );
    let needle = "DEBUG approov_actix signature_target install: the request names";
    let before = log::lines_with(needle).len();
    several.refuses(needle, "signature_target", &message.signed());
    assert!(log::lines_with(needle).len() > before);
}

/// Only here does an account sign the text that it tells of with another key.
#[actix_web::test]
async fn who_wants_no_log_gets_none() {
    log::capture();
    let needle = "account: the client signed the same text";
    for (logging, expected) in [(false, 0), (true, 1)] {
        let server = Served::new(signing().logging(logging), |app, _| {
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
    let server = serve(signing().token_header("Authorization"));
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
