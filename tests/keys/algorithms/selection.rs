//! Which keys are tried, and how many there may be.

use approov_actix::{Algorithm, Approov, Key, KeyFile, KeySet, Rejection};
use support::{
    keys::{TestKey, jwks},
    log,
    token::{OTHER_SECRET, SECRET},
};
use tempfile::TempDir;

use super::{approov_with, builder_with, verdict, verifying};
use crate::{approov, key};

/// A secret of its own for each number.
fn numbered(algorithm: &str, number: u8) -> TestKey {
    TestKey::hmac(algorithm, &[number, 200].repeat(32))
}

#[test]
fn the_kid_chooses_one_key_and_none_chooses_all() {
    let (a, b, c) = (TestKey::new("ES256"), TestKey::other("ES256"), TestKey::new("EdDSA"));
    let unknown = Err(Rejection::TokenKeyUnknown);
    let algorithm = Err(Rejection::TokenAlgorithm);
    let signature = Err(Rejection::TokenSignature);
    let stranger = TestKey::other("EdDSA");

    let all_with_kid = || {
        [
            verifying(&a).with_key_id("a"),
            verifying(&b).with_key_id("b"),
            verifying(&c).with_key_id("c"),
        ]
    };
    let approov = approov_with(all_with_kid());
    for (signer, kid, expected) in [
        (&a, Some("a"), Ok(())),
        (&b, Some("b"), Ok(())),
        (&c, Some("c"), Ok(())),
        (&b, Some("a"), signature),
        (&a, Some("b"), signature),
        (&c, Some("a"), algorithm),
        (&a, Some("c"), algorithm),
        (&a, Some("d"), unknown),
        (&a, Some(""), unknown),
        (&a, Some("A"), unknown),
        (&stranger, Some("d"), unknown),
        (&a, None, Ok(())),
        (&b, None, Ok(())),
        (&c, None, Ok(())),
        (&stranger, None, signature),
        (&TestKey::new("ES384"), None, algorithm),
    ] {
        let token = signer.token(kid);
        assert_eq!(verdict(&approov, &token), expected, "{} {kid:?}", signer.algorithm());
    }

    // One without `kid` is tried for every `kid` that no other key has.
    let d = TestKey::new("HS256");
    let approov = approov_with(all_with_kid().into_iter().chain([verifying(&d)]));
    for (signer, kid, expected) in [
        (&a, Some("a"), Ok(())),
        (&b, Some("a"), signature),
        (&d, Some("a"), algorithm),
        (&d, Some("d"), Ok(())),
        (&d, Some(""), Ok(())),
        (&d, None, Ok(())),
        (&TestKey::other("HS256"), Some("d"), signature),
        (&TestKey::other("HS256"), None, signature),
        (&a, Some("d"), algorithm),
        (&a, None, Ok(())),
    ] {
        let token = signer.token(kid);
        assert_eq!(verdict(&approov, &token), expected, "{} {kid:?}", signer.algorithm());
    }
}

#[test]
fn keys_without_kid_are_all_tried() {
    let keys = [
        TestKey::new("ES256"),
        TestKey::other("ES256"),
        TestKey::new("RS256"),
        TestKey::new("PS256"),
    ];
    let approov = approov_with(keys.each_ref().map(verifying));
    for key in &keys {
        for kid in [None, Some(""), Some("any")] {
            assert_eq!(
                verdict(&approov, &key.token(kid)),
                Ok(()),
                "{} {kid:?}",
                key.algorithm()
            );
        }
    }
    let stranger = TestKey::other("RS256").token(None);
    assert_eq!(verdict(&approov, &stranger), Err(Rejection::TokenSignature));
}

