//! Key sets and secrets that must stop the start, and all unfit keys at once. Each of these by itself: `algorithms::jwks`.

use std::{fs, str};

use approov_actix::{Approov, ConfigError, Key, KeyFile, KeySet, Rejection};
use support::{
    corpus::{Attack, key_sets},
    keys::TestKey,
    token,
};
use tempfile::TempDir;

/// Nothing came of the row but the error that it has.
#[track_caller]
fn assert_refused<T>(result: Result<T, ConfigError>, origin: &str, row: &Attack) {
    let error = result.err().map(|error| error.to_string());
    assert_eq!(error, Some(sentence(origin, row)), "{}", row.name);
}

/// The whole sentence. Where a key is one too many, the sentence is of that key and not of the source.
fn sentence(origin: &str, row: &Attack) -> String {
    if row.refusal.starts_with("the key ") {
        row.refusal.to_owned()
    } else {
        format!("{origin} {}", row.refusal)
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
