//! JWK Sets with keys that are not fit for use.

use std::slice;

use approov_actix::{Approov, KeySet, Rejection};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use support::{
    keys::{TestKey, jwks},
    log,
    token::SECRET,
};

use super::verdict;

fn approov(set: &str) -> Approov {
    let approov = Approov::builder().base64_secret(SECRET).build().unwrap();
    approov.replace_keys(KeySet::from_jwks(set).unwrap()).unwrap();
    approov
}

/// A JWK with `changes` over it. A `null` takes a member out.
fn changed(key: &TestKey, changes: &Value) -> Value {
    let mut jwk = key.jwk(None);
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            jwk.as_object_mut().unwrap().remove(name);
        } else {
            jwk[name] = value.clone();
        }
    }
    jwk
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a member.
fn bytes(key: &TestKey, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(key.jwk(None)[member].as_str().unwrap()).unwrap()
}

/// Checks that the entry is dropped, for this reason, and takes nothing with it: the set works without it, and is none if it has nothing else.
fn assert_dropped(what: &str, kid: Option<&str>, entry: &str, signer: &TestKey, reason: &str) {
    let good = TestKey::other("EdDSA");
    let approov = approov(&format!(r#"{{"keys":[{entry},{}]}}"#, good.jwk(Some("good"))));
    assert_eq!(verdict(&approov, &good.token(Some("good"))), Ok(()), "{what}");
    assert_eq!(verdict(&approov, &good.token(None)), Ok(()), "{what}");
    let without_kid = if signer.algorithm() == good.algorithm() {
        Rejection::TokenSignature
    } else {
        Rejection::TokenAlgorithm
    };
    assert_eq!(verdict(&approov, &signer.token(None)), Err(without_kid), "{what}");
    assert_eq!(
        verdict(&approov, &signer.token(Some(what))),
        Err(Rejection::TokenKeyUnknown),
        "{what}"
    );

    let kid = kid.map_or(String::new(), |kid| format!(", kid {kid:?},"));
    let line =
        format!("ERROR approov_actix the text given to `KeySet::from_jwks`: key 1{kid} is not used: it {reason}");
    assert!(!log::lines_with(&line).is_empty(), "{what}: {line}");

    let error = KeySet::from_jwks(&format!(r#"{{"keys":[{entry}]}}"#))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error, "the text given to `KeySet::from_jwks` has no usable key",
        "{what}"
    );
}

/// Rows: the key, what is changed in its JWK, and the reason in the log.
fn assert_all_dropped<const N: usize>(rows: [(&TestKey, Value, &str); N]) {
    log::capture();
    for (key, changes, reason) in rows {
        // A kid of more than 256 bytes would be a fault of its own.
        let what = format!("{} {:.200}", key.algorithm(), changes.to_string());
        let mut jwk = changed(key, &changes);
        jwk["kid"] = what.as_str().into();
        assert_dropped(&what, Some(&what), &jwk.to_string(), key, reason);
    }
}

/// Key ids stand in the log.
#[test]
fn long_kids() {
    log::capture();
    let signer = TestKey::new("ES256");
    let kid = "k".repeat(256);
    let set = jwks(&[signer.jwk(Some(&kid))]);
    assert_eq!(verdict(&approov(&set), &signer.token(Some(&kid))), Ok(()));
    let long = signer.jwk(Some(&"k".repeat(257))).to_string();
    assert_dropped("a long kid", None, &long, &signer, "has a `kid` of more than 256 bytes");
}

/// Whoever has these has the private key, or half of it.
#[test]
fn parts_of_private_keys() {
    let rsa = &TestKey::new("RS256");
    assert_all_dropped(["d", "p", "q", "dp", "dq", "qi", "oth"].map(|member| {
        (
            rsa,
            json!({ member: "AQAB" }),
            "is a private key, which must be in no key set",
        )
    }));
}

#[test]
fn keys_for_something_else() {
    let (rsa, ec, ed, secret) = (
        &TestKey::new("RS256"),
        &TestKey::new("ES256"),
        &TestKey::new("EdDSA"),
        &TestKey::new("HS256"),
    );
    assert_all_dropped([
        (ec, json!({ "use": "enc" }), "has a `use` other than `sig`"),
        (secret, json!({ "use": "enc" }), "has a `use` other than `sig`"),
        (ec, json!({ "use": "" }), "has a `use` other than `sig`"),
        (ec, json!({ "use": "SIG" }), "has a `use` other than `sig`"),
        (
            ec,
            json!({ "use": "enc", "key_ops": ["verify"] }),
            "has a `use` other than `sig`",
        ),
        (
            ec,
            json!({ "use": "sig", "key_ops": ["sign"] }),
            "has `key_ops` without `verify`",
        ),
        (rsa, json!({ "key_ops": [] }), "has `key_ops` without `verify`"),
        (
            ed,
            json!({ "key_ops": ["Verify", "encrypt", "verify "] }),
            "has `key_ops` without `verify`",
        ),
        (secret, json!({ "key_ops": ["sign"] }), "has `key_ops` without `verify`"),
    ]);
}

#[test]
fn unknown_types_and_curves() {
    let (rsa, ec, ed, secret) = (
        &TestKey::new("RS256"),
        &TestKey::new("ES256"),
        &TestKey::new("EdDSA"),
        &TestKey::new("HS256"),
    );
    assert_all_dropped([
        (ec, json!({ "kty": null }), "has no `kty`"),
        (ec, json!({ "kty": "" }), "has an unknown `kty`"),
        (ec, json!({ "kty": "ec" }), "has an unknown `kty`"),
        (rsa, json!({ "kty": "rsa" }), "has an unknown `kty`"),
        (secret, json!({ "kty": "OCT" }), "has an unknown `kty`"),
        (ec, json!({ "kty": "AKP" }), "has an unknown `kty`"),
        (ec, json!({ "kty": "OKP" }), "has an unknown `crv`, or none"),
        (ed, json!({ "kty": "EC" }), "has an unknown `crv`, or none"),
        (
            ec,
            json!({ "kty": "RSA", "alg": "RS256" }),
            "lacks a member that its `kty` needs",
        ),
        (
            ec,
            json!({ "kty": "oct", "alg": "HS256" }),
            "lacks a member that its `kty` needs",
        ),
        (ec, json!({ "crv": null }), "has an unknown `crv`, or none"),
        (ec, json!({ "crv": "p-256" }), "has an unknown `crv`, or none"),
        (
            ec,
            json!({ "crv": "P-521", "alg": null }),
            "has an unknown `crv`, or none",
        ),
        (ec, json!({ "crv": "secp256k1" }), "has an unknown `crv`, or none"),
        (ed, json!({ "crv": "X25519" }), "has an unknown `crv`, or none"),
        (ed, json!({ "crv": "Ed448" }), "has an unknown `crv`, or none"),
        (ed, json!({ "crv": null }), "has an unknown `crv`, or none"),
    ]);
}

#[test]
fn unknown_algorithms_and_those_that_do_not_fit() {
    let (rsa, ec, ed, secret) = (
        &TestKey::new("RS256"),
        &TestKey::new("ES256"),
        &TestKey::new("EdDSA"),
        &TestKey::new("HS256"),
    );
    assert_all_dropped([
        (rsa, json!({ "alg": null }), "has no `alg`, which an RSA key needs"),
        (secret, json!({ "alg": null }), "has no `alg`, which a secret needs"),
        (rsa, json!({ "alg": "none" }), "has an unknown `alg`"),
        (rsa, json!({ "alg": "rs256" }), "has an unknown `alg`"),
        (rsa, json!({ "alg": "RSA-OAEP-256" }), "has an unknown `alg`"),
        (rsa, json!({ "alg": "" }), "has an unknown `alg`"),
        (ec, json!({ "alg": "none" }), "has an unknown `alg`"),
        (ec, json!({ "alg": "ES512" }), "has an unknown `alg`"),
        (ed, json!({ "alg": "Ed25519" }), "has an unknown `alg`"),
        (secret, json!({ "alg": "dir" }), "has an unknown `alg`"),
        (
            ec,
            json!({ "alg": "ES384" }),
            "has an `alg` that does not fit its `crv`",
        ),
        (
            ec,
            json!({ "alg": "HS256" }),
            "has an `alg` that does not fit its `crv`",
        ),
        (
            ec,
            json!({ "alg": "EdDSA" }),
            "has an `alg` that does not fit its `crv`",
        ),
        (
            ed,
            json!({ "alg": "ES256" }),
            "has an `alg` that does not fit its `crv`",
        ),
        (
            rsa,
            json!({ "alg": "ES256" }),
            "is not a key of the type that its algorithm takes",
        ),
        (
            rsa,
            json!({ "alg": "HS256" }),
            "is not a key of the type that its algorithm takes",
        ),
        (
            secret,
            json!({ "alg": "RS256" }),
            "is not a key of the type that its algorithm takes",
        ),
        (
            secret,
            json!({ "alg": "EdDSA" }),
            "is not a key of the type that its algorithm takes",
        ),
    ]);
}

/// Nobody but the signer may have it, so it is not kept in memory either.
#[test]
fn private_keys() {
    const REASON: &str = "is a private key, which must be in no key set";
    let keys = ["RS256", "ES256", "ES384", "EdDSA"].map(TestKey::new);
    assert_all_dropped(keys.each_ref().map(|key| (key, json!({ "d": "AQAB" }), REASON)));
    assert_all_dropped(keys.each_ref().map(|key| (key, json!({ "d": "" }), REASON)));
    assert_all_dropped(
        keys.each_ref()
            .map(|key| (key, json!({ "d": 1, "use": "sig" }), REASON)),
    );
}

#[test]
fn weak_and_broken_rsa_keys() {
    const NUMBERS: &str = "is not a valid RSA key";
    const BASE64: &str = "has a member that is not base64url";
    const SMALL: &str = "is an RSA key of less than 2048 bits";
    let key = &TestKey::new("RS256");
    let n = bytes(key, "n");
    let even = [&n[..255], &[n[255] ^ 1]].concat();
    let short = [&[0x7F], &n[1..]].concat();
    let long = [&[1], [0; 511].as_slice(), &[1]].concat();
    let padded = key.jwk(None)["n"].as_str().unwrap().to_owned() + "==";
    assert_all_dropped([
        (&TestKey::rsa_1024("RS256"), json!({}), SMALL),
        (&TestKey::rsa_1024("PS256"), json!({}), SMALL),
        (key, json!({ "n": text(&short) }), SMALL),
        (key, json!({ "n": text(&[&[0; 256], [1].as_slice()].concat()) }), SMALL),
        (key, json!({ "n": text(&[0; 256]) }), SMALL),
        (key, json!({ "n": "" }), SMALL),
        (key, json!({ "n": text(&long) }), "is an RSA key of more than 4096 bits"),
        (
            key,
            json!({ "n": text(&n.repeat(4)) }),
            "is an RSA key of more than 4096 bits",
        ),
        (key, json!({ "n": text(&even) }), NUMBERS),
        (key, json!({ "e": "" }), NUMBERS),
        (key, json!({ "e": "AA" }), NUMBERS),
        (key, json!({ "e": "AQ" }), NUMBERS),
        (key, json!({ "e": "AAAB" }), NUMBERS),
        (key, json!({ "e": "Ag" }), NUMBERS),
        (key, json!({ "e": "AQAA" }), NUMBERS),
        (key, json!({ "e": text(&[1, 0, 0, 0, 1]) }), NUMBERS),
        (key, json!({ "e": text(&n) }), NUMBERS),
        (key, json!({ "n": null }), "lacks a member that its `kty` needs"),
        (key, json!({ "e": null }), "lacks a member that its `kty` needs"),
        (key, json!({ "n": padded }), BASE64),
        (key, json!({ "e": "AQAB=" }), BASE64),
        (key, json!({ "e": "AQAB\n" }), BASE64),
        (key, json!({ "e": "AR" }), BASE64),
        (key, json!({ "n": "+/".repeat(171) }), BASE64),
        (key, json!({ "e": "é" }), BASE64),
    ]);
}

#[test]
fn points_that_are_none() {
    const LENGTH: &str = "has coordinates of the wrong length";
    for name in ["ES256", "ES384"] {
        let key = &TestKey::new(name);
        let (x, y) = (bytes(key, "x"), bytes(key, "y"));
        let zeros = vec![0; x.len()];
        let off = [&y[..y.len() - 1], &[y[y.len() - 1] ^ 1]].concat();
        let other_y = bytes(&TestKey::other(name), "y");
        assert_all_dropped([
            (key, json!({ "x": text(&x[1..]) }), LENGTH),
            (key, json!({ "y": text(&y[..y.len() - 1]) }), LENGTH),
            (key, json!({ "x": text(&[&[0], x.as_slice()].concat()) }), LENGTH),
            (key, json!({ "y": text(&[y.as_slice(), &[0]].concat()) }), LENGTH),
            (key, json!({ "x": "" }), LENGTH),
            (
                key,
                json!({ "x": text(&x[1..]), "y": text(&[&[0], y.as_slice()].concat()) }),
                LENGTH,
            ),
            (key, json!({ "x": null }), "lacks a member that its `kty` needs"),
            (key, json!({ "y": null }), "lacks a member that its `kty` needs"),
            (
                key,
                json!({ "x": text(&x) + "=" }),
                "has a member that is not base64url",
            ),
            (key, json!({ "y": text(&off) }), "is not a valid key"),
            (key, json!({ "y": text(&other_y) }), "is not a valid key"),
            (key, json!({ "x": text(&y), "y": text(&x) }), "is not a valid key"),
            (
                key,
                json!({ "x": text(&zeros), "y": text(&zeros) }),
                "is not a valid key",
            ),
            (key, json!({ "x": text(&vec![0xFF; x.len()]) }), "is not a valid key"),
            (key, json!({ "y": text(&vec![0xFF; x.len()]) }), "is not a valid key"),
        ]);
    }
    let (p256, p384) = (&TestKey::new("ES256"), &TestKey::new("ES384"));
    assert_all_dropped([
        (p256, json!({ "crv": "P-384", "alg": "ES384" }), LENGTH),
        (p256, json!({ "crv": "P-384", "alg": null }), LENGTH),
        (p384, json!({ "crv": "P-256", "alg": "ES256" }), LENGTH),
    ]);
}

#[test]
fn ed25519_keys_of_another_length() {
    const LENGTH: &str = "has an `x` of the wrong length";
    let ed = &TestKey::new("EdDSA");
    let x = bytes(ed, "x");
    assert_all_dropped([
        (ed, json!({ "x": text(&x[1..]) }), LENGTH),
        (ed, json!({ "x": text(&x[..31]) }), LENGTH),
        (ed, json!({ "x": text(&[x.as_slice(), &[0]].concat()) }), LENGTH),
        (ed, json!({ "x": text(&x.repeat(2)) }), LENGTH),
        (ed, json!({ "x": "" }), LENGTH),
        (ed, json!({ "x": null }), "lacks a member that its `kty` needs"),
        (ed, json!({ "x": text(&x) + "=" }), "has a member that is not base64url"),
    ]);
}

/// The number two is no coordinate of any point. AWS-LC finds out when it verifies a signature: there the key counts and verifies nothing.
#[test]
#[cfg(not(feature = "aws-lc-rs"))]
fn an_ed25519_key_that_is_no_point() {
    let x = text(&[&[2], [0; 31].as_slice()].concat());
    assert_all_dropped([(&TestKey::new("EdDSA"), json!({ "x": x }), "is not a valid key")]);
}

/// Who has such a key in a configuration, maybe as a placeholder, accepts tokens of everyone: nothing secret is needed to sign for it. These are the
/// points whose order divides eight, in all their encodings.
#[test]
fn ed25519_keys_of_small_order() {
    let of_order_eight = [
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    ];
    let of_smaller_order = [0, 1].map(|y| [&[y], [0; 31].as_slice()].concat());
    // The same and minus one, without reduction by the prime.
    let not_reduced = [0xEC, 0xED, 0xEE].map(|y| [&[y], [0xFF; 30].as_slice(), &[0x7F]].concat());
    let decoded = of_order_eight.map(|x| URL_SAFE_NO_PAD.decode(x).unwrap());
    for point in decoded.iter().chain(&of_smaller_order).chain(&not_reduced) {
        for sign in [0, 0x80] {
            let mut x = point.clone();
            x[31] |= sign;
            let jwk = changed(&TestKey::new("EdDSA"), &json!({ "x": text(&x) }));
            assert!(KeySet::from_jwks(&jwks(&[jwk])).is_err(), "{x:02x?}");
        }
    }
}

/// RFC 7518, section 3.2: a secret has at least as many bytes as the hash.
#[test]
fn short_secrets() {
    for (name, length) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let reason = format!("is too short: a secret for {name} must have at least {length} bytes");
        assert_all_dropped([
            (&TestKey::hmac(name, &vec![7; length - 1]), json!({}), reason.as_str()),
            (&TestKey::hmac(name, &[7]), json!({}), &reason),
            (&TestKey::hmac(name, &[]), json!({}), &reason),
            (
                &TestKey::new(name),
                json!({ "k": null }),
                "lacks a member that its `kty` needs",
            ),
            (
                &TestKey::new(name),
                json!({ "k": "A".repeat(88) + "==" }),
                "has a member that is not base64url",
            ),
        ]);
        let key = TestKey::hmac(name, &vec![7; length]);
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
    log::capture();
    let signer = TestKey::new("ES256");
    let jwk = signer.jwk(None).to_string();
    let with = |members: &str| jwk.replacen('{', &format!("{{{members},"), 1);
    for entry in [
        "null".to_owned(),
        "1".to_owned(),
        "true".to_owned(),
        "[]".to_owned(),
        r#""key""#.to_owned(),
        format!("[{jwk}]"),
        serde_json::to_string(&jwk).unwrap(),
        with(r#""kty":"EC""#),
        with(r#""k\u0074y":"EC""#),
        with(r#""kty":1"#),
        with(r#""x":"AQAB""#),
        with(r#""alg":"none""#),
        with(r#""kid":"a","kid":"a""#),
        with(r#""kid":"a","\u006bid":"b""#),
        with(r#""use":"enc","use":"sig""#),
        with(r#""any":1,"any":2"#),
    ] {
        assert_dropped(&entry, None, &entry, &signer, "is not a JWK");
    }
    let reason = "has a member of the wrong type";
    for member in ["kty", "use", "alg", "kid", "crv", "n", "e", "x", "y", "k", "key_ops"] {
        for value in [json!(null), json!(1), json!(true), json!({}), json!([1]), json!([null])] {
            let mut jwk = signer.jwk(None);
            jwk[member] = value;
            assert_dropped(&jwk.to_string(), None, &jwk.to_string(), &signer, reason);
        }
    }
    let key_ops = with(r#""key_ops":"verify""#);
    assert_dropped(&key_ops, None, &key_ops, &signer, reason);
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
        let set = jwks(&[changed(key, &changes)]);
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

#[test]
fn what_is_no_set() {
    let jwk = TestKey::new("ES256").jwk(None);
    let set = jwks(slice::from_ref(&jwk));
    for text in [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        jwk.to_string(),
        format!("[{jwk}]"),
        json!({ "keys": null }).to_string(),
        json!({ "keys": jwk }).to_string(),
        json!({ "keys": { "0": jwk } }).to_string(),
        json!({ "keys": set }).to_string(),
        json!({ "Keys": [jwk] }).to_string(),
        format!(r#"{{"keys":[{jwk}],"keys":[{jwk}]}}"#),
        format!(r#"{{"keys":[{jwk}],"\u006beys":[]}}"#),
        format!(r#"{{"keys":[{jwk}],"a":1,"a":1}}"#),
        format!(r#"{{"keys":[{jwk},]}}"#),
        format!("{set}{set}"),
        format!("{set}\0"),
        format!("\u{feff}{set}"),
        set[..set.len() - 1].to_owned(),
        TestKey::new("ES256").pem(),
    ] {
        let error = KeySet::from_jwks(&text).unwrap_err().to_string();
        assert_eq!(
            error, "the text given to `KeySet::from_jwks` is not a JWK Set",
            "{text}"
        );
    }
    let error = KeySet::from_jwks(r#"{"keys":[]}"#).unwrap_err().to_string();
    assert_eq!(error, "the text given to `KeySet::from_jwks` has no usable key");
}
