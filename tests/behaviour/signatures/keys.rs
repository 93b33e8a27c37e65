//! Keys and algorithms that do not fit.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use support::{
    signing::{Key, Message, Signature, bytes, token},
    token::now,
};

use super::{serve, signing, signing_at};

fn with_token(claims: &serde_json::Value) -> Message {
    Message::order().replace("Approov-Token", &token(claims))
}

#[actix_web::test]
async fn the_algorithm_is_that_of_the_label() {
    let server = serve(signing());
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
async fn keys_that_are_none() {
    let server = serve(signing());
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
    let none = serve(signing_at(super::ORIGIN));
    let message = Message::order();
    none.refuses(
        "none",
        "signature_key_missing",
        &message.request().signed(&[&Signature::account(&message)]),
    );
    let both = [&Signature::account(&message), &Signature::install(&message)];
    none.accepts("one of two", &message.request().signed(&both));
}
