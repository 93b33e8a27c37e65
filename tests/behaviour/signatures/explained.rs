//! What the log tells an integrator whose signatures fail.

use support::{
    client::Request,
    log,
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, sha256},
};

use super::{serve, signing, signing_at};

const INVALID: &str = "signature_invalid";
const SAME: &str = "install: the client signed the same text, so the key differs";
const OTHER: &str = "install: the client signed another text, so look at the target, which is https://api.example.com/orders with a query of 13 bytes here";
const NONE: &str = "install: the client sent no Signature-Base-Digest";

fn digest_of_base(signature: &Signature) -> String {
    sha256(signature.base().as_bytes())
}

/// The order with this signature, and what its client says of the text that it has signed.
fn order(signature: &Signature, digest: &str) -> Request {
    let request = Message::order().request().signed(&[signature]);
    request.header("Signature-Base-Digest", digest)
}

/// What the client says decides nothing, and is compared.
#[actix_web::test]
async fn the_log_says_what_is_wrong_and_no_secret() {
    log::capture();
    let server = serve(signing());
    let message = Message::order();
    let install = || Signature::install(&message);
    let strangers = Signature::new(Key::install(7), &message);
    let elsewhere = Signature::install(&Message::get("https://api.example.com/elsewhere"));
    let (same, other) = (digest_of_base(&strangers), digest_of_base(&elsewhere));
    // The newest Android release names the label.
    let labelled = same.replace("sha-256", "account=:AA==:, install");
    let too_long = install().form(|raw| bytes(&[raw, &[0]].concat()));
    let too_short = Signature::account(&message).form(|raw| bytes(&raw[..16]));
    let little = install().covering(&message, &["@method", "@authority", "content-type"]);
    let explains = |code: &str, why: &str, request: &Request| {
        // Other tests log at the same time.
        let count = || log::lines_with(&format!("DEBUG approov_actix {code} {why}")).len();
        let before = count();
        server.refuses(why, code, request);
        assert!(count() > before, "{why}");
    };
    for (signature, digest, why) in [
        (&strangers, &*same, SAME),
        (&strangers, &same.replace(':', "\""), SAME),
        (&strangers, &labelled, SAME),
        (&elsewhere, &other, OTHER),
        (&strangers, "junk(", NONE),
        (&strangers, "sha-256=1", NONE),
        (&strangers, "sha-512=:AA==:", NONE),
        (&strangers, "", NONE),
        // A signature that no key could have made says nothing about keys.
        (&too_long, &same, "install: wrong form: 65 bytes came, and r and s"),
        (&too_short, &same, "account: wrong form: 16 bytes came, and a MAC"),
    ] {
        explains(INVALID, why, &order(signature, digest));
    }
    for (identifier, fault) in [
        ("x-explained", "absent"),
        ("@explained", "unknown"),
        ("@method", "covered twice"),
    ] {
        let signature = install().line(&format!("\"{identifier}\""), "POST");
        let why = format!("install: \\\"{identifier}\\\" is {fault}");
        explains("signature_component", &why, &order(&signature, ""));
    }
    let why = "install: not covered: approov-token, @target-uri";
    explains("signature_coverage", why, &order(&little, ""));
    server.accepts("good, whatever else is said", &order(&install(), &other));
    let several = serve(signing_at(["https://a.example", "https://b.example"]));
    several.refuses("", "signature_target", &order(&install(), ""));
    let why = "DEBUG approov_actix signature_target install: the request names no host, more than one, or none of";
    assert!(!log::lines_with(why).is_empty());

    let (base, token) = (strangers.base(), message.value("approov-token"));
    for secret in [&base, &token, &bytes(&Key::install(7).sign(base.as_bytes()))] {
        let mut lines = log::lines_with(secret).into_iter();
        assert!(
            lines.all(|line| !line.contains(" approov_actix ")),
            "{secret} is logged"
        );
    }
}

/// Only here does an account sign the text that it tells of with another key.
#[actix_web::test]
async fn who_wants_no_log_gets_none() {
    log::capture();
    let strangers = Signature::new(Key::account(OTHER_ACCOUNT_KEY), &Message::order());
    for (logging, count) in [(false, 0), (true, 1)] {
        let server = serve(signing().logging(logging));
        server.refuses("", INVALID, &order(&strangers, &digest_of_base(&strangers)));
        let lines = log::lines_with("DEBUG approov_actix signature_invalid account: the client signed the same text");
        assert_eq!(lines.len(), count);
    }
}
