//! Key sets and secrets that must stop the start, and all unfit keys at once. Each of these by itself:
//! `tests/keys/algorithms/jwks.rs`.

pub(crate) mod algorithms;
mod refresh;

use std::{fs, str};

use approov_actix::{Approov, ConfigError, Key, KeyFile, KeySet, Rejection};
use support::{
    key_sets::{self, Attack},
    keys::TestKey,
    token,
};
use tempfile::TempDir;

/// Nothing came of the row but the error that it has. What is wrong with a text that is no set, and where, depends on
/// the text.
#[track_caller]
fn assert_refused<T>(result: Result<T, ConfigError>, origin: &str, row: &Attack) {
    let error = result.err().map(|error| error.to_string()).unwrap_or_default();
    // Where a key is one too many, the sentence is of that key.
    let is_told = if row.refusal.starts_with("the key ") {
        error.starts_with("among the keys of ") && error.ends_with(&format!(", {}", row.refusal))
    } else {
        let rest = error.strip_prefix(&format!("{origin} {}", row.refusal));
        rest.is_some_and(|rest| rest.is_empty() || (row.refusal == "is not a JWK Set" && rest.starts_with(": ")))
    };
    assert!(is_told, "{}: {error}", row.name);
}

/// Editors on Windows put a byte order mark in front, and it means nothing in UTF-8.
#[test]
fn a_byte_order_mark_is_no_fault() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("keys.json");
    let good = TestKey::new("ES256");
    let text = format!("\u{feff}{}", support::keys::jwks(&[good.jwk(None)]));
    fs::write(&path, &text).unwrap();
    let file = Approov::builder().keys(KeyFile::jwks(&path)).build().unwrap();
    let set = Approov::builder()
        .keys(KeySet::from_jwks(&text).unwrap())
        .build()
        .unwrap();
    for approov in [file, set] {
        assert!(approov.verify_token(&good.token(None)).is_ok());
    }
    assert!(KeySet::from_jwks(&format!("\u{feff}{text}")).is_err(), "two of them");
    assert!(Key::from_base64_secret(&format!("\u{feff}{}", token::SECRET)).is_ok());
}

#[test]
fn the_error_says_what_is_wrong_and_where() {
    for (text, reason) in [
        (" \n", "it is empty"),
        ("<!DOCTYPE html>", "it is HTML or XML"),
        ("-----BEGIN PUBLIC KEY-----", "it is PEM"),
        (
            "{\"keys\":[\n{\"k\":\"secret\"},\n]}",
            "trailing comma at line 3 column 1",
        ),
        (
            r#"{"kty":"oct","k":"secret"}"#,
            "it is not an object with an array `keys`, or has a member twice",
        ),
        (
            r#"{"keys":"secret"}"#,
            "it is not an object with an array `keys`, or has a member twice",
        ),
        (r#"{"keys":[secret]}"#, "expected value at line 1 column 10"),
    ] {
        let error = KeySet::from_jwks(text).unwrap_err().to_string();
        let sentence = format!("the text given to `KeySet::from_jwks` is not a JWK Set: {reason}");
        assert_eq!(error, sentence);
        assert!(!error.contains("secret"));
    }
}

#[test]
fn no_document_makes_a_key_set() {
    // Only what is read from elsewhere has a limit.
    let has_limit = |row: &Attack| row.refusal == "is larger than 1 MiB";
    for row in key_sets::documents().iter().filter(|row| !has_limit(row)) {
        if let Ok(text) = str::from_utf8(&row.value) {
            assert_refused(KeySet::from_jwks(text), "the text given to `KeySet::from_jwks`", row);
        }
    }
}

#[test]
fn no_document_lets_a_server_start() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("keys.json");
    let start = || Approov::builder().keys(KeyFile::jwks(&path)).build();
    let good = TestKey::new("ES256");
    fs::write(&path, support::keys::jwks(&[good.jwk(None)])).unwrap();
    assert!(start().unwrap().verify_token(&good.token(None)).is_ok());
    for row in key_sets::documents() {
        fs::write(&path, &row.value).unwrap();
        assert_refused(start(), "the path given to `KeyFile::jwks` names a file that", &row);
    }
}

#[test]
fn no_worthless_secret_makes_a_key() {
    assert!(Key::from_base64_secret(token::SECRET).is_ok());
    for row in key_sets::secrets() {
        let text = str::from_utf8(&row.value).unwrap();
        let key = Key::from_base64_secret(text);
        assert_refused(key, "the secret given to `Key::from_base64_secret`", &row);
    }
}

/// Beside one good key: it counts, and none of the others does.
#[test]
fn all_unfit_keys_at_once() {
    let good = TestKey::other("ES384");
    let good_jwk = good.jwk(Some("good")).to_string();
    let rows = key_sets::entries();
    let entries = rows.iter().map(|row| str::from_utf8(&row.entry.value).unwrap());
    let entries: Vec<_> = entries.chain([good_jwk.as_str()]).collect();
    let keys = KeySet::from_jwks(&format!(r#"{{"keys":[{}]}}"#, entries.join(","))).unwrap();
    assert_eq!(
        format!("{keys:?}"),
        r#"[Key { algorithm: ES384, kid: Some("good"), .. }]"#
    );

    let approov = Approov::builder().keys(keys).build().unwrap();
    for kid in [None, Some("good")] {
        assert!(approov.verify_token(&good.token(kid)).is_ok());
    }
    for row in &rows {
        let refused = approov.verify_token(&row.signer.token(Some("good"))).unwrap_err();
        let of_another_key = [Rejection::TokenAlgorithm, Rejection::TokenSignature];
        assert!(of_another_key.contains(&refused), "{}: {refused}", row.entry.name);
        let kid = row.kid.as_deref().unwrap_or("any");
        let refused = approov.verify_token(&row.signer.token(Some(kid))).unwrap_err();
        assert_eq!(refused, Rejection::TokenKeyUnknown, "{}", row.entry.name);
    }
}
