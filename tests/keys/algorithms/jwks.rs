//! JWK Sets with keys that are not fit for use. The keys are those of `tests/keys`.

use std::str;

use approov_actix::{Approov, KeySet};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use support::{
    key_sets::{self, Unfit},
    keys::{TestKey, jwks},
    log,
};

use crate::keys::{ALGORITHM, SIGNATURE, UNKNOWN, assert_verdict, with};

fn approov(set: &str) -> Approov {
    with(KeySet::from_jwks(set).unwrap())
}

/// A set of these entries, which need not be JSON.
fn set_of(entries: &[&str]) -> String {
    format!(r#"{{"keys":[{}]}}"#, entries.join(","))
}

/// What is for something else, or of another kind, is nobody's mistake.
const FOREIGN: [&str; 4] = [
    "has a `use` other",
    "has `key_ops`",
    "has an unknown `kty`",
    "has an unknown `crv`",
];

/// The entry is dropped, for this reason, and takes nothing with it: the set works without it, and is none if it has
/// nothing else.
#[track_caller]
fn assert_dropped(Unfit { entry, kid, signer }: &Unfit) {
    let (what, reason) = (&entry.name, entry.refusal);
    let json = str::from_utf8(&entry.value).unwrap();
    let good = TestKey::other("EdDSA");
    let approov = approov(&set_of(&[json, &good.jwk(Some("good")).to_string()]));
    let is_alike = signer.algorithm() == good.algorithm();
    for (signer, kid, expected) in [
        (&good, Some("good"), Ok(())),
        (&good, None, Ok(())),
        (signer, None, if is_alike { SIGNATURE } else { ALGORITHM }),
        (signer, Some(kid.as_deref().unwrap_or("any")), UNKNOWN),
    ] {
        assert_verdict(&approov, &signer.token(kid), expected, what);
    }

    let kid = kid.as_ref().map_or(String::new(), |kid| format!(", kid {kid:?},"));
    let is_foreign = FOREIGN.iter().any(|foreign| reason.starts_with(foreign));
    let line = |level: &str| {
        format!("{level} approov_actix the text given to `KeySet::from_jwks`: key 1{kid} is not used: it {reason}")
    };
    let is_logged = |level| !log::own_lines_with(&line(level)).is_empty();
    assert!(
        is_logged(if is_foreign { "DEBUG" } else { "ERROR" }),
        "{what}: {reason}"
    );

    let error = KeySet::from_jwks(&set_of(&[json])).unwrap_err().to_string();
    assert_eq!(
        error, "the text given to `KeySet::from_jwks` has no usable key",
        "{what}"
    );
    // Where there is nothing else, it is one.
    assert!(is_logged("ERROR"), "{what}");
}

#[test]
fn each_unfit_key_is_dropped() {
    log::capture();
    key_sets::entries().iter().for_each(assert_dropped);
}

/// The bad ones do not count, however many there are.
#[test]
fn every_usable_key_of_a_set_is_used_and_no_other() {
    let good = ["HS256", "RS256", "PS384", "ES256", "ES384", "EdDSA"].map(TestKey::other);
    let good_jwks = good.each_ref().map(|key| key.jwk(Some(key.algorithm())).to_string());
    let rows = key_sets::entries();
    let entries = rows.iter().map(|row| str::from_utf8(&row.entry.value).unwrap());
    let entries: Vec<_> = entries.chain(good_jwks.iter().map(String::as_str)).collect();
    let approov = approov(&set_of(&entries));
    assert_eq!(approov.status().key_count(), good.len());
    for key in &good {
        for kid in [None, Some(key.algorithm())] {
            assert_verdict(&approov, &key.token(kid), Ok(()), key.algorithm());
        }
    }
}

/// The number two is no coordinate of any point. AWS-LC finds out when it verifies a signature: there the key counts
/// and verifies nothing.
#[test]
#[cfg(not(feature = "aws-lc-rs"))]
fn an_ed25519_key_that_is_no_point() {
    let x = URL_SAFE_NO_PAD.encode([&[2], [0; 31].as_slice()].concat());
    let set = jwks(&[key_sets::changed(&TestKey::new("EdDSA"), &json!({ "x": x }))]);
    let error = KeySet::from_jwks(&set).unwrap_err().to_string();
    assert_eq!(error, "the text given to `KeySet::from_jwks` has no usable key");
}

#[test]
fn spellings_of_good_keys() {
    let [rsa, p256, p384, ed] = ["RS256", "ES256", "ES384", "EdDSA"].map(TestKey::new);
    let n = URL_SAFE_NO_PAD.decode(rsa.jwk(None)["n"].as_str().unwrap()).unwrap();
    let padded = URL_SAFE_NO_PAD.encode([&[0, 0], n.as_slice()].concat());
    // The shortest secrets that are allowed.
    let secrets = [("HS256", 16), ("HS384", 24), ("HS512", 32)];
    let secrets = secrets.map(|(name, half)| TestKey::hmac(name, &[7, 8].repeat(half)));
    let for_signatures = json!({ "use": "sig", "key_ops": ["sign", "verify"] });
    let others = json!({ "x5t": "a", "x5c": ["b"], "ext": true, "any": { "d": "1" }, "kid": "k".repeat(256) });
    let mut rows = vec![
        (&p256, for_signatures.clone()),
        (&p256, others),
        (&p256, json!({ "alg": null })),
        (&p384, json!({ "alg": null })),
        (&ed, json!({ "alg": null })),
        (&rsa, json!({ "e": "AAEAAQ" })),
        (&rsa, json!({ "n": padded })),
    ];
    rows.extend(secrets.iter().map(|secret| (secret, for_signatures.clone())));
    for (key, changes) in rows {
        let set = jwks(&[key_sets::changed(key, &changes)]);
        for set in [set.replacen("kty", r"\u006bty", 1), set.replace(',', " ,\r\n\t")] {
            assert_verdict(&approov(&set), &key.token(None), Ok(()), &set);
            let other = TestKey::other(key.algorithm()).token(None);
            assert_verdict(&approov(&set), &other, SIGNATURE, &set);
        }
    }
}
