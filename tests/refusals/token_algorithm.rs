//! Tokens that name another algorithm than that of the key: nothing that the token says may choose one.
//!
//! Public keys that are passed off as secrets need a server with public keys:
//! `tests/keys/algorithms/confusion.rs`.

use serde_json::json;

use super::{
    Case, KID,
    Server::{KeyWithId, Secret},
    make::{HEADER, encode, message_and_signature, payload, secret, sign, sign_segments, spellings_of_none, unsigned},
};
use crate::{
    keys::{ALGORITHMS, TestKey},
    tables::{filled, named, pairs},
};

pub(super) fn rows(case: Case) -> Case {
    let (header, claims) = (encode(HEADER), encode(payload()));
    let (_, signature) = message_and_signature();
    let of_none = json!({ "alg": "none", "kid": KID });
    let good_ones = r#"another order: {"typ":"JWT","alg":"HS256"} | no typ: {"alg":"HS256"}
        another typ: {"alg":"HS256","typ":"at+jwt"} | escapes: {"\u0061lg":"HS\u003256"}
        members of the same name in another object: {"alg":"HS256","x":{"alg":"none","alg":"none"}}"#;
    case.kind("alg")
        .tokens(none())
        .tokens(others())
        .tokens(named(NO_ALGORITHMS, signed_as_hs256))
        .tokens(universal_signatures())
        .kind("no alg")
        .tokens(named(NO_ALG, |header| sign(header, payload())))
        .kind("no alg, unsigned")
        .tokens(named(NO_ALG, unsigned))
        .kind("offered key: jwk for")
        .tokens(["RS256", "ES256", "EdDSA"].map(|name| {
            let forger = TestKey::other(name);
            let header = json!({ "alg": name, "jwk": forger.jwk(None) }).to_string();
            (name, forger.sign(&header, &payload()))
        }))
        .kind("segments")
        .tokens([
            ("payload, header", format!("{claims}.{header}.{}", encode(signature))),
            ("payload twice", sign_segments(&claims, &claims)),
        ])
        .at([KeyWithId])
        .kind("kid for an id")
        .tokens([("none", sign(of_none.to_string(), payload()))])
        .passes()
        .at([Secret])
        .tokens(pairs(good_ones, |header| sign(header, payload())))
}

fn signed_as_hs256(alg: &str) -> String {
    sign(json!({ "alg": alg }).to_string(), payload())
}

/// Each spelling with each signature that a library once took for it.
fn none() -> impl Iterator<Item = (String, String)> {
    let of_spelling = |alg: String| {
        let signed = signed_as_hs256(&alg);
        let (message, good) = signed.rsplit_once('.').unwrap();
        [
            ("a good signature", good),
            ("an empty signature", ""),
            ("a signature of zeros", &encode([0; 32])),
            ("a byte as signature", "AA"),
            ("another signature", &encode(message_and_signature().1)),
        ]
        .map(|(name, signature)| (format!("{alg:?} with {name}"), format!("{message}.{signature}")))
    };
    spellings_of_none().into_iter().flat_map(of_spelling)
}

/// Each algorithm there is: signed with the server's own secret as if it were HS256, and with a key of the forger that
/// fits.
fn others() -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for alg in ALGORITHMS.into_iter().filter(|alg| *alg != "HS256") {
        let header = json!({ "alg": alg, "typ": "JWT" }).to_string();
        let theirs = TestKey::other(alg).sign(&header, &payload());
        rows.extend([
            (format!("{alg} with the MAC of HS256"), sign(&header, payload())),
            (format!("{alg} with another key"), theirs),
            (format!("{alg} unsigned"), unsigned(&header)),
        ]);
        if alg.starts_with("HS") {
            let token = TestKey::hmac(alg, &secret()).sign(&header, &payload());
            rows.push((format!("{alg} with the secret"), token));
        }
    }
    rows
}

/// Names that are no algorithm for tokens, and almost the right one.
const NO_ALGORITHMS: &str = "
    hs256 | Hs256 | hS256 | HS256␠ | ␠HS256 | HS256␀ | HS256␊ | HS256\u{200b} | \u{feff}HS256 | ＨＳ２５６ | HЅ256 | ΗS256
    HS２56 | HS٢٥٦ | HS²56 | HS-256 | HS_256 | HS 256 | HS0256 | HS256.0 | HS25 | HS2566 | HS2 | HS | 256 | S256 | HS1
    HS224 | HS256/64 | HS256K | HMAC | HMACSHA256 | HmacSHA256 | HMAC-SHA256 | sha256 | SHA-256 | MD5 | SHA1 | CRC32
    HS256,none | HS256;RS256 | HS256|none | [\"HS256\"] | \"HS256\" | 'HS256' | HS256'-- | %48S256 | * | .* | any
    auto | default | true | 1 | dir | A128KW | A256GCMKW | RSA1_5 | RSA-OAEP | RSA-OAEP-256 | ECDH-ES
    PBES2-HS256+A128KW | A256GCM | ES256K | ES512 | ES1 | ED25519 | Ed25519 | Ed448 | eddsa | EDDSA | ML-DSA-44 | SM2
    GOST | RS1 | 1.2.840.113549.2.9 | alg | __proto__ | constructor | toString
    http://www.w3.org/2001/04/xmldsig-more#hmac-sha256
";

/// Signatures that verify with every key where a check of the numbers is missing, such as CVE-2022-21449.
fn universal_signatures() -> Vec<(String, String)> {
    let signatures = "zeros: {0x00 ×N} | ones: {0xff ×N} | one: {0x00 ×M}{0x01} | zeros in DER: {0x3006020100020100}";
    let algorithms = [
        ("ES256", 64),
        ("ES384", 96),
        ("EdDSA", 64),
        ("RS256", 256),
        ("PS256", 256),
        ("HS512", 64),
    ];
    let mut rows = Vec::new();
    for (alg, length) in algorithms {
        let message = format!("{}.{}.", encode(json!({ "alg": alg }).to_string()), encode(payload()));
        rows.extend(
            pairs(signatures, |signature| {
                let signature = signature
                    .replace('N', &length.to_string())
                    .replace('M', &(length - 1).to_string());
                message.clone() + &encode(filled(&signature, &[]))
            })
            .into_iter()
            .map(|(name, token)| (format!("{alg} with a signature of {name}"), token)),
        );
    }
    rows
}

const NO_ALG: &str = r#"
    {} | {"typ":"JWT"} | {"ALG":"HS256"} | {"Alg":"HS256"} | {"alg ":"HS256"} | {" alg":"HS256"}
    {"alg\u0000":"HS256"} | {"\u0000alg":"HS256"} | {"alg\n":"HS256"} | {"аlg":"HS256"} | {"algorithm":"HS256"}
    {"":"HS256"} | {"header":{"alg":"HS256"}} | {"x":{"alg":"HS256"}} | {"x":"\"alg\":\"HS256\""}
"#;
