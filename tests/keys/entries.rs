//! Entries of a JWK Set that are not fit for use.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{Attack, Unfit, unfit};
use crate::{keys::TestKey, tables::cells};

/// Every entry, of all kinds.
#[must_use]
pub fn entries() -> Vec<Unfit> {
    [changes(), rsa_moduli(), points(), ed25519_keys(), no_jwks()].concat()
}

/// Reasons, and below them their rows: the type of the key, and what is changed in its JWK.
///
/// Whoever has one of the members of a private key has it, or half of it. The point that is no valid key is (0, √b),
/// with the number of the field for zero: a second spelling. A secret has at least as many bytes as the hash: RFC 7518,
/// section 3.2.
const CHANGES: &str = r#"
    has a `use` other than `sig`
        ec {"use":"enc"} | secret {"use":"enc"} | ec {"use":""} | ec {"use":"SIG"} | ec {"use":"sig "}
        ec {"use":"sig\u0000"} | rsa {"use":"sig,enc"} | ed {"use":"enc","key_ops":["verify"]}
    has `key_ops` without `verify`
        ec {"use":"sig","key_ops":["sign"]} | rsa {"key_ops":[]} | ed {"key_ops":["Verify","encrypt","verify "]}
        secret {"key_ops":["sign"]} | ec {"key_ops":["sign,verify"]} | secret {"key_ops":["verify\u0000","ｖerify"]}
    is a private key, which must not be in a key set
        rsa {"d":"AQAB"} | rsa {"p":"AQAB"} | rsa {"q":"AQAB"} | rsa {"dp":"AQAB"} | rsa {"dq":"AQAB"}
        rsa {"qi":"AQAB"} | rsa {"oth":[]} | ec {"d":""} | ec {"d":{}} | p384 {"d":false} | ed {"d":1,"use":"sig"}
    has no `kty`
        ec {"kty":null}
    has an unknown `kty`
        ec {"kty":""} | ec {"kty":"ec"} | rsa {"kty":"rsa"} | rsa {"kty":"RSA "} | rsa {"kty":"RSA\u0000"}
        rsa {"kty":"none"} | secret {"kty":"OCT"} | ec {"kty":"AKP"}
    has an unknown `crv`
        ec {"kty":"OKP"} | ed {"kty":"EC"} | ec {"crv":"p-256"} | ec {"crv":"P256"} | ec {"crv":"P-256 "}
        ec {"crv":"P-521","alg":null} | ec {"crv":"secp256k1"} | ec {"crv":"Ed25519"} | ed {"crv":"X25519"}
        ed {"crv":"ed25519"} | ed {"crv":"P-256"}
    has no `crv`
        ec {"crv":null} | ed {"crv":null}
    lacks a member that its `kty` needs
        ec {"kty":"RSA","alg":"RS256"} | ec {"kty":"oct","alg":"HS256"} | rsa {"kty":"oct","alg":"HS256"}
        secret {"kty":"RSA","alg":"RS256"} | secret {"kty":"EC","crv":"P-256","alg":"ES256"}
        secret {"kty":"OKP","crv":"Ed25519","alg":"EdDSA"} | rsa {"n":null} | rsa {"e":null} | ec {"x":null}
        ec {"y":null} | ed {"x":null} | secret {"k":null}
    has no `alg`, which an RSA key needs
        rsa {"alg":null}
    has no `alg`, which a secret needs
        secret {"alg":null}
    has an unknown `alg`
        rsa {"alg":"none"} | rsa {"alg":"rs256"} | rsa {"alg":"RS256 "} | rsa {"alg":"RS1"} | rsa {"alg":""}
        ec {"alg":"none"} | ec {"alg":"ES256K"} | ec {"alg":"ECDH-ES"} | ed {"alg":"Ed25519"} | ed {"alg":"none"}
        secret {"alg":"none"} | secret {"alg":"HS1"} | secret {"alg":"HS256\u0000"}
    has an `alg` that does not fit its `crv`
        ec {"alg":"ES384"} | ec {"alg":"HS256"} | ec {"alg":"RS256"} | ec {"alg":"EdDSA"} | ed {"alg":"ES256"}
        ed {"alg":"HS256"}
    is not a key of the type that its algorithm takes
        rsa {"alg":"ES256"} | rsa {"alg":"HS256"} | rsa {"alg":"EdDSA"} | secret {"alg":"RS256"}
        secret {"alg":"ES256"} | secret {"alg":"EdDSA"}
    is an RSA key of less than 2048 bits
        rsa {"n":"AQ"} | rsa {"n":""}
    is not a valid RSA key
        rsa {"e":""} | rsa {"e":"AA"} | rsa {"e":"AQ"} | rsa {"e":"AAAB"} | rsa {"e":"Ag"} | rsa {"e":"AQAC"}
        rsa {"e":"AQAAAAE"}
    has coordinates of the wrong length
        ec {"x":"","y":""} | ec {"crv":"P-384","alg":"ES384"} | ec {"crv":"P-384","alg":null}
        p384 {"crv":"P-256","alg":"ES256"}
    is not a valid key
        ec {"x":"_____wAAAAEAAAAAAAAAAAAAAAD_______________8","y":"ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q"}
    has an `x` of the wrong length
        ed {"x":""} | ed {"x":"AAAA"}
    has a member that is not base64url
        rsa {"e":"AQAB="} | rsa {"e":"AQAB\n"} | rsa {"e":" AQAB"} | rsa {"e":"AR"} | rsa {"e":"A"} | rsa {"n":"+/+/"}
        rsa {"e":"é"} | ec {"x":"AQAB="} | ed {"x":"AQAB="} | secret {"k":"your 256 bit secret"}
    is too short: a secret for HS256 must have at least 32 bytes
        secret {"k":""} | secret {"k":"c2VjcmV0"} | secret {"k":"BwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBw"}
    is too short: a secret for HS384 must have at least 48 bytes
        hs384 {"k":"BwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAc"}
    is too short: a secret for HS512 must have at least 64 bytes
        hs512 {"k":"BwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgHCAcIBwgH"}
    is the same byte again and again, which anyone can guess
        secret {"k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
        hs512 {"k":"_____________________________________________________________________________________w"}
"#;

fn changes() -> Vec<Unfit> {
    let names = ["rsa", "ec", "p384", "ed", "secret", "hs384", "hs512"];
    let keys = ["RS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"].map(TestKey::new);
    let mut reason = "";
    let mut rows = Vec::new();
    for line in CHANGES.lines() {
        if !line.starts_with("        ") {
            reason = line.trim();
            continue;
        }
        for cell in cells(line) {
            let (name, changes) = cell.split_once(' ').unwrap();
            let key = names.iter().position(|known| *known == name).unwrap();
            rows.push((&keys[key], serde_json::from_str(changes).unwrap(), reason));
        }
    }
    unfit(rows)
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a member.
fn bytes(key: &TestKey, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(key.jwk(None)[member].as_str().unwrap()).unwrap()
}

fn rsa_moduli() -> Vec<Unfit> {
    const SMALL: &str = "is an RSA key of less than 2048 bits";
    const LARGE: &str = "is an RSA key of more than 4096 bits";
    let key = &TestKey::new("RS256");
    let n = bytes(key, "n");
    let modulus = |n: &[u8], reason| (key, json!({ "n": text(n) }), reason);
    unfit([
        (&TestKey::rsa_1024("RS256"), json!({}), SMALL),
        modulus(&[&[0x7F], &n[1..]].concat(), SMALL),
        modulus(&[&[0; 64], &n[..255]].concat(), SMALL),
        modulus(&[&[1], [0; 511].as_slice(), &[1]].concat(), LARGE),
        modulus(&n.repeat(400), LARGE),
        modulus(&[&n[..255], &[n[255] ^ 1]].concat(), "is not a valid RSA key"),
    ])
}

fn points() -> Vec<Unfit> {
    const LENGTH: &str = "has coordinates of the wrong length";
    const NONE: &str = "is not a valid key";
    let of_curve = |name| {
        let key = &TestKey::new(name);
        let (x, y) = (bytes(key, "x"), bytes(key, "y"));
        let zeros = vec![0; x.len()];
        let points = [
            (x[1..].to_vec(), y.clone(), LENGTH),
            (x.clone(), [&y[..], &[0]].concat(), LENGTH),
            (x[1..].to_vec(), [&[0], &y[..]].concat(), LENGTH),
            ([&x[..], &y].concat(), vec![], LENGTH),
            (x.clone(), [&y[..y.len() - 1], &[y[y.len() - 1] ^ 1]].concat(), NONE),
            (y.clone(), x.clone(), NONE),
            (zeros.clone(), zeros, NONE),
            (x, vec![0xFF; y.len()], NONE),
        ];
        unfit(points.map(|(x, y, reason)| (key, json!({ "x": text(&x), "y": text(&y) }), reason)))
    };
    ["ES256", "ES384"].into_iter().flat_map(of_curve).collect()
}

/// A server with a key of small order in its configuration, maybe as a placeholder, accepts tokens of everyone: nothing
/// secret is needed to sign for it. These are the points whose order divides eight, in all their encodings.
fn ed25519_keys() -> Vec<Unfit> {
    let key = &TestKey::new("EdDSA");
    let x = bytes(key, "x");
    let lengths = [x[1..].to_vec(), [x.as_slice(), &[0]].concat(), key.der()];
    let of_order_eight = [
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    ];
    let of_order_eight = of_order_eight.map(|x| URL_SAFE_NO_PAD.decode(x).unwrap());
    let of_smaller_order = [0, 1].map(|y| [&[y], [0; 31].as_slice()].concat());
    // The same and minus one, without reduction by the prime.
    let not_reduced = [0xEC, 0xED, 0xEE].map(|y| [&[y], [0xFF; 30].as_slice(), &[0x7F]].concat());
    let points = of_order_eight.into_iter().chain(of_smaller_order).chain(not_reduced);
    let with_signs = points.flat_map(|x| [0, 0x80].map(|sign| [&x[..31], &[x[31] | sign]].concat()));
    let lengths = lengths.map(|x| (x, "has an `x` of the wrong length"));
    let rows = lengths
        .into_iter()
        .chain(with_signs.map(|x| (x, "is an Ed25519 key for which anyone can sign")));
    unfit(rows.map(|(x, reason)| (key, json!({ "x": text(&x) }), reason)))
}

/// What cannot be read as a JWK has no `kid` in the log either.
fn no_jwks() -> Vec<Unfit> {
    let signer = TestKey::new("ES256");
    let row = |entry: String, reason| Unfit {
        entry: Attack::new(&entry, entry.as_str(), reason),
        kid: None,
        signer: signer.clone(),
    };
    let jwk = signer.jwk(None).to_string();
    let with = |members: &str| jwk.replacen('{', &format!("{{{members},"), 1);
    let members = r#""kty":"EC" | "k\u0074y":"EC" | "kty":1 | "kid":"a","\u006bid":"b" | "use":"enc","use":"sig"
        "d":"a","d":"b" | "any":1,"any":2 | "kid":"\ud800" | "\udc00":1"#;
    let others = [
        format!("[{jwk}]"),
        json!(jwk).to_string(),
        "[".repeat(1000) + &"]".repeat(1000),
    ];
    let entries = cells(r#"null | 1 | true | [] | "key""#).into_iter().chain(others);
    let entries = entries.chain(cells(members).into_iter().map(|members| with(&members)));
    let mut rows: Vec<_> = entries.map(|entry| row(entry, "is not a JWK")).collect();
    let no_texts = [json!(null), json!(1), json!(true), json!({}), json!([1]), json!([null])];
    for member in ["kty", "use", "alg", "kid", "crv", "n", "e", "x", "y", "k", "key_ops"] {
        for value in &no_texts {
            let mut jwk = signer.jwk(None);
            jwk[member] = value.clone();
            rows.push(row(jwk.to_string(), "has a member of the wrong type"));
        }
    }
    rows.push(row(with(r#""key_ops":"verify""#), "has a member of the wrong type"));
    // Ids are in the log.
    let long = signer.jwk(Some(&"k".repeat(257))).to_string();
    rows.push(row(long, "has a `kid` of more than 256 bytes"));
    rows
}
