//! HS256 tokens that the secret has not signed as they are.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Attack, HEADER, all, encode, good, hex, message_and_signature, payload, secret, sign};
use crate::{
    keys::TestKey,
    token::{self, now},
};

pub(super) fn rows() -> Vec<Attack> {
    [
        replaced(),
        of_something_else(),
        of_another_kind(),
        as_text(),
        altered_bits(),
        moved(),
    ]
    .concat()
}

fn with_signature(signature: impl AsRef<[u8]>) -> String {
    format!("{}.{}", message_and_signature().0, encode(signature))
}

fn mac(alg: &str, key: &[u8], message: &[u8]) -> Vec<u8> {
    TestKey::hmac(alg, key).signature(message)
}

fn replaced() -> Vec<Attack> {
    let (_, good) = message_and_signature();
    let mut rows = vec![
        ("empty".to_owned(), Vec::new()),
        ("of zeros".to_owned(), vec![0; 32]),
        ("of ones".to_owned(), vec![0xff; 32]),
        ("of 64 zeros".to_owned(), vec![0; 64]),
        ("of 4096 zeros".to_owned(), vec![0; 4096]),
        ("reversed".to_owned(), good.iter().rev().copied().collect()),
        (
            "with its halves swapped".to_owned(),
            [&good[16..], &good[..16]].concat(),
        ),
        ("inverted".to_owned(), good.iter().map(|byte| !byte).collect()),
        ("shifted".to_owned(), [&good[1..], &good[..1]].concat()),
        ("twice".to_owned(), good.repeat(2)),
        ("with a zero behind".to_owned(), [&good[..], &[0]].concat()),
        ("with a zero in front".to_owned(), [&[0], &good[..]].concat()),
        ("with a byte behind".to_owned(), [&good[..], &[0x41]].concat()),
        ("with a line break".to_owned(), [&good[..], b"\n"].concat()),
        (
            "with zeros in its second half".to_owned(),
            [&good[..16], &[0; 16]].concat(),
        ),
        (
            "with zeros in its first half".to_owned(),
            [&[0; 16], &good[16..]].concat(),
        ),
        (
            "with all bytes but the first as zeros".to_owned(),
            [&good[..1], &[0; 31]].concat(),
        ),
    ];
    rows.extend((1..32).map(|length| (format!("of its first {length} bytes"), good[..length].to_vec())));
    rows.extend([1, 8, 16, 24, 31].map(|length| (format!("of its last {length} bytes"), good[32 - length..].to_vec())));
    all(
        "signature",
        "token_signature",
        rows.into_iter()
            .map(|(name, signature)| (name, with_signature(signature))),
    )
}

/// Made with the secret, but not of `header.payload` as they are there.
fn of_something_else() -> Vec<Attack> {
    let (message, good) = message_and_signature();
    let (header, payload) = message.split_once('.').unwrap();
    let token = format!("{message}.{}", encode(&good));
    let rows = [
        ("nothing", String::new()),
        ("the header", header.to_owned()),
        ("the payload", payload.to_owned()),
        ("header and payload without dot", format!("{header}{payload}")),
        ("header and payload with a dot more", format!("{message}.")),
        ("payload and header", format!("{payload}.{header}")),
        ("the whole token", token.clone()),
        ("the value of the header", format!("Bearer {token}")),
        ("the decoded segments", format!("{HEADER}.{}", super::payload())),
        ("the decoded payload", super::payload()),
        ("padded segments", format!("{header}=.{payload}=")),
        ("the message with a line break", format!("{message}\n")),
        ("the message with a NUL", format!("{message}\0")),
        ("the message in capitals", message.to_uppercase()),
        ("another message", format!("{header}.e30")),
    ];
    all(
        "signature of",
        "token_signature",
        rows.map(|(name, signed)| (name, with_signature(mac("HS256", &secret(), signed.as_bytes())))),
    )
}

