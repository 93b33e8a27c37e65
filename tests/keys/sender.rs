//! Key sets and secrets that must stop the start. Each unfit key of a set: `tests/keys/algorithms/jwks.rs`.

pub(crate) mod algorithms;
pub(crate) mod refresh;

use std::{fs, str};

use approov_actix::{Approov, ConfigError, Key, KeyFile, KeySet, KeySource, Rejection};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use support::{
    key_sets::{self, Attack},
    keys::{TestKey, jwks},
    tables::cells,
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
        (
            "{\"keys\":[\n{\"k\":\"secret\"},\n]}",
            "trailing comma at line 3 column 1",
        ),
        (r#"{"kty":"oct","k":"secret"}"#, no_keys),
        (r#"{"keys":"secret"}"#, no_keys),
        (r#"{"keys":[secret]}"#, "expected value at line 1 column 10"),
    ] {
        let error = KeySet::from_jwks(text).unwrap_err().to_string();
        let sentence = format!("the text given to `KeySet::from_jwks` is not a JWK Set: {reason}");
        assert_eq!(error, sentence);
    }
}

/// `@` is a good one. More of what is no base64, or a placeholder: the unit tests of `keys/secret.rs`.
#[test]
fn no_worthless_secret_makes_a_key() {
    for good in [token::SECRET, &format!("\u{feff}{}", token::SECRET)] {
        assert!(Key::from_base64_secret(good).is_ok());
    }
    let same = |byte, length| STANDARD.encode(vec![byte; length]);
    let no_base64 = "secret | your-256-bit-secret | pass word! | ${APPROOV_BASE64_SECRET} | <secret> | null, | ====
        '@' | @= | @@ | @␀ | @é | @\u{a0} | @% | APPROOV_BASE64_SECRET=@";
    let short = "changeme | password | null | true | 12345678 | AAAA | secretsecretsecretsecretsecret12";
    let one_byte = [same(7, 32), same(7, 64), same(0, 32), "A".repeat(64), "_".repeat(64)];
    for (fault, secrets) in [
        ("is empty", cells("∅ | ␠ | ␠⇥␍␊␠")),
        (
            "is not base64; use the output of `approov secret -get base64`, unchanged",
            cells(no_base64),
        ),
        (
            "is too short: the decoded secret must have at least 32 bytes",
            cells(short),
        ),
        (
            "is the same byte again and again, which anyone can guess",
            one_byte.into(),
        ),
    ] {
        for secret in secrets {
            let error = Key::from_base64_secret(&secret.replace('@', token::SECRET)).unwrap_err();
            let sentence = format!("the secret given to `Key::from_base64_secret` {fault}");
            assert_eq!(error.to_string(), sentence, "{secret}");
        }
    }
}
