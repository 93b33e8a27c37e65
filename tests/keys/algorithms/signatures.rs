//! Good signatures, and bad ones under an honest header.

use approov_actix::{Approov, KeyFile, KeySet};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::BigUint;
use serde_json::json;
use support::{
    keys::{ALGORITHMS, SIGNATURES, TestKey, jwks, signing_input},
    token::{self, DEVICE_ID},
};
use tempfile::TempDir;

use super::{algorithm, verifying};
use crate::keys::{ALGORITHM, SIGNATURE, Verdict, assert_verdict, verdict, with};

const KID: &str = "2026-11";

/// The key, configured in every way.
fn configurations(key: &TestKey) -> Vec<(&'static str, Approov)> {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("keys");
    let set = jwks(&[key.jwk(Some(KID))]);
    std::fs::write(&path, &set).unwrap();
    let mut all = vec![
        ("a key", with(verifying(key))),
        ("a key with kid", with(verifying(key).with_key_id(KID))),
        ("a set", with(KeySet::from_jwks(&set).unwrap())),
        ("a file with a set", with(KeyFile::jwks(&path))),
    ];
    if key.secret().is_none() {
        std::fs::write(&path, key.pem()).unwrap();
        all.push(("a file with a key", with(KeyFile::pem(algorithm(key), &path))));
    }
    all
}

/// Also with the longest RSA keys, and the smallest exponent.
#[test]
fn every_algorithm_however_its_key_is_configured() {
    for key in ALGORITHMS
        .map(TestKey::new)
        .into_iter()
        .chain(["RS256", "PS512"].map(TestKey::rsa_4096))
    {
        let other = TestKey::other(key.algorithm());
        for (way, approov) in configurations(&key) {
            for kid in [None, Some(KID)] {
                let claims = approov.verify_token(&key.token(kid)).unwrap();
                assert_eq!(claims.device_id(), Some(DEVICE_ID), "{way}");
                assert_verdict(&approov, &other.token(kid), SIGNATURE, way);
            }
        }
    }
}

/// Algorithms that could be mixed up, as they take the same key or nearly so.
const FAMILIES: [&[&str]; 3] = [
    &["HS256", "HS384", "HS512"],
    &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
    &["ES256", "ES384", "EdDSA"],
];

#[test]
fn a_key_is_used_with_its_own_algorithm_only() {
    let payload = token::claims(&json!({})).to_string();
    for family in FAMILIES {
        let keys: Vec<_> = family.iter().map(|name| TestKey::new(name)).collect();
        for key in &keys {
            let lie = json!({ "alg": key.algorithm(), "kid": KID }).to_string();
            for approov in [with(verifying(key)), with(verifying(key).with_key_id(KID))] {
                for signer in keys.iter().filter(|signer| signer.algorithm() != key.algorithm()) {
                    let what = format!("{} signed as {}", key.algorithm(), signer.algorithm());
                    assert_verdict(&approov, &signer.token(Some(KID)), ALGORITHM, &what);
                    assert_verdict(&approov, &signer.sign(&lie, &payload), SIGNATURE, &what);
                }
            }
        }
    }
}

/// What a server with this key says of a good token with another signature.
fn verdict_on(key: &TestKey, forge: impl FnOnce(&[u8]) -> Vec<u8>) -> Verdict {
    let good = key.token(None);
    let (message, _) = good.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.encode(forge(message.as_bytes()));
    verdict(&with(verifying(key)), &format!("{message}.{signature}"))
}

#[test]
fn signatures_of_another_form() {
    type Change = fn(&[u8]) -> Vec<u8>;
    let changes: [(&str, Change); 7] = [
        ("empty", |_| Vec::new()),
        ("first byte missing", |good| good[1..].to_vec()),
        ("last byte missing", |good| good[..good.len() - 1].to_vec()),
        ("zero before", |good| [&[0], good].concat()),
        ("zero after", |good| [good, &[0]].concat()),
        ("all zeros", |good| vec![0; good.len()]),
        ("the number one", |good| [vec![0; good.len() - 1], vec![1]].concat()),
    ];
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        assert_eq!(verdict_on(&key, |message| key.signature(message)), Ok(()), "{name}");
        for (what, change) in changes {
            let verdict = verdict_on(&key, |message| change(&key.signature(message)));
            assert_eq!(verdict, SIGNATURE, "{name}, {what}");
        }
    }
}