/// Of the right message, but no HMAC with SHA-256 of it, or not with the secret alone.
fn of_another_kind() -> Vec<Attack> {
    let (message, good) = message_and_signature();
    let (message, secret) = (message.as_bytes(), secret());
    let long = |alg| mac(alg, &secret, message);
    let rows = [
        ("SHA-256 of the message", Sha256::digest(message).to_vec()),
        (
            "SHA-256 of secret and message",
            Sha256::digest([&secret, message].concat()).to_vec(),
        ),
        (
            "SHA-256 of message and secret",
            Sha256::digest([message, &secret].concat()).to_vec(),
        ),
        ("key and message swapped", mac("HS256", message, &secret)),
        ("the MAC of the MAC", mac("HS256", &secret, &good)),
        ("the MAC of the hash", mac("HS256", &secret, &Sha256::digest(message))),
        ("the hash of the MAC", Sha256::digest(&good).to_vec()),
        ("HS384", long("HS384")),
        ("HS512", long("HS512")),
        ("HS384, cut", long("HS384")[..32].to_vec()),
        ("HS512, cut", long("HS512")[..32].to_vec()),
        ("the secret", secret.clone()),
        ("half of the secret", secret[..32].to_vec()),
        ("the message", message.to_vec()),
    ];
    all(
        "signature kind",
        "token_signature",
        rows.map(|(name, signature)| (name, with_signature(signature))),
    )
}

/// The good signature, in another spelling.
fn as_text() -> Vec<Attack> {
    let (message, good) = message_and_signature();
    let hex = hex(&good);
    let with = |signature: &str| format!("{message}.{signature}");
    let mut rows = all(
        "signature text",
        "token_signature",
        [
            ("hex", with(&hex)),
            ("hex in capitals", with(&hex.to_uppercase())),
            ("hex, encoded", with_signature(&hex)),
            ("base64url, encoded", with_signature(encode(&good))),
            ("null", with("null")),
            ("True", with("True")),
            ("as it stands in another case", with(&swap_case(&encode(&good)))),
        ],
    );
    rows.extend(all(
        "signature text",
        "token_malformed",
        [
            ("undefined", with("undefined")),
            ("false", with("false")),
            ("a quote", with("\"\"")),
            ("a JSON string", with(&format!("\"{}\"", encode(&good)))),
            ("a space", with(" .")),
            ("a bracket", with("[]")),
            ("a byte in half a letter", with("A")),
            ("a star", with("*")),
        ],
    ));
    rows
}

/// The last letter stays: not every one can be there.
fn swap_case(text: &str) -> String {
    let (start, last) = text.split_at(text.len() - 1);
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    start.chars().map(swap).chain(last.chars()).collect()
}

/// One bit in each byte.
fn altered_bits() -> Vec<Attack> {
    let (_, good) = message_and_signature();
    let row = |byte: usize| {
        let mut signature = good.clone();
        signature[byte] ^= 1 << (byte % 8);
        (format!("bit {} of byte {byte}", byte % 8), with_signature(signature))
    };
    all("signature altered", "token_signature", (0..32).map(row))
}

/// Good signatures under other claims or another header: of another good token, of an older one, of one that said less.
fn moved() -> Vec<Attack> {
    let claims = |more: serde_json::Value| token::claims(&more).to_string();
    let later = claims(json!({ "exp": now() + 999_999 }));
    let bound = claims(json!({ "pay": token::binding(&["user"]) }));
    let expired = claims(json!({ "exp": now() - 60 }));
    let moved = |header: &str, payload: &str, from: &str| {
        let (_, signature) = from.rsplit_once('.').unwrap();
        format!("{}.{}.{signature}", encode(header), encode(payload))
    };
    let payload = payload();
    let space = format!("{HEADER} ");
    all(
        "signature moved",
        "token_signature",
        [
            ("of an expired token", moved(HEADER, &later, &sign(HEADER, &expired))),
            (
                "of another device",
                moved(HEADER, &claims(json!({ "did": "x" })), &good()),
            ),
            ("of an unbound token", moved(HEADER, &bound, &good())),
            ("of a bound token", moved(HEADER, &later, &sign(HEADER, &bound))),
            (
                "of a token with another header",
                moved(r#"{"alg":"HS256"}"#, &payload, &sign(HEADER, &payload)),
            ),
            (
                "of a token with less white space",
                moved(&space, &payload, &sign(HEADER, &payload)),
            ),
            (
                "of a payload with less white space",
                moved(HEADER, &format!("{payload} "), &sign(HEADER, &payload)),
            ),
            (
                "of a token with another kid",
                moved(
                    r#"{"alg":"HS256","kid":"a"}"#,
                    &payload,
                    &sign(r#"{"alg":"HS256","kid":"b"}"#, &payload),
                ),
            ),
            (
                "of an unsigned token",
                moved(HEADER, &payload, &sign(r#"{"alg":"none"}"#, &payload)),
            ),
        ],
    )
}
