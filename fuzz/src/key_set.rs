//! Documents with keys: JWK Sets and PEM.
use std::collections::HashMap;

use approov_actix::{Algorithm, Approov, Key, KeySet};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json, value::RawValue};
use support::token::sign;

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if text.contains("-----") {
        for algorithm in ALGORITHMS {
            if let Ok(key) = Key::from_pem(algorithm, text) {
                assert_eq!(key.algorithm(), algorithm);
                assert_refusing(KeySet::new([key]).unwrap());
            }
        }
        return;
    }
    let Ok(keys) = KeySet::from_jwks(text) else {
        return;
    };
    let listed = entries(text).expect("a set is an object with a list of keys");
    assert_secrets_stay(&keys, &listed);
    assert_refusing(keys.clone());
    if let [jwk] = listed.as_slice() {
        assert_usable(keys, jwk);
    }
}

/// A secret that is in no seed.
const FORGER: &str = "dGhpcyBpcyBub3QgdGhlIHNlY3JldCBvZiBhbnkgc2VlZCE=";

const ALGORITHMS: [Algorithm; 10] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
    Algorithm::HS256,
];

/// What the set has, but for what nobody can read: half a surrogate pair is good JSON, and so is a number without end.
fn entries(text: &str) -> Option<Vec<Value>> {
    let members: HashMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
    let entries: Vec<Box<RawValue>> = serde_json::from_str(members.get("keys")?.get()).ok()?;
    let read = |entry: Box<RawValue>| serde_json::from_str(entry.get()).unwrap_or_default();
    Some(entries.into_iter().map(read).collect())
}

fn approov(keys: KeySet) -> Approov {
    Approov::builder()
        .keys(keys)
        .logging(false)
        .build()
        .expect("a set that was read can be used")
}

/// A token that no key in the set has signed stays out, whatever it says of itself.
fn assert_refusing(keys: KeySet) {
    let approov = approov(keys);
    for algorithm in [
        "HS256", "HS384", "HS512", "RS256", "PS512", "ES256", "ES384", "EdDSA", "none",
    ] {
        let header = json!({ "alg": algorithm }).to_string();
        let token = sign(FORGER, &header, r#"{"exp":4102444800}"#);
        assert!(approov.verify_token(&token).is_err());
        let (unsigned, _) = token.rsplit_once('.').expect("three parts");
        assert!(approov.verify_token(&format!("{unsigned}.")).is_err());
    }
}

/// A secret that is the id of a key as well is no secret any more.
fn assert_secrets_stay(keys: &KeySet, listed: &[Value]) {
    let debug = format!("{keys:?}");
    let ids: Vec<_> = listed.iter().filter_map(|jwk| jwk["kid"].as_str()).collect();
    let is_secret = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() >= 32);
    for text in listed.iter().filter_map(|jwk| jwk["k"].as_str()) {
        if is_secret(text) && !ids.iter().any(|id| id.contains(text)) {
            assert!(!debug.contains(text));
        }
    }
}

/// A secret that was taken verifies what it has signed.
fn assert_usable(keys: KeySet, jwk: &Value) {
    if jwk["alg"] != "HS256" {
        return;
    }
    let secret = jwk["k"]
        .as_str()
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .expect("a secret");
    let secret = base64::engine::general_purpose::STANDARD.encode(secret);
    let mut header = json!({ "alg": "HS256" });
    if let Some(kid) = jwk.get("kid") {
        header["kid"] = kid.clone();
    }
    let token = sign(&secret, &header.to_string(), r#"{"exp":4102444800}"#);
    assert!(approov(keys).verify_token(&token).is_ok() || token.len() > 8192);
}
