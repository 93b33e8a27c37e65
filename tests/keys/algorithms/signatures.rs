//! Good signatures, and bad ones under an honest header.

use actix_web::{App, web};
use approov_actix::{Approov, KeyFile, KeySet, Rejection};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::BigUint;
use serde_json::json;
use support::{
    client::Request,
    keys::{ALGORITHMS, TestKey, jwks, signing_input},
    token::{self, DEVICE_ID},
};
use tempfile::TempDir;

use super::{algorithm, approov_with, verdict, verifying};

use crate::{approov, patient};

const KID: &str = "2026-11";

/// The key, configured in every way.
fn configurations(key: &TestKey) -> Vec<(&'static str, Approov)> {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("keys");
    let set = jwks(&[key.jwk(Some(KID))]);
    let replaced = approov();
    replaced.replace_keys(KeySet::from_jwks(&set).unwrap()).unwrap();
    std::fs::write(&path, set).unwrap();
    let mut all = vec![
        ("a key", approov_with([verifying(key)])),
        ("a key with kid", approov_with([verifying(key).with_key_id(KID)])),
        ("a set in place of another", replaced),
        (
            "a file with a set",
            Approov::builder().keys(KeyFile::jwks(&path)).build().unwrap(),
        ),
    ];
    if key.secret().is_none() {
        std::fs::write(&path, key.pem()).unwrap();
        let builder = Approov::builder().keys(KeyFile::pem(algorithm(key), &path));
        all.push(("a file with a key", builder.build().unwrap()));
    }
    all
}

#[test]
fn every_algorithm_however_its_key_is_configured() {
    for name in ALGORITHMS {
        let (key, other) = (TestKey::new(name), TestKey::other(name));
        let (good, good_with_kid) = (key.token(None), key.token(Some(KID)));
        let (bad, bad_with_kid) = (other.token(None), other.token(Some(KID)));
        for (way, approov) in configurations(&key) {
            for token in [&good, &good_with_kid] {
                let claims = approov.verify_token(token).unwrap();
                assert_eq!(claims.device_id(), Some(DEVICE_ID), "{name}, {way}");
            }
            for token in [&bad, &bad_with_kid] {
                assert_eq!(
                    verdict(&approov, token),
                    Err(Rejection::TokenSignature),
                    "{name}, {way}"
                );
            }
        }
    }
}