#[test]
fn one_kid_with_two_algorithms() {
    let (a, b, other) = (TestKey::new("ES256"), TestKey::new("EdDSA"), TestKey::other("ES256"));
    let approov = approov_with([
        verifying(&a).with_key_id("1"),
        verifying(&b).with_key_id("1"),
        verifying(&other).with_key_id("2"),
    ]);
    for (signer, kid, expected) in [
        (&a, "1", Ok(())),
        (&b, "1", Ok(())),
        (&other, "2", Ok(())),
        (&other, "1", Err(Rejection::TokenSignature)),
        (&b, "2", Err(Rejection::TokenAlgorithm)),
        (&TestKey::new("ES384"), "1", Err(Rejection::TokenAlgorithm)),
    ] {
        assert_eq!(
            verdict(&approov, &signer.token(Some(kid))),
            expected,
            "{} {kid}",
            signer.algorithm()
        );
    }
}

/// It is a `kid` like any other, and not the same as none.
#[test]
fn the_empty_kid() {
    let (empty, named) = (TestKey::new("ES256"), TestKey::other("ES256"));
    let set = KeySet::from_jwks(&jwks(&[empty.jwk(Some("")), named.jwk(Some("a"))])).unwrap();
    let approov = approov();
    approov.replace_keys(set).unwrap();
    for (signer, kid, expected) in [
        (&empty, Some(""), Ok(())),
        (&named, Some(""), Err(Rejection::TokenSignature)),
        (&empty, Some("a"), Err(Rejection::TokenSignature)),
        (&empty, Some("b"), Err(Rejection::TokenKeyUnknown)),
        (&empty, None, Ok(())),
    ] {
        assert_eq!(verdict(&approov, &signer.token(kid)), expected, "{kid:?}");
    }
}

/// All ways to eight keys of one algorithm, and to nine.
#[test]
fn eight_keys_of_one_algorithm() {
    let keys = |count: u8| (0..count).map(|number| numbered("HS256", number));
    let set = |count| jwks(&keys(count).map(|key| key.jwk(None)).collect::<Vec<_>>());
    let directory = TempDir::new().unwrap();
    let file = |count: u8| {
        let path = directory.path().join(count.to_string());
        std::fs::write(&path, set(count)).unwrap();
        path
    };
    let replaced = |set: KeySet| {
        let approov = approov();
        approov.replace_keys(set).map(|()| approov)
    };
    let build = |keys: &[TestKey]| builder_with(keys.iter().map(verifying)).build();
    let half_and_half = |count: u8| {
        let (file_keys, others): (Vec<_>, Vec<_>) = keys(count).partition(|key| key.secret().unwrap()[0] % 2 == 0);
        let path = directory.path().join(format!("half of {count}"));
        std::fs::write(
            &path,
            jwks(&file_keys.iter().map(|key| key.jwk(None)).collect::<Vec<_>>()),
        )
        .unwrap();
        let builder = builder_with(others.iter().map(verifying));
        builder.keys(KeyFile::jwks(path)).build()
    };
    let ways = |count: u8| {
        [
            ("Key", build(&keys(count).collect::<Vec<_>>())),
            (
                "KeySet::new",
                KeySet::new(keys(count).map(|key| verifying(&key))).and_then(replaced),
            ),
            ("KeySet::from_jwks", KeySet::from_jwks(&set(count)).and_then(replaced)),
            (
                "KeyFile::jwks",
                Approov::builder().keys(KeyFile::jwks(file(count))).build(),
            ),
            ("Key and KeyFile::jwks", half_and_half(count)),
        ]
    };
    for (way, approov) in ways(8) {
        let approov = approov.unwrap();
        for key in keys(8) {
            assert_eq!(verdict(&approov, &key.token(None)), Ok(()), "{way}");
        }
        assert_eq!(
            verdict(&approov, &numbered("HS256", 8).token(None)),
            Err(Rejection::TokenSignature),
            "{way}"
        );
    }
    for (way, approov) in ways(9) {
        let error = approov.map(drop).unwrap_err().to_string();
        let end = ", the key HS256 is one too many: there are already 8 with its algorithm";
        assert!(
            error.starts_with("among the keys ") && error.ends_with(end),
            "{way}: {error}"
        );
    }

    // Each algorithm counts by itself, and secrets count with the other keys.
    let mixed: Vec<_> = ["HS256", "HS384", "HS512"]
        .into_iter()
        .flat_map(|name| (0..8).map(move |number| numbered(name, number)))
        .collect();
    let approov = build(&mixed).unwrap();
    for key in &mixed {
        assert_eq!(verdict(&approov, &key.token(None)), Ok(()), "{}", key.algorithm());
    }
    let builder = |count| builder_with(keys(count).map(|key| verifying(&key)));
    assert!(builder(7).keys(key(SECRET)).build().is_ok());
    assert!(builder(8).keys(key(SECRET)).build().is_err());
    assert!(builder(7).keys(key(SECRET)).keys(key(OTHER_SECRET)).build().is_err());
}

