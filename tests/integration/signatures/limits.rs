//! Times out of the window, and digests that say nothing.

use support::{
    signing::{Message, Signature, sha256, sha512},
    token::now,
};

use super::{Served, signing};

#[actix_web::test]
async fn times_that_are_out_of_the_window_or_none() {
    let server = Served::new(signing().signature_max_age(std::time::Duration::from_secs(600)));
    let message = Message::order();
    let created = now();
    for (code, parameters) in [
        ("signature_time_missing", String::new()),
        ("signature_time_missing", format!(";expires={}", created + 15)),
        ("signature_not_yet_valid", format!(";created={}", created + 120)),
        ("signature_not_yet_valid", ";created=999999999999999".to_owned()),
        (
            "signature_expired",
            format!(";created={created};expires={}", created - 120),
        ),
        ("signature_expired", format!(";created={created};expires=0")),
        ("signature_expired", format!(";created={created};expires=-1")),
        ("signature_expired", format!(";created={}", created - 700)),
        ("signature_expired", ";created=-999999999999999".to_owned()),
        ("signature_expired", ";created=0".to_owned()),
        ("signature_malformed", format!(";created=\"{created}\"")),
        ("signature_malformed", format!(";created={created}.0")),
        ("signature_malformed", format!(";created=@{created}")),
        ("signature_malformed", ";created".to_owned()),
        ("signature_malformed", ";created=1000000000000000".to_owned()),
        (
            "signature_malformed",
            format!(";created={created};expires=\"{created}\""),
        ),
        ("signature_malformed", format!(";created={created};nonce=1")),
    ] {
        for signature in [Signature::install(&message), Signature::account(&message)] {
            let signature = signature.parameters(&parameters);
            server.refuses(&parameters, code, &message.request().signed(&[&signature]));
        }
    }
}

#[actix_web::test]
async fn digests_that_do_not_say_what_the_body_is() {
    let server = Served::new(signing());
    let body = br#"{"item":1}"#;
    let (right, wrong) = (sha256(body), sha256(b"other"));
    let (mismatch, malformed) = ("digest_mismatch", "digest_malformed");
    for (code, digest) in [
        (mismatch, wrong.clone()),
        (mismatch, sha256(b"")),
        (mismatch, format!("{right}, {}", sha512(b"other"))),
        (mismatch, format!("{wrong}, {}", sha512(body))),
        (mismatch, "sha-256=::".to_owned()),
        (mismatch, sha512(body).replace("sha-512", "sha-256")),
        (malformed, format!("{right}, {right}")),
        (malformed, format!("{right}, {wrong}")),
        (malformed, "md5=:AAAA:".to_owned()),
        (malformed, sha256(body).replace("sha-256", "sha256")),
        (malformed, String::new()),
        (malformed, "sha-256".to_owned()),
        (malformed, "sha-256=1".to_owned()),
        (malformed, "sha-256=\"no base64\"".to_owned()),
        (malformed, "sha-256=(:AAAA:)".to_owned()),
        (malformed, format!("{right}, junk(")),
        (malformed, right.replace("sha-256=", "SHA-256=")),
    ] {
        let message = Message::order().replace("Content-Digest", &digest);
        server.refuses(&digest, code, &message.signed());
    }
    let message = Message::order();
    let no_header = Signature::install(&message);
    let request = message.without("Content-Digest").request().signed(&[&no_header]);
    server.refuses("absent", "signature_component", &request);
}

/// A member of `Content-Digest` covers the body only if its algorithm is one that is compared.
#[actix_web::test]
async fn one_member_of_the_digest() {
    for server in [
        Served::new(signing()),
        Served::new(signing().signature_require_content_digest(true)),
    ] {
        let body = br#"{"item":1}"#;
        let (short, long) = (sha256(body), sha512(body));
        let value = |digest: &str| digest.split_once('=').unwrap().1.to_owned();
        let message = Message::order().replace("Content-Digest", &format!("md5=:AAAA:, {short}, {long}"));
        let send = |message: &Message, algorithm: &str, value: &str| {
            let identifier = format!("\"content-digest\";key=\"{algorithm}\"");
            let signature = Signature::install(message)
                .covering(message, &["@method", "@target-uri", "approov-token"])
                .line(&identifier, value);
            message.request().signed(&[&signature])
        };
        server.accepts("sha-256", &send(&message, "sha-256", &value(&short)));
        server.accepts("sha-512", &send(&message, "sha-512", &value(&long)));
        server.refuses("md5", "digest_malformed", &send(&message, "md5", ":AAAA:"));
        let altered = message.alter_body();
        server.refuses("altered", "digest_mismatch", &send(&altered, "sha-256", &value(&short)));
    }
}
