//! Tokens that name another algorithm than that of the key: nothing that the token says may choose one.
//!
//! Public keys that are passed off as secrets need a server with public keys:
//! `tests/integration/algorithms/confusion.rs`.

use serde_json::json;

use super::{Attack, encode, message_and_signature, payload, secret, sign};
use crate::keys::{ALGORITHMS, TestKey};

pub(super) fn rows() -> Vec<Attack> {
    [none(), others(), no_algorithms(), universal_signatures()].concat()
}

/// Each spelling with each signature that a library once took for it.
fn none() -> Vec<Attack> {
    let mut rows = Vec::new();
    for alg in spellings_of_none() {
        let signed = sign(json!({ "alg": alg }).to_string(), payload());
        let (message, good) = signed.rsplit_once('.').unwrap();
        for (name, signature) in [
            ("a good signature", good),
            ("an empty signature", ""),
            ("a signature of zeros", &encode([0; 32])),
            ("a byte as signature", "AA"),
            ("another signature", &encode(message_and_signature().1)),
        ] {
            let name = format!("alg {alg:?} with {name}");
            rows.push(Attack::new(name, format!("{message}.{signature}"), "token_algorithm"));
        }
        rows.push(Attack::new(
            format!("alg {alg:?} without signature"),
            message,
            "token_malformed",
        ));
    }
    rows
}

fn spellings_of_none() -> Vec<String> {
    let mut spellings: Vec<_> = (0..16)
        .map(|capitals| {
            let spell = |(i, letter): (usize, char)| {
                if capitals >> i & 1 == 1 {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            };
            "none".chars().enumerate().map(spell).collect::<String>()
        })
        .collect();
    let more = [
        "",
        " ",
        "none ",
        " none",
        "none\0",
        "\0none",
        "none\n",
        "none\t",
        "\u{feff}none",
        "no\u{200b}ne",
        "nonе",
        "ｎｏｎｅ",
        "noné",
        "none,HS256",
        "HS256,none",
        "null",
        "nil",
        "undefined",
        "false",
        "0",
        "NULL",
        "empty",
        "plain",
        "unsecured",
        "unsigned",
        "no",
        "n0ne",
        "none256",
        "HSnone",
    ];
    spellings.extend(more.map(str::to_owned));
    spellings
}

/// Each algorithm there is: signed with the server's own secret as if it were HS256, and with a key of the forger that
/// fits.
fn others() -> Vec<Attack> {
    let mut rows = Vec::new();
    for alg in ALGORITHMS.into_iter().filter(|alg| *alg != "HS256") {
        let header = json!({ "alg": alg, "typ": "JWT" }).to_string();
        let forger = TestKey::other(alg);
        let unsigned = format!("{}.{}.", encode(&header), encode(payload()));
        rows.push(Attack::new(
            format!("alg {alg} with the MAC of HS256"),
            sign(&header, payload()),
            "token_algorithm",
        ));
        rows.push(Attack::new(
            format!("alg {alg} with another key"),
            forger.sign(&header, &payload()),
            "token_algorithm",
        ));
        rows.push(Attack::new(format!("alg {alg} unsigned"), unsigned, "token_algorithm"));
        let as_hs256 = forger.sign(super::HEADER, &payload());
        rows.push(Attack::new(
            format!("alg HS256 with a signature of {alg}"),
            as_hs256,
            "token_signature",
        ));
        if alg.starts_with("HS") {
            let with_secret = TestKey::hmac(alg, &secret());
            rows.push(Attack::new(
                format!("alg {alg} with the secret"),
                with_secret.sign(&header, &payload()),
                "token_algorithm",
            ));
            let as_hs256 = with_secret.sign(super::HEADER, &payload());
            rows.push(Attack::new(
                format!("alg HS256 with the secret and the MAC of {alg}"),
                as_hs256,
                "token_signature",
            ));
        }
    }
    rows
}

/// Names that are no algorithm for tokens, and almost the right one.
const NO_ALGORITHMS: [&str; 81] = [
    "hs256",
    "Hs256",
    "hS256",
    "HS256 ",
    " HS256",
    "HS256\0",
    "HS256\n",
    "HS256\u{200b}",
    "\u{feff}HS256",
    "ＨＳ２５６",
    "HЅ256",
    "ΗS256",
    "HS２56",
    "HS٢٥٦",
    "HS²56",
    "HS-256",
    "HS_256",
    "HS 256",
    "HS0256",
    "HS256.0",
    "HS25",
    "HS2566",
    "HS2",
    "HS",
    "256",
    "S256",
    "HS1",
    "HS224",
    "HS256/64",
    "HS256K",
    "HMAC",
    "HMACSHA256",
    "HmacSHA256",
    "HMAC-SHA256",
    "sha256",
    "SHA-256",
    "MD5",
    "SHA1",
    "CRC32",
    "HS256,none",
    "HS256;RS256",
    "HS256|none",
    "[\"HS256\"]",
    "\"HS256\"",
    "'HS256'",
    "HS256'--",
    "%48S256",
    "*",
    ".*",
    "any",
    "auto",
    "default",
    "true",
    "1",
    "dir",
    "A128KW",
    "A256GCMKW",
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "PBES2-HS256+A128KW",
    "A256GCM",
    "ES256K",
    "ES512",
    "ES1",
    "ED25519",
    "Ed25519",
    "Ed448",
    "eddsa",
    "EDDSA",
    "ML-DSA-44",
    "SM2",
    "GOST",
    "RS1",
    "1.2.840.113549.2.9",
    "alg",
    "__proto__",
    "constructor",
    "toString",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
];

/// Signed as HS256.
fn no_algorithms() -> Vec<Attack> {
    let row = |alg: &str| {
        let token = sign(json!({ "alg": alg }).to_string(), payload());
        Attack::new(format!("alg {alg:?} signed as HS256"), token, "token_algorithm")
    };
    NO_ALGORITHMS.into_iter().map(row).collect()
}

/// Signatures that verify with every key where a check of the numbers is missing, such as CVE-2022-21449.
fn universal_signatures() -> Vec<Attack> {
    let mut rows = Vec::new();
    for (alg, length) in [
        ("ES256", 64),
        ("ES384", 96),
        ("EdDSA", 64),
        ("RS256", 256),
        ("PS256", 256),
        ("HS512", 64),
    ] {
        let message = format!("{}.{}", encode(json!({ "alg": alg }).to_string()), encode(payload()));
        for (name, signature) in [
            ("zeros", vec![0; length]),
            ("ones", vec![0xff; length]),
            ("one", [vec![0; length - 1], vec![1]].concat()),
            ("zeros in DER", vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
        ] {
            let value = format!("{message}.{}", encode(signature));
            rows.push(Attack::new(
                format!("alg {alg} with a signature of {name}"),
                value,
                "token_algorithm",
            ));
        }
    }
    rows
}