#[test]
fn a_kid_twice_with_one_algorithm() {
    const KID: &str = "repeated";
    let (first, second, other) = (TestKey::new("EdDSA"), TestKey::other("EdDSA"), TestKey::new("ES256"));
    let keys = || [&first, &second, &other].map(|key| verifying(key).with_key_id(KID));

    let error = KeySet::new(keys()).unwrap_err().to_string();
    assert_eq!(
        error,
        r#"among the keys given to `KeySet::new`, the key EdDSA "repeated" repeats the `alg` and `kid` of an earlier one"#
    );
    let same_key = [verifying(&first).with_key_id(KID), verifying(&first).with_key_id(KID)];
    assert!(KeySet::new(same_key).is_err());
    assert!(KeySet::new([verifying(&first), verifying(&second)]).is_ok());
    assert!(KeySet::new(Vec::<Key>::new()).is_err());
    let of_builder = error.replace("`KeySet::new`", "`keys`");
    assert_eq!(builder_with(keys()).build().unwrap_err().to_string(), of_builder);

    // Elsewhere the first one counts, and the log tells of the other.
    log::capture();
    let set = jwks(&[&first, &second, &other].map(|key| key.jwk(Some(KID))));
    let replaced = approov();
    replaced.replace_keys(KeySet::from_jwks(&set).unwrap()).unwrap();
    for (signer, expected) in [
        (&first, Ok(())),
        (&second, Err(Rejection::TokenSignature)),
        (&other, Ok(())),
    ] {
        for kid in [None, Some(KID)] {
            assert_eq!(verdict(&replaced, &signer.token(kid)), expected, "{kid:?}");
        }
    }
    let lines = log::lines_with(r#"ERROR approov_actix the key EdDSA "repeated" is not used: it repeats"#);
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn new_keys_take_the_place_of_all_others() {
    let (old, new) = (TestKey::new("ES256"), TestKey::other("ES256"));
    let approov = approov_with([verifying(&old).with_key_id("old")]);
    assert_eq!(verdict(&approov, &old.token(Some("old"))), Ok(()));
    approov
        .replace_keys(KeySet::new([verifying(&new).with_key_id("new")]).unwrap())
        .unwrap();
    for (signer, kid, expected) in [
        (&new, Some("new"), Ok(())),
        (&new, None, Ok(())),
        (&old, Some("old"), Err(Rejection::TokenKeyUnknown)),
        (&old, Some("new"), Err(Rejection::TokenSignature)),
        (&old, None, Err(Rejection::TokenSignature)),
    ] {
        assert_eq!(verdict(&approov, &signer.token(kid)), expected, "{kid:?}");
    }
}

#[test]
fn a_key_tells_its_algorithm_and_kid_and_hides_the_rest() {
    let secret = Key::from_secret(Algorithm::HS512, &[0x41, 0x42].repeat(32))
        .unwrap()
        .with_key_id("a");
    let public = verifying(&TestKey::new("ES384"));
    assert_eq!((secret.algorithm(), secret.key_id()), (Algorithm::HS512, Some("a")));
    assert_eq!((public.algorithm(), public.key_id()), (Algorithm::ES384, None));
    assert_eq!(format!("{secret:?}"), r#"Key { algorithm: HS512, kid: Some("a"), .. }"#);
    let set = KeySet::new([secret, public]).unwrap();
    let debug = r#"[Key { algorithm: HS512, kid: Some("a"), .. }, Key { algorithm: ES384, kid: None, .. }]"#;
    assert_eq!(format!("{set:?}"), debug);
}
