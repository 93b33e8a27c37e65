//! Key sets and secrets that must stop the start. Each unfit key of a set: `tests/keys/algorithms/jwks.rs`.

pub(crate) mod algorithms;
pub(crate) mod refresh;

use std::{fs, str};

use approov_actix::{Approov, ConfigError, Key, KeyFile, KeySet, KeySource, Rejection};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use support::{
    key_sets::{self, Attack},
    keys::{TestKey, jwks},
    token,
};
use tempfile::TempDir;

type Verdict = Result<(), Rejection>;

const UNAVAILABLE: Verdict = Err(Rejection::KeysUnavailable);
const UNKNOWN: Verdict = Err(Rejection::TokenKeyUnknown);
const ALGORITHM: Verdict = Err(Rejection::TokenAlgorithm);
const SIGNATURE: Verdict = Err(Rejection::TokenSignature);

fn verdict(approov: &Approov, token: &str) -> Verdict {
    approov.verify_token(token).map(drop)
}

#[track_caller]
fn assert_verdict(approov: &Approov, token: &str, expected: Verdict, case: &str) {
    assert_eq!(verdict(approov, token), expected, "{case}");
}

/// A configuration with these keys alone.
fn with(keys: impl Into<KeySource>) -> Approov {
    Approov::builder().keys(keys).build().unwrap()
}

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

/// A byte order mark, which editors on Windows put in front, is no fault: it means nothing in UTF-8.
#[test]
fn no_document_makes_a_key_set_or_lets_a_server_start() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("keys.json");
    let start = || Approov::builder().keys(KeyFile::jwks(&path)).build();
    let good = TestKey::new("ES256");
    let set = jwks(&[good.jwk(None)]);
    for text in [&set, &format!("\u{feff}{set}")] {
        fs::write(&path, text).unwrap();
        for approov in [start().unwrap(), with(KeySet::from_jwks(text).unwrap())] {
            assert_verdict(&approov, &good.token(None), Ok(()), text);
        }
    }
    for row in key_sets::documents() {
        fs::write(&path, &row.value).unwrap();
        assert_refused(start(), "the path given to `KeyFile::jwks` names a file that", &row);
        // Only what is read from elsewhere has a limit.
        if let Ok(text) = str::from_utf8(&row.value)
            && row.refusal != "is larger than 1 MiB"
        {
            assert_refused(KeySet::from_jwks(text), "the text given to `KeySet::from_jwks`", &row);
        }
    }
}

#[test]
fn the_error_says_what_is_wrong_and_where() {
    let no_keys = "it is not an object with an array `keys`, or has a member twice";
    for (text, reason) in [
        (" \n", "it is empty"),
        ("<!DOCTYPE html>", "it is HTML or XML"),
        ("-----BEGIN PUBLIC KEY-----", "it is PEM"),
        ("{\"keys\":[\n7,\n]}", "trailing comma at line 3 column 1"),
        (r#"{"kty":"oct","k":"secret"}"#, no_keys),
        (r#"{"keys":[secret]}"#, "expected value at line 1 column 10"),
    ] {
        let error = KeySet::from_jwks(text).unwrap_err().to_string();
        let sentence = format!("the text given to `KeySet::from_jwks` is not a JWK Set: {reason}");
        assert_eq!(error, sentence);
    }
}

/// More of what is no base64, or a placeholder: the unit tests of `keys/secret.rs`.
#[test]
fn no_worthless_secret_makes_a_key() {
    assert!(Key::from_base64_secret(token::SECRET).is_ok());
    let same = |byte| STANDARD.encode([byte; 64]);
    let no_base64 = "is not base64; use the output of `approov secret -get base64`, unchanged";
    let short = "is too short: the decoded secret must have at least 32 bytes";
    let one_byte = "is the same byte again and again, which anyone can guess";
    for (secret, fault) in [
        (" \t\r\n", "is empty"),
        ("your-256-bit-secret", no_base64),
        ("${APPROOV_BASE64_SECRET}", no_base64),
        (&format!("'{}'", token::SECRET), no_base64),
        (&token::SECRET.repeat(2), no_base64),
        ("changeme", short),
        ("secretsecretsecretsecretsecret12", short),
        (&same(0), one_byte),
        (&same(7), one_byte),
    ] {
        let error = Key::from_base64_secret(secret).unwrap_err();
        let sentence = format!("the secret given to `Key::from_base64_secret` {fault}");
        assert_eq!(error.to_string(), sentence, "{secret}");
    }
}
