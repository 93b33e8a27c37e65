//! Public keys that are passed off as secrets, and keys that a token brings along: everyone can make such tokens.

use approov_actix::Key;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use support::{
    keys::{CERTIFICATE, HMACS, SIGNATURES, TestKey},
    token,
};

use super::{approov_with, verifying};
use crate::keys::{ALGORITHM, SIGNATURE, UNKNOWN, assert_verdict, verdict};

const KID: &str = "2026-11";

/// All that a careless server could take for the secret of this public key.
fn secrets(key: &TestKey) -> Vec<(&'static str, Vec<u8>)> {
    let (pem, jwk) = (key.pem(), key.jwk(None));
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
    let mut point = Vec::new();
    for text in ["n", "x", "y"].iter().filter_map(|member| jwk[member].as_str()) {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        point.extend(&bytes);
        all.push(("text of a member", text.as_bytes().to_vec()));
        all.push(("bytes of a member", bytes));
    }
    all.push(("uncompressed point", [&[4], point.as_slice()].concat()));
    all.push(("point", point));
    if key.algorithm().starts_with(['R', 'P']) {
        all.push(("PKCS#1", key.pkcs1_pem().into_bytes()));
    }
    all
}

/// The same tokens against a key without and with `kid`, alone and beside secrets, which are tried for them in vain.
#[test]
fn a_public_key_is_no_secret() {
    for name in SIGNATURES {
        let key = TestKey::new(name);
        let without_kid = verifying(&key);
        let with_kid = without_kid.clone().with_key_id(KID);
        let beside_secrets = |key: Key| {
            let secrets = HMACS.map(|name| verifying(&TestKey::new(name)));
            approov_with(secrets.into_iter().chain([key]))
        };
        let sets = [
            (approov_with([without_kid.clone()]), [ALGORITHM; 3]),
            (approov_with([with_kid.clone()]), [ALGORITHM, ALGORITHM, UNKNOWN]),
            (beside_secrets(without_kid), [SIGNATURE; 3]),
            (beside_secrets(with_kid), [SIGNATURE, ALGORITHM, SIGNATURE]),
        ];
        for hmac in HMACS {
            for (approov, _) in &sets[2..] {
                assert_verdict(approov, &TestKey::new(hmac).token(None), Ok(()), hmac);
            }
            for (what, secret) in secrets(&key) {
                let forger = TestKey::hmac(hmac, &secret);
                let tokens = [None, Some(KID), Some("other")].map(|kid| forger.token(kid));
                for (number, (approov, expected)) in sets.iter().enumerate() {
                    let verdicts = tokens.each_ref().map(|token| verdict(approov, token));
                    assert_eq!(verdicts, *expected, "{name}, {hmac} with {what}, set {number}");
                }
            }
        }
        for (approov, _) in &sets {
            assert_verdict(approov, &key.token(Some(KID)), Ok(()), name);
        }
    }
}

/// RFC 7515, sections 4.1.2 to 4.1.8. The forger signs well, with a key that the header brings along. More of these for
/// secrets: `tests/refusals/token_signature.rs`.
#[test]
fn a_header_brings_no_key() {
    let der: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    let payload = token::claims(&json!({})).to_string();
    for name in SIGNATURES {
        let (key, forger) = (TestKey::new(name), TestKey::other(name));
        let approov = approov_with([verifying(&key).with_key_id(KID)]);
        for (member, value) in [
            ("jwk", forger.jwk(Some(KID))),
            ("jku", json!("https://attacker.example/jwks.json")),
            ("x5c", json!([der])),
        ] {
            let header = json!({ "alg": name, "kid": KID, member: value }).to_string();
            assert_verdict(&approov, &forger.sign(&header, &payload), SIGNATURE, &header);
            assert_verdict(&approov, &key.sign(&header, &payload), Ok(()), &header);
        }
    }
}
