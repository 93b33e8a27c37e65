//! Which keys are tried, and how many there may be.

use approov_actix::{Algorithm, Approov, Key, KeyFile, KeySet};
use serde_json::json;
use support::{
    keys::{HMACS, TestKey, jwks},
    log, token,
};
use tempfile::TempDir;

use super::{approov_with, builder_with, verifying};
use crate::keys::{ALGORITHM, SIGNATURE, UNKNOWN, Verdict, assert_verdict, with};

/// Rows: the key that signs, the `kid` in the token, and what becomes of it.
#[track_caller]
fn assert_each(approov: &Approov, rows: &[(&TestKey, Option<&str>, Verdict)]) {
    for (signer, kid, expected) in rows {
        let case = format!("{}, {kid:?}", signer.algorithm());
        assert_verdict(approov, &signer.token(*kid), *expected, &case);
    }
}

#[test]
fn the_kid_chooses_one_key_and_none_chooses_all() {
    let [a, c, d] = ["ES256", "EdDSA", "HS256"].map(TestKey::new);
    let [b, stranger, other_d] = ["ES256", "EdDSA", "HS256"].map(TestKey::other);
    let with_kid = [(&a, "a"), (&b, "b"), (&c, "c")].map(|(key, kid)| verifying(key).with_key_id(kid));
    assert_each(
        &approov_with(with_kid.clone()),
        &[
            (&a, Some("a"), Ok(())),
            (&b, Some("b"), Ok(())),
            (&b, Some("a"), SIGNATURE),
            (&c, Some("a"), ALGORITHM),
            (&a, Some("d"), UNKNOWN),
            (&a, Some(""), UNKNOWN),
            (&a, Some("A"), UNKNOWN),
            (&a, None, Ok(())),
            (&b, None, Ok(())),
            (&c, None, Ok(())),
            (&stranger, None, SIGNATURE),
            (&TestKey::new("ES384"), None, ALGORITHM),
        ],
    );
    // One without `kid` is tried for every `kid` that no other key has.
    assert_each(
        &approov_with(with_kid.into_iter().chain([verifying(&d)])),
        &[
            (&b, Some("a"), SIGNATURE),
            (&d, Some("a"), ALGORITHM),
            (&d, Some("d"), Ok(())),
            (&d, Some(""), Ok(())),
            (&d, None, Ok(())),
            (&other_d, Some("d"), SIGNATURE),
            (&a, Some("d"), ALGORITHM),
            (&a, None, Ok(())),
        ],
    );
    // The empty one is a `kid` like any other, and not the same as none.
    assert_each(
        &approov_with([verifying(&a).with_key_id(""), verifying(&b).with_key_id("b")]),
        &[
            (&a, Some(""), Ok(())),
            (&b, Some(""), SIGNATURE),
            (&a, Some("c"), UNKNOWN),
            (&a, None, Ok(())),
        ],
    );
}

#[test]
fn keys_without_kid_are_all_tried() {
    let keys = [TestKey::new("ES256"), TestKey::other("ES256"), TestKey::new("PS256")];
    let approov = approov_with(keys.iter().map(verifying));
    for kid in [None, Some(""), Some("any")] {
        assert_each(&approov, &keys.each_ref().map(|key| (key, kid, Ok(()))));
        assert_each(&approov, &[(&TestKey::other("PS256"), kid, SIGNATURE)]);
    }
}

#[test]
fn one_kid_with_two_algorithms() {
    let [a, b, c] = ["ES256", "EdDSA", "ES384"].map(TestKey::new);
    let other = TestKey::other("ES256");
    let keys = [(&a, "1"), (&b, "1"), (&other, "2")].map(|(key, kid)| verifying(key).with_key_id(kid));
    assert_each(
        &approov_with(keys),
        &[
            (&a, Some("1"), Ok(())),
            (&b, Some("1"), Ok(())),
            (&other, Some("1"), SIGNATURE),
            (&b, Some("2"), ALGORITHM),
            (&c, Some("1"), ALGORITHM),
        ],
    );
}

/// Who still has a token of an old key is seen by the key that verified it, which the header does not have to name.
#[test]
fn claims_name_the_key_that_verified_the_token() {
    let key = TestKey::new("ES256");
    for kid in [None, Some("clé/2026")] {
        let token = key.token(kid);
        let name = |key: Key| with(key).verify_token(&token).unwrap().key_id().map(str::to_owned);
        assert_eq!(
            name(verifying(&key).with_key_id("clé/2026")),
            Some("clé/2026".to_owned())
        );
        assert_eq!(name(verifying(&key)), None);
    }
}

#[test]
fn a_kid_may_be_spelt_with_escapes() {
    let key = TestKey::new("ES256");
    let approov = with(verifying(&key).with_key_id("clé/2026"));
    // The last has the same letters to the eye.
    for (kid, expected) in [(r"\u0063l\u00E9\/2026", Ok(())), (r"cle\u0301/2026", UNKNOWN)] {
        let header = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
        let token = key.sign(&header, &token::claims(&json!({})).to_string());
        assert_verdict(&approov, &token, expected, kid);
    }
}

