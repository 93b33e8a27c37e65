//! JWK Sets with keys that are not fit for use. The keys are those of `tests/keys`.

use approov_actix::{Approov, KeySet, Rejection};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use support::{
    key_sets::{self, Attack, Unfit},
    keys::{TestKey, jwks},
    log,
};

use super::verdict;

fn approov(set: &str) -> Approov {
    let approov = crate::approov();
    approov.replace_keys(KeySet::from_jwks(set).unwrap()).unwrap();
    approov
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a member.
fn bytes(key: &TestKey, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(key.jwk(None)[member].as_str().unwrap()).unwrap()
}

/// Checks that the entry is dropped, for this reason, and takes nothing with it: the set works without it, and is none
/// if it has nothing else.
fn assert_dropped(Unfit { entry, kid, signer }: &Unfit) {
    let (what, reason) = (&entry.name, entry.refusal);
    let json = std::str::from_utf8(&entry.value).unwrap();
    let good = TestKey::other("EdDSA");
    let approov = approov(&format!(r#"{{"keys":[{json},{}]}}"#, good.jwk(Some("good"))));
    assert_eq!(verdict(&approov, &good.token(Some("good"))), Ok(()), "{what}");
    assert_eq!(verdict(&approov, &good.token(None)), Ok(()), "{what}");
    let without_kid = if signer.algorithm() == good.algorithm() {
        Rejection::TokenSignature
    } else {
        Rejection::TokenAlgorithm
    };
    assert_eq!(verdict(&approov, &signer.token(None)), Err(without_kid), "{what}");
    let with_key_id = verdict(&approov, &signer.token(Some(kid.as_deref().unwrap_or("any"))));
    assert_eq!(with_key_id, Err(Rejection::TokenKeyUnknown), "{what}");

    let kid = kid.as_ref().map_or(String::new(), |kid| format!(", kid {kid:?},"));
    // What is for something else, or of another kind, is nobody's mistake.
    let is_foreign = [
        "has a `use` other",
        "has `key_ops`",
        "has an unknown `kty`",
        "has an unknown `crv`",
    ]
    .iter()
    .any(|foreign| reason.starts_with(foreign));
    let level = if is_foreign { "DEBUG" } else { "ERROR" };
    let line =
        format!("{level} approov_actix the text given to `KeySet::from_jwks`: key 1{kid} is not used: it {reason}");
    assert!(!log::lines_with(&line).is_empty(), "{what}: {line}");

    let error = KeySet::from_jwks(&format!(r#"{{"keys":[{json}]}}"#)).err();
    let expected = "the text given to `KeySet::from_jwks` has no usable key".to_owned();
    assert_eq!(error.map(|error| error.to_string()), Some(expected), "{what}");
    // Unless there is nothing else.
    assert!(!log::lines_with(&line.replace("DEBUG", "ERROR")).is_empty(), "{what}");
}

fn assert_all_dropped(rows: &[Unfit]) {
    log::capture();
    assert!(!rows.is_empty());
    rows.iter().for_each(assert_dropped);
}

/// Key ids are in the log.
#[test]
fn long_kids() {
    log::capture();
    let signer = TestKey::new("ES256");
    let kid = "k".repeat(256);
    let set = jwks(&[signer.jwk(Some(&kid))]);
    assert_eq!(verdict(&approov(&set), &signer.token(Some(&kid))), Ok(()));
    let long = signer.jwk(Some(&"k".repeat(257))).to_string();
    assert_dropped(&Unfit {
        entry: Attack::new("a long kid", long, "has a `kid` of more than 256 bytes"),
        kid: None,
        signer,
    });
}

/// Whoever has these has the private key, or half of it.
#[test]
fn parts_of_private_keys() {
    assert_all_dropped(&key_sets::parts_of_private_keys());
}

#[test]
fn keys_for_something_else() {
    assert_all_dropped(&key_sets::keys_for_something_else());
}

#[test]
fn unknown_types_and_curves() {
    assert_all_dropped(&key_sets::unknown_types_and_curves());
}

#[test]
fn unknown_algorithms_and_those_that_do_not_fit() {
    assert_all_dropped(&key_sets::unknown_algorithms_and_those_that_do_not_fit());
}

/// Nobody but the signer may have it, so it is not kept in memory either.
#[test]
fn private_keys() {
    assert_all_dropped(&key_sets::private_keys());
}

#[test]
fn weak_and_broken_rsa_keys() {
    assert_all_dropped(&key_sets::weak_and_broken_rsa_keys());
}

#[test]
fn points_that_are_none() {
    assert_all_dropped(&key_sets::points_that_are_none());
}

#[test]
fn ed25519_keys_of_another_length() {
    assert_all_dropped(&key_sets::ed25519_keys_of_another_length());
}

/// The number two is no coordinate of any point. AWS-LC finds out when it verifies a signature: there the key counts
/// and verifies nothing.
#[test]
#[cfg(not(feature = "aws-lc-rs"))]
fn an_ed25519_key_that_is_no_point() {
    let x = text(&[&[2], [0; 31].as_slice()].concat());
    let key = TestKey::new("EdDSA");
    let error = KeySet::from_jwks(&jwks(&[key_sets::changed(&key, &json!({ "x": x }))])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the text given to `KeySet::from_jwks` has no usable key"
    );
}

/// A server with such a key in its configuration, maybe as a placeholder, accepts tokens of everyone: nothing secret is
/// needed to sign for it. These are the points whose order divides eight, in all their encodings.
#[test]
fn ed25519_keys_of_small_order() {
    assert_all_dropped(&key_sets::ed25519_keys_of_small_order());
}

/// RFC 7518, section 3.2: a secret has at least as many bytes as the hash.
#[test]
fn short_secrets() {
    assert_all_dropped(&key_sets::short_secrets());
    for (name, length) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let key = TestKey::hmac(name, &[7, 8].repeat(length / 2));
        assert_eq!(
            verdict(&approov(&jwks(&[key.jwk(None)])), &key.token(None)),
            Ok(()),
            "{name}"
        );
    }
}

/// What cannot be read as a JWK has no `kid` in the log either.
#[test]
fn entries_that_are_no_jwk() {
    assert_all_dropped(&key_sets::entries_that_are_no_jwk());
}

/// The bad ones do not count, however many there are.
#[test]
fn every_usable_key_of_a_set_is_used() {
    log::capture();
    let good = ["HS256", "RS256", "PS384", "ES256", "ES384", "EdDSA"].map(TestKey::new);
    let mut entries = vec![json!(null); 20];
    for key in &good {
        entries.push(key.jwk(Some(key.algorithm())));
        let mut bad = TestKey::other(key.algorithm()).jwk(Some("bad"));
        bad["use"] = "enc".into();
        entries.extend(vec![bad; 9]);
    }
    let approov = approov(&jwks(&entries));
    for key in &good {
        let name = key.algorithm();
        assert_eq!(verdict(&approov, &key.token(Some(name))), Ok(()), "{name}");
        assert_eq!(verdict(&approov, &key.token(None)), Ok(()), "{name}");
        let other = TestKey::other(name);
        assert_eq!(
            verdict(&approov, &other.token(Some("bad"))),
            Err(Rejection::TokenKeyUnknown),
            "{name}"
        );
        assert_eq!(
            verdict(&approov, &other.token(None)),
            Err(Rejection::TokenSignature),
            "{name}"
        );
    }
}

#[test]
fn spellings_of_good_keys() {
    let (rsa, ec, ed, secret) = (
        TestKey::new("RS256"),
        TestKey::new("ES256"),
        TestKey::new("EdDSA"),
        TestKey::new("HS384"),
    );
    let n = text(&[&[0, 0], bytes(&rsa, "n").as_slice()].concat());
    for (key, changes) in [
        (&ec, json!({ "use": "sig" })),
        (&ec, json!({ "key_ops": ["sign", "verify"] })),
        (
            &ec,
            json!({ "use": "sig", "key_ops": ["verify"], "x5t": "a", "x5c": ["b"], "ext": true, "any": { "d": "1" } }),
        ),
        (&ec, json!({ "alg": null })),
        (&TestKey::new("ES384"), json!({ "alg": null })),
        (&ed, json!({ "alg": null })),
        (&rsa, json!({ "e": "AAEAAQ" })),
        (&rsa, json!({ "n": n })),
        (&secret, json!({ "use": "sig", "key_ops": ["verify"] })),
    ] {
        let set = jwks(&[key_sets::changed(key, &changes)]);
        for set in [
            set.clone(),
            set.replacen("kty", r"\u006bty", 1),
            set.replace(',', " ,\r\n\t"),
            format!(" {set}\n"),
        ] {
            assert_eq!(verdict(&approov(&set), &key.token(None)), Ok(()), "{set}");
            let other = TestKey::other(key.algorithm()).token(None);
            assert_eq!(verdict(&approov(&set), &other), Err(Rejection::TokenSignature), "{set}");
        }
    }
}