/// RFC 7518, section 3.4: `r` and `s` one after the other, in as many bytes as the curve has. Both must lie between
/// zero and the curve's order.
#[test]
fn ecdsa_signatures() {
    type Change = fn(&[u8], &[u8], &[u8]) -> Vec<u8>;
    let changes: [(&str, Change); 6] = [
        ("DER", |r, s, _| der(r, s)),
        ("r zero", |r, s, _| [vec![0; r.len()].as_slice(), s].concat()),
        ("s zero", |r, s, _| [r, vec![0; s.len()].as_slice()].concat()),
        ("r the order", |_, s, order| [order, s].concat()),
        ("s the order", |r, _, order| [r, order].concat()),
        ("s and r", |r, s, _| [s, r].concat()),
    ];
    let p256 = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    let p384 = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973";
    for (name, order) in [("ES256", p256), ("ES384", p384)] {
        let key = TestKey::new(name);
        let order = number(order).to_bytes_be();
        for (what, change) in changes {
            let verdict = verdict_on(&key, |message| {
                let signature = key.signature(message);
                let (r, s) = signature.split_at(order.len());
                change(r, s, &order)
            });
            assert_eq!(verdict, SIGNATURE, "{name}, {what}");
        }
    }
}

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
}

/// A `SEQUENCE` of two `INTEGER`s, as TLS and openssl write an ECDSA signature.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        // With a zero in front, so that it is positive.
        let number = [vec![0; usize::from(number[0] >> 7)], number.to_vec()].concat();
        [vec![2, u8::try_from(number.len()).unwrap()], number].concat()
    };
    let numbers = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(numbers.len()).unwrap()], numbers].concat()
}

/// RFC 8032, section 5.1.7: `S` is smaller than the group's order, so that nobody can make a second signature out of a
/// first one.
#[test]
fn ed25519_signature_plus_order() {
    let order = number("1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED");
    let key = TestKey::new("EdDSA");
    let verdict = verdict_on(&key, |message| {
        let signature = key.signature(message);
        let (r, s) = signature.split_at(32);
        [r, &(BigUint::from_bytes_le(s) + order).to_bytes_le()].concat()
    });
    assert_eq!(verdict, SIGNATURE);
}

/// A signature is a number below the modulus (RFC 8017, section 5.2.2), so that nobody can make a second signature out
/// of a first one.
#[test]
fn rsa_signature_plus_modulus() {
    for name in SIGNATURES.into_iter().filter(|name| name.starts_with(['R', 'P'])) {
        let key = TestKey::new(name);
        let modulus = URL_SAFE_NO_PAD.decode(key.jwk(None)["n"].as_str().unwrap()).unwrap();
        let modulus = BigUint::from_bytes_be(&modulus);
        // The sum has one bit too many for most signatures.
        let sums = (0..1000).map(|i| {
            let header = json!({ "alg": name, "i": i }).to_string();
            let message = signing_input(&header, r#"{"exp":4102444800}"#);
            let sum = BigUint::from_bytes_be(&key.signature(message.as_bytes())) + &modulus;
            (message, sum)
        });
        let (message, sum) = sums.into_iter().find(|(_, sum)| sum.bits() <= 2048).unwrap();
        let approov = with(verifying(&key));
        for (signature, expected) in [(&sum % &modulus, Ok(())), (sum, SIGNATURE)] {
            let signature = signature.to_bytes_be();
            let signature = URL_SAFE_NO_PAD.encode([vec![0; 256 - signature.len()], signature].concat());
            assert_verdict(&approov, &format!("{message}.{signature}"), expected, name);
        }
    }
}

/// RFC 7518, section 3.5: the salt is as long as the hash.
#[test]
fn pss_salts() {
    for (name, length) in [("PS256", 32), ("PS384", 48), ("PS512", 64)] {
        let key = TestKey::new(name);
        let verdict = |salt| verdict_on(&key, |message| key.pss_signature(message, Some(salt)));
        assert_eq!(verdict(length), Ok(()), "{name}");
        for salt in [0, length - 1, length + 1] {
            assert_eq!(verdict(salt), SIGNATURE, "{name}, {salt} bytes");
        }
    }
}
