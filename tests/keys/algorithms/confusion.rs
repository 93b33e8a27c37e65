//! Public keys that are passed off as secrets: everyone can make such tokens.

use approov_actix::{Key, Rejection};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use support::keys::{ALGORITHMS, TestKey};

use super::{approov_with, verdict, verifying};

const HMACS: [&str; 3] = ["HS256", "HS384", "HS512"];
const KID: &str = "2026-11";

/// All that a careless server could take for the secret of this public key.
fn secrets(key: &TestKey) -> Vec<(&'static str, Vec<u8>)> {
    let (pem, jwk) = (key.pem(), key.jwk(None));
    let text = |member: &str| jwk[member].as_str().map(str::to_owned);
    let bytes = |member: &str| text(member).map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let mut all = vec![
        ("empty", Vec::new()),
        ("PEM", pem.as_bytes().to_vec()),
        ("PEM without the last line end", pem.trim_end().as_bytes().to_vec()),
        ("PEM of Windows", pem.replace('\n', "\r\n").into_bytes()),
        ("the base64 in the PEM", body.into_bytes()),
        ("DER", key.der()),
        ("JWK", jwk.to_string().into_bytes()),
        ("kid", KID.as_bytes().to_vec()),
    ];
    for member in ["n", "e", "x", "y"] {
        if let (Some(text), Some(bytes)) = (text(member), bytes(member)) {
            all.push(("text of a member", text.into_bytes()));
            all.push(("bytes of a member", bytes));
        }
    }
    if let (Some(x), Some(y)) = (bytes("x"), bytes("y")) {
        let point = [x, y].concat();
        all.push(("uncompressed point", [&[4], point.as_slice()].concat()));
        all.push(("point", point));
    }
    if key.algorithm().starts_with(['R', 'P']) {
        all.push(("PKCS#1", key.pkcs1_pem().into_bytes()));
    }
    all
}

/// The same tokens against a key without and with `kid`, alone and beside secrets, which are tried for them in vain.
#[test]
fn a_public_key_is_no_secret() {
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        if key.secret().is_some() {
            continue;
        }
        let hmacs = || HMACS.map(|name| verifying(&TestKey::new(name)));
        let beside_secrets = |key: Key| approov_with(hmacs().into_iter().chain([key]));
        let without_kid = verifying(&key);
        let with_key_id = without_kid.clone().with_key_id(KID);

        let (alone, algorithm, signature) = (true, Rejection::TokenAlgorithm, Rejection::TokenSignature);
        let sets = [
            (alone, approov_with([without_kid.clone()]), [algorithm; 3]),
            (
                alone,
                approov_with([with_key_id.clone()]),
                [algorithm, algorithm, Rejection::TokenKeyUnknown],
            ),
            (!alone, beside_secrets(without_kid), [signature; 3]),
            (!alone, beside_secrets(with_key_id), [signature, algorithm, signature]),
        ];
        for hmac in HMACS {
            for (_, approov, _) in sets.iter().filter(|(alone, ..)| !alone) {
                assert_eq!(
                    verdict(approov, &TestKey::new(hmac).token(None)),
                    Ok(()),
                    "{name}, {hmac}"
                );
            }
            for (what, secret) in secrets(&key) {
                let forger = TestKey::hmac(hmac, &secret);
                let tokens = [None, Some(KID), Some("other")].map(|kid| forger.token(kid));
                for (alone, approov, expected) in &sets {
                    let verdicts = tokens.each_ref().map(|token| verdict(approov, token).unwrap_err());
                    assert_eq!(verdicts, *expected, "{name}, {hmac} with {what}, alone {alone}");
                }
            }
        }
        for (_, approov, _) in &sets {
            assert_eq!(verdict(approov, &key.token(Some(KID))), Ok(()), "{name}");
        }
    }
}

/// The other way round: what a secret's JWK has is used for HMAC, whatever else is in it.
#[test]
fn a_secret_is_no_public_key() {
    let secret = TestKey::new("HS256");
    let approov = approov_with([verifying(&secret).with_key_id(KID)]);
    for name in ALGORITHMS {
        if name != "HS256" {
            let token = TestKey::new(name).token(Some(KID));
            assert_eq!(verdict(&approov, &token), Err(Rejection::TokenAlgorithm), "{name}");
        }
    }
}
