//! A fuzzer cannot guess a good token, so single bytes, which no HTTP message has, stand for some.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::{
    signing::Key,
    token::{OTHER_SECRET, SECRET, binding, sign},
};

/// The value of `Authorization` to which the second and the third token are bound.
pub const USER: &str = "Bearer user-1";
/// The value of `X-Device-Id` to which the third one is bound as well.
pub const DEVICE: &str = "device-1";

/// A good token of an installation, two that are bound, one that has expired, and one by another secret; the byte 1
/// stands for the first. They are the same in every run, so that what a fuzzer found can be repeated.
pub fn tokens() -> &'static [String; 5] {
    static TOKENS: LazyLock<[String; 5]> = LazyLock::new(|| {
        let token = |secret: &str, claims: &Value| sign(secret, r#"{"alg":"HS256","typ":"JWT"}"#, &claims.to_string());
        let good = json!({ "exp": 4_102_444_800_u64, "did": "a", "ipk": Key::install(1).ipk(), "mskid": "1" });
        let bound = |values: &[&str]| json!({ "exp": 4_102_444_800_u64, "pay": binding(values) });
        [
            token(SECRET, &good),
            token(SECRET, &bound(&[USER])),
            token(SECRET, &bound(&[USER, DEVICE])),
            token(SECRET, &json!({ "exp": 1_700_000_000 })),
            token(OTHER_SECRET, &good),
        ]
    });
    &TOKENS
}

/// With the tokens in place of the bytes that stand for them.
pub fn filled(input: &[u8]) -> Vec<u8> {
    let mut filled = Vec::with_capacity(input.len());
    for byte in input {
        match usize::from(*byte).checked_sub(1).and_then(|at| tokens().get(at)) {
            Some(token) => filled.extend(token.bytes()),
            None => filled.push(*byte),
        }
    }
    filled
}

/// The other way round.
pub fn emptied(text: &str) -> String {
    let numbered = (1_u8..).zip(tokens());
    numbered.fold(text.to_owned(), |text, (byte, token)| {
        text.replace(token, char::from(byte).encode_utf8(&mut [0]))
    })
}