#[test]
fn long_rsa_keys_and_small_exponents() {
    for name in ["RS256", "PS512"] {
        let key = TestKey::rsa_4096(name);
        for (way, approov) in configurations(&key) {
            assert_eq!(verdict(&approov, &key.token(None)), Ok(()), "{name}, {way}");
            let other = TestKey::new(name).token(None);
            assert_eq!(
                verdict(&approov, &other),
                Err(Rejection::TokenSignature),
                "{name}, {way}"
            );
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
            for kid in [None, Some(KID)] {
                let verifying = verifying(key);
                let approov = approov_with([match kid {
                    None => verifying,
                    Some(kid) => verifying.with_key_id(kid),
                }]);
                for signer in keys.iter().filter(|signer| signer.algorithm() != key.algorithm()) {
                    let what = format!("{} signed as {}, kid {kid:?}", key.algorithm(), signer.algorithm());
                    let honest = signer.token(kid);
                    assert_eq!(verdict(&approov, &honest), Err(Rejection::TokenAlgorithm), "{what}");
                    let lying = signer.sign(&json!({ "alg": key.algorithm(), "kid": KID }).to_string(), &payload);
                    assert_eq!(verdict(&approov, &lying), Err(Rejection::TokenSignature), "{what}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn public_keys_over_http() {
    let (key, other) = (TestKey::new("ES256"), TestKey::other("ES256"));
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.pem");
    std::fs::write(&path, key.pem()).unwrap();
    let approov = Approov::builder()
        .keys(KeyFile::pem(algorithm(&key), &path))
        .build()
        .unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .route("/", web::get().to(async || "in"))
            .wrap(approov.middleware())
    });
    let ask = |token: &str| Request::get("/").token(token).send(server.addr());
    assert_eq!(ask(&key.token(None)).status, 200);
    assert_eq!(ask(&key.token(Some("any"))).status, 200);
    let refused = ask("");
    assert_eq!(refused.status, 401);
    for token in [
        other.token(None),
        TestKey::hmac("HS256", key.pem().as_bytes()).token(None),
        TestKey::new("ES384").token(None),
        format!(
            "{}.",
            signing_input(r#"{"alg":"none"}"#, &token::claims(&json!({})).to_string())
        ),
    ] {
        assert_eq!(ask(&token), refused, "{token}");
    }
}

/// The verdict on a good token with another signature.
fn verdict_on(key: &TestKey, approov: &Approov, forge: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<(), Rejection> {
    let good = key.token(None);
    let (message, _) = good.rsplit_once('.').unwrap();
    let signature = forge(message.as_bytes());
    verdict(approov, &format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[test]
fn signatures_of_another_form() {
    type Change = fn(Vec<u8>) -> Vec<u8>;
    let changes: [(&str, Change); 11] = [
        ("empty", |_| Vec::new()),
        ("one byte", |_| vec![0]),
        ("first byte missing", |signature| signature[1..].to_vec()),
        ("last byte missing", |mut signature| {
            signature.pop();
            signature
        }),
        ("zero before", |signature| [&[0], signature.as_slice()].concat()),
        ("zero after", |signature| [signature.as_slice(), &[0]].concat()),
        ("twice", |signature| signature.repeat(2)),
        ("all zeros", |signature| vec![0; signature.len()]),
        ("all ones", |signature| vec![0xFF; signature.len()]),
        ("the number one", |mut signature| {
            signature.fill(0);
            *signature.last_mut().unwrap() = 1;
            signature
        }),
        ("reversed", |mut signature| {
            signature.reverse();
            signature
        }),
    ];
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        let approov = approov_with([verifying(&key)]);
        assert_eq!(
            verdict_on(&key, &approov, |message| key.signature(message)),
            Ok(()),
            "{name}"
        );
        for (what, change) in changes {
            let verdict = verdict_on(&key, &approov, |message| change(key.signature(message)));
            assert_eq!(verdict, Err(Rejection::TokenSignature), "{name}, {what}");
        }
    }
}

/// RFC 7518, section 3.4: `r` and `s` one after the other, in as many bytes as the curve has. Both must lie between
/// zero and the curve's order.
#[test]
fn ecdsa_signatures() {
    type Change = fn(&[u8], &[u8], &[u8]) -> Vec<u8>;
    let changes: [(&str, Change); 10] = [
        ("DER", |r, s, _| der(r, s)),
        ("r and s zero", |r, s, _| vec![0; r.len() + s.len()]),
        ("r zero", |r, s, _| [vec![0; r.len()].as_slice(), s].concat()),
        ("s zero", |r, s, _| [r, vec![0; s.len()].as_slice()].concat()),
        ("r the order", |_, s, order| [order, s].concat()),
        ("s the order", |r, _, order| [r, order].concat()),
        ("r and s the order", |_, _, order| order.repeat(2)),
        ("s and r", |r, s, _| [s, r].concat()),
        ("each with a zero before", |r, s, _| [&[0], r, &[0], s].concat()),
        ("r alone", |r, _, _| r.to_vec()),
    ];
    for (name, order) in [
        (
            "ES256",
            "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        ),
        (
            "ES384",
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        ),
    ] {
        let key = TestKey::new(name);
        let approov = approov_with([verifying(&key)]);
        let order = BigUint::parse_bytes(order.as_bytes(), 16).unwrap().to_bytes_be();
        for (what, change) in changes {
            let verdict = verdict_on(&key, &approov, |message| {
                let signature = key.signature(message);
                let (r, s) = signature.split_at(order.len());
                change(r, s, &order)
            });
            assert_eq!(verdict, Err(Rejection::TokenSignature), "{name}, {what}");
        }
    }
}

/// A `SEQUENCE` of two `INTEGER`s, as TLS and openssl write an ECDSA signature.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let number = BigUint::from_bytes_be(number).to_bytes_be();
        let sign = if number[0] < 0x80 { vec![] } else { vec![0] };
        let number = [sign, number].concat();
        [vec![2, u8::try_from(number.len()).unwrap()], number].concat()
    };
    let numbers = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(numbers.len()).unwrap()], numbers].concat()
}

/// RFC 8032, section 5.1.7: `S` is smaller than the group's order, so that nobody can make a second signature out of a
/// first one.
#[test]
fn ed25519_signatures() {
    let order = BigUint::parse_bytes(b"1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED", 16).unwrap();
    let key = TestKey::new("EdDSA");
    let approov = approov_with([verifying(&key)]);
    let verdict = verdict_on(&key, &approov, |message| {
        let signature = key.signature(message);
        let (r, s) = signature.split_at(32);
        let s = BigUint::from_bytes_le(s) + &order;
        [r, &s.to_bytes_le()].concat()
    });
    assert_eq!(verdict, Err(Rejection::TokenSignature), "S plus the order");
    for bit in 0..512 {
        let verdict = verdict_on(&key, &approov, |message| {
            let mut signature = key.signature(message);
            signature[bit / 8] ^= 1 << (bit % 8);
            signature
        });
        assert_eq!(verdict, Err(Rejection::TokenSignature), "bit {bit}");
    }
}

/// A signature is a number below the modulus (RFC 8017, section 5.2.2), so that nobody can make a second signature out
/// of a first one.
fn assert_refuses_signature_plus_modulus(name: &str) {
    let key = TestKey::new(name);
    let approov = approov_with([verifying(&key)]);
    let modulus = URL_SAFE_NO_PAD.decode(key.jwk(None)["n"].as_str().unwrap()).unwrap();
    let modulus = BigUint::from_bytes_be(&modulus);
    // The sum has one bit too many for most signatures.
    let (message, sum) = (0..1000)
        .map(|i| {
            let header = json!({ "alg": name, "i": i }).to_string();
            let message = signing_input(&header, r#"{"exp":4102444800}"#);
            let sum = BigUint::from_bytes_be(&key.signature(message.as_bytes())) + &modulus;
            (message, sum)
        })
        .find(|(_, sum)| sum.bits() <= 2048)
        .unwrap();
    let verdict = |signature: &BigUint| {
        let signature = signature.to_bytes_be();
        let signature = [vec![0; 256 - signature.len()], signature].concat();
        verdict(&approov, &format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    };
    assert_eq!(verdict(&(&sum % &modulus)), Ok(()), "{name}");
    assert_eq!(verdict(&sum), Err(Rejection::TokenSignature), "{name}");
}

#[test]
fn rsa_signature_plus_modulus() {
    for name in ["RS256", "RS384", "RS512"] {
        assert_refuses_signature_plus_modulus(name);
    }
}

#[test]
fn rsa_pss_signature_plus_modulus() {
    for name in ["PS256", "PS384", "PS512"] {
        assert_refuses_signature_plus_modulus(name);
    }
}

/// RFC 7518, section 3.5: the salt is as long as the hash.
#[test]
fn pss_salts() {
    for (name, length) in [("PS256", 32), ("PS384", 48), ("PS512", 64)] {
        let key = TestKey::new(name);
        let approov = approov_with([verifying(&key)]);
        let verdict = |salt| verdict_on(&key, &approov, |message| key.pss_signature(message, Some(salt)));
        assert_eq!(verdict(length), Ok(()), "{name}");
        for salt in [0, 20, length - 1, length + 1, 256 - length - 2] {
            assert_eq!(verdict(salt), Err(Rejection::TokenSignature), "{name}, {salt} bytes");
        }
    }
}

/// Some places of each token: `token::tests` has every place of an HS256 token.
#[test]
fn one_changed_character() {
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        let approov = approov_with([verifying(&key)]);
        let good = key.token(Some(KID));
        let header_end = good.find('.').unwrap();
        let payload_end = good.rfind('.').unwrap();
        for place in (0..good.len()).step_by(11).chain([payload_end + 1, good.len() - 1]) {
            if good[place..].starts_with('.') {
                continue;
            }
            for replacement in ["A", "z", "_", ".", "="] {
                let mut token = good.clone();
                token.replace_range(place..=place, replacement);
                if token == good {
                    continue;
                }
                let verdict = verdict(&approov, &token);
                match replacement {
                    "." => assert_eq!(verdict, Err(Rejection::TokenMalformed), "{name}, {place}"),
                    _ if (header_end..payload_end).contains(&place) => {
                        assert_eq!(verdict, Err(Rejection::TokenSignature), "{name}, {place}");
                    }
                    "=" => assert_eq!(verdict, Err(Rejection::TokenMalformed), "{name}, {place}"),
                    _ => assert!(verdict.is_err(), "{name}, {place}, {replacement}"),
                }
            }
        }
    }
}
