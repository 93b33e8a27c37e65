//! Keys and algorithms that do not fit, and bytes that no key has made.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa;
use serde_json::json;
use sha2::Sha256;
use support::{
    signing::{Key, Message, OTHER_ACCOUNT_KEY, Signature, bytes, token},
    token::now,
};

use super::{Served, signing};
use crate::builder;

/// How the bytes of a signature are written.
type Form = fn(&[u8]) -> String;

fn with_token(claims: &serde_json::Value) -> Message {
    Message::order().replace("Approov-Token", &token(claims))
}

#[actix_web::test]
async fn the_algorithm_is_that_of_the_label() {
    let server = Served::new(signing());
    let message = Message::order();
    let created = format!(";created={}", now());
    let cases = [
        (Signature::install(&message), r#""ecdsa-p256-sha256""#, "hmac-sha256"),
        (Signature::account(&message), r#""hmac-sha256""#, "ecdsa-p256-sha256"),
    ];
    for (signature, right, other) in cases {
        let send = |alg: &str| {
            let signature = signature.clone().parameters(&format!("{created};alg={alg}"));
            message.request().signed(&[&signature])
        };
        server.accepts(right, &send(right));
        let token = right.trim_matches('"');
        for alg in [
            &format!("\"{other}\""),
            "\"ed25519\"",
            "\"ecdsa-p384-sha384\"",
            "\"none\"",
            "\"\"",
            &right.to_uppercase(),
            token,
            "1",
            "?1",
            &bytes(token.as_bytes()),
        ] {
            server.refuses(alg, "signature_algorithm", &send(alg));
        }
    }
}

#[actix_web::test]
async fn bytes_that_are_no_signature() {
    let server = Served::new(signing());
    let message = Message::order();
    let install: [(&str, Form); 8] = [
        ("DER", |raw| {
            let signature = ecdsa::Signature::from_slice(raw).unwrap();
            bytes(signature.to_der().as_bytes())
        }),
        ("63 bytes", |raw| bytes(&raw[..63])),
        ("65 bytes", |raw| bytes(&[raw, &[0]].concat())),
        ("zero", |_| bytes(&[0; 64])),
        ("ones", |_| bytes(&[255; 64])),
        ("s = 0", |raw| bytes(&[&raw[..32], &[0; 32]].concat())),
        ("s and r", |raw| bytes(&[&raw[32..], &raw[..32]].concat())),
        ("nothing", |_| bytes(&[])),
    ];
    let account: [(&str, Form); 4] = [
        ("truncated", |raw| bytes(&raw[..16])),
        ("longer", |raw| bytes(&[raw, &[0]].concat())),
        ("nothing", |_| bytes(&[])),
        ("base64 of base64", |raw| bytes(STANDARD.encode(raw).as_bytes())),
    ];
    for (case, form) in install {
        let signature = Signature::install(&message).form(form);
        server.refuses(case, "signature_invalid", &message.request().signed(&[&signature]));
    }
    for (case, form) in account {
        let signature = Signature::account(&message).form(form);
        server.refuses(case, "signature_invalid", &message.request().signed(&[&signature]));
    }
    let malformed: [Form; 6] = [
        |_| "\"not base64!\"".to_owned(),
        |raw| STANDARD.encode(raw),
        |_| "1".to_owned(),
        |_| "?1".to_owned(),
        |raw| format!("({})", bytes(raw)),
        |raw| format!(":{}", STANDARD.encode(raw)),
    ];
    for form in malformed {
        let signature = Signature::install(&message).form(form);
        server.refuses("", "signature_malformed", &message.request().signed(&[&signature]));
    }
}

/// A public key is no secret: whoever has the token has it too.
#[actix_web::test]
async fn macs_with_the_public_key() {
    let server = Served::new(signing());
    let message = Message::order();
    let public = Key::install(1).public();
    for secret in [
        Key::install(1).ipk().into_bytes(),
        public.clone(),
        public[public.len() - 65..].to_vec(),
        public[public.len() - 64..].to_vec(),
        Vec::new(),
        STANDARD.decode(support::token::SECRET).unwrap(),
    ] {
        for label in ["install", "account"] {
            let signature = Signature::new(Key::Account(secret.clone()), &message)
                .parameters(&format!(";created={}", now()))
                .label(label);
            server.refuses(label, "signature_invalid", &message.request().signed(&[&signature]));
        }
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(b"account").unwrap();
    mac.update(&STANDARD.decode(OTHER_ACCOUNT_KEY).unwrap());
    let derived = Key::Account(mac.finalize().into_bytes().to_vec());
    let request = message.request().signed(&[&Signature::new(derived, &message)]);
    server.refuses("derived", "signature_invalid", &request);
}

#[actix_web::test]
async fn keys_that_are_none() {
    let server = Served::new(signing());
    let sign = |ipk: &serde_json::Value| with_token(&json!({ "ipk": ipk })).signed();
    let p256 = Key::install(1).public();
    let point = p256.len() - 65;
    let mut off_curve = p256.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    // The same point, compressed (SEC 1, section 2.3.3), and as what it is not.
    let sign_of_y = 2 + (p256[p256.len() - 1] & 1);
    let mut compressed = [&p256[..point], &[sign_of_y], &p256[point + 1..point + 33]].concat();
    compressed[1] -= 32;
    compressed[point - 2] -= 32;
    let p384 = [
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
        "NhfeSpYmLG9dnpi/kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f",
    ]
    .concat();
    for (case, ipk) in [
        ("empty", String::new()),
        ("not base64", "junk!".to_owned()),
        ("base64 of junk", STANDARD.encode("junk")),
        ("P-384", p384),
        ("off the curve", STANDARD.encode(off_curve)),
        ("truncated", STANDARD.encode(&p256[..p256.len() - 1])),
        ("with a tail", STANDARD.encode([&p256[..], &[0]].concat())),
        ("the point alone", STANDARD.encode(&p256[point..])),
        ("infinity", STANDARD.encode([&p256[..point], &[0]].concat())),
        ("compressed", STANDARD.encode(compressed)),
    ] {
        server.refuses(case, "signature_key_invalid", &sign(&json!(ipk)));
    }
    server.refuses("none", "signature_key_missing", &sign(&json!(null)));
    let account = with_token(&json!({ "ipk": "junk!" }));
    let request = account.request().signed(&[&Signature::account(&account)]);
    server.accepts("a bad key that is not used", &request);
    let none = Served::new(builder().public_origin(super::ORIGIN));
    let message = Message::order();
    none.refuses(
        "none",
        "signature_key_missing",
        &message.request().signed(&[&Signature::account(&message)]),
    );
    let both = [&Signature::account(&message), &Signature::install(&message)];
    none.accepts("one of two", &message.request().signed(&both));
}