/// Eight keys of each algorithm, and not nine, wherever they come from. More ways to nine: `tests/keys/documents.rs`.
#[test]
fn eight_keys_of_one_algorithm() {
    let keys = |algorithm: &str, count: u8| -> Vec<_> {
        let secret = |number: u8| TestKey::hmac(algorithm, &[number, 200].repeat(32));
        (0..count).map(secret).collect()
    };
    let eight_of_each: Vec<_> = HMACS.iter().flat_map(|name| keys(name, 8)).collect();
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("keys");
    let half_in_a_file = |count: u8| {
        let all = keys("HS256", count);
        let in_file: Vec<_> = all[..4].iter().map(|key| key.jwk(None)).collect();
        std::fs::write(&path, jwks(&in_file)).unwrap();
        let builder = builder_with(all[4..].iter().map(verifying));
        builder.keys(KeyFile::jwks(&path)).build()
    };
    for (approov, keys) in [
        (approov_with(eight_of_each.iter().map(verifying)), eight_of_each),
        (half_in_a_file(8).unwrap(), keys("HS256", 8)),
    ] {
        for key in &keys {
            assert_each(&approov, &[(key, None, Ok(()))]);
        }
    }
    let nine = keys("HS256", 9);
    for error in [
        KeySet::new(nine.iter().map(verifying)).unwrap_err(),
        builder_with(nine.iter().map(verifying)).build().unwrap_err(),
        half_in_a_file(9).unwrap_err(),
    ] {
        let error = error.to_string();
        let end = ", the key HS256 is one too many: there are already 8 with its algorithm";
        assert!(error.starts_with("among the keys ") && error.ends_with(end), "{error}");
    }
}

#[test]
fn a_kid_twice_with_one_algorithm() {
    const KID: &str = "repeated";
    let (first, second, other) = (TestKey::new("EdDSA"), TestKey::other("EdDSA"), TestKey::new("ES256"));
    let keys = || [&first, &second, &other].map(|key| verifying(key).with_key_id(KID));
    let fault = r#", the key EdDSA "repeated" repeats the `alg` and `kid` of an earlier one"#;
    let error = KeySet::new(keys()).unwrap_err().to_string();
    assert_eq!(error, format!("among the keys given to `KeySet::new`{fault}"));
    let error = builder_with(keys()).build().unwrap_err().to_string();
    assert_eq!(error, format!("among the keys given to `keys`{fault}"));
    assert!(KeySet::new([verifying(&first), verifying(&second)]).is_ok());

    // Elsewhere the first one counts, and the log tells of the other.
    log::capture();
    let set = jwks(&[&first, &second, &other].map(|key| key.jwk(Some(KID))));
    let approov = with(KeySet::from_jwks(&set).unwrap());
    for kid in [None, Some(KID)] {
        let rows = [(&first, kid, Ok(())), (&second, kid, SIGNATURE), (&other, kid, Ok(()))];
        assert_each(&approov, &rows);
    }
    let lines = log::own_lines_with(r#"ERROR approov_actix the key EdDSA "repeated" is not used: it repeats"#);
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn new_keys_take_the_place_of_all_others() {
    let [old, old_secret] = ["ES256", "HS256"].map(TestKey::new);
    let new = TestKey::other("ES256");
    let approov = approov_with([verifying(&old).with_key_id("old"), verifying(&old_secret)]);
    let clone = approov.clone();
    assert_each(&clone, &[(&old, Some("old"), Ok(())), (&old_secret, None, Ok(()))]);
    let keys = KeySet::new([verifying(&new).with_key_id("new")]).unwrap();
    approov.replace_keys(keys).unwrap();
    assert_each(
        &clone,
        &[
            (&new, Some("new"), Ok(())),
            (&new, None, Ok(())),
            (&old, Some("old"), UNKNOWN),
            (&old, Some("new"), SIGNATURE),
            (&old, None, SIGNATURE),
            (&old_secret, None, ALGORITHM),
        ],
    );
}

#[test]
fn a_key_tells_its_algorithm_and_kid_and_hides_the_rest() {
    let secret = Key::from_secret(Algorithm::HS512, &[0x41, 0x42].repeat(32)).unwrap();
    let keys = [secret.with_key_id("a"), verifying(&TestKey::new("ES384"))];
    let told = keys.each_ref().map(|key| (key.algorithm(), key.key_id()));
    assert_eq!(told, [(Algorithm::HS512, Some("a")), (Algorithm::ES384, None)]);
    let debug = r#"[Key { algorithm: HS512, kid: Some("a"), .. }, Key { algorithm: ES384, kid: None, .. }]"#;
    assert_eq!(format!("{keys:?}"), debug);
    assert_eq!(format!("{:?}", KeySet::new(keys).unwrap()), debug);
}
