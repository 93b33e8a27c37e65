//! Tokens that name another algorithm than that of the key: nothing that the token says may choose one.
//!
//! Public keys that are passed off as secrets need a server with public keys:
//! `tests/keys/algorithms/confusion.rs`.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let (header, claims) = (encode(HEADER), encode(payload()));
    let offered = ["RS256", "ES256", "EdDSA"].map(|name| {
        let forger = TestKey::other(name);
        let header = json!({ "alg": name, "jwk": forger.jwk(None) }).to_string();
        (name, forger.sign(&header, &payload()))
    });
    let of_none = json!({ "alg": "none", "kid": KID }).to_string();
    let good_ones = r#"{"typ":"JWT","alg":"HS256"} | {"alg":"HS256"} | {"alg":"HS256","typ":"at+jwt"}
        {"\u0061lg":"HS\u003256"} | {"alg":"HS256","x":{"alg":"none","alg":"none"}}"#;
    let signed = |header: &str| sign(header, payload());
    let header_of = |alg: &str| json!({ "alg": alg }).to_string();
    case.tokens("none", named(NONE, |alg| signed(&header_of(alg))))
        .tokens("none, unsigned", named(NONE, |alg| unsigned(&header_of(alg))))
        .tokens("none, forged", named(NONE, |alg| forged(&header_of(alg), &payload())))
        .tokens("alg", others())
        .tokens("alg", named(NO_ALGORITHMS, |alg| signed(&header_of(alg))))
        .tokens("alg", universal_signatures())
        .tokens("no alg", named(NO_ALG, signed))
        .tokens("no alg, unsigned", named(NO_ALG, unsigned))
        .tokens("offered jwk for", offered)
        .tokens("payload, header", [("signed", sign_segments(&claims, &header))])
        .at([KeyWithId])
        .tokens("kid for an id", [("none", signed(&of_none))])
        .at([Secret])
        .passes()
        .tokens("header", named(good_ones, signed))
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
    let table = "
        ES256 {0x00 ×64} | ES256 {0xff ×64} | ES256 {0x00 ×63}{0x01} | ES256 {0x3006020100020100} | ES384 {0x00 ×96}
        ES384 {0xff ×96} | EdDSA {0x00 ×64} | EdDSA {0x00 ×63}{0x01} | RS256 {0x00 ×256} | RS256 {0x00 ×255}{0x01}
        PS256 {0x00 ×256} | HS512 {0x00 ×64}";
    named(table, |row| {
        let (alg, signature) = row.split_once(' ').unwrap();
        let header = encode(json!({ "alg": alg }).to_string());
        format!("{header}.{}.{}", encode(payload()), encode(filled(signature, &[])))
    })
}

const NO_ALG: &str = r#"
    {} | {"typ":"JWT"} | {"ALG":"HS256"} | {"Alg":"HS256"} | {"alg ":"HS256"} | {" alg":"HS256"}
    {"alg\u0000":"HS256"} | {"\u0000alg":"HS256"} | {"alg\n":"HS256"} | {"аlg":"HS256"} | {"algorithm":"HS256"}
    {"":"HS256"} | {"header":{"alg":"HS256"}} | {"x":{"alg":"HS256"}} | {"x":"\"alg\":\"HS256\""}
"#;
