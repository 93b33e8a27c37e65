//! What a token's header may say, and what it cannot bring about.

use approov_actix::{Approov, Rejection};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use support::{
    keys::{ALGORITHMS, CERTIFICATE, TestKey, signing_input},
    token,
};

use super::{approov_with, verdict, verifying};

const KID: &str = "clé/2026";

fn payload() -> String {
    token::claims(&json!({})).to_string()
}

/// With the good signature, without one, and with the two parts only.
#[test]
fn names_of_algorithms_are_exact() {
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        let approov = approov_with([verifying(&key)]);
        let spellings = [
            String::new(),
            "none".to_owned(),
            "None".to_owned(),
            "NONE".to_owned(),
            "nOnE".to_owned(),
            "none ".to_owned(),
            name.to_lowercase(),
            format!("{name} "),
            format!(" {name}"),
            format!("{name}\0"),
            format!("{name}\u{200b}"),
            name.replace('S', "Ѕ"),
            format!("{name},none"),
            "Ed25519".to_owned(),
            "ES256K".to_owned(),
            "ES512".to_owned(),
            "HS1".to_owned(),
        ];
        for alg in spellings.iter().filter(|spelling| *spelling != name) {
            let signed = key.sign(&json!({ "alg": alg }).to_string(), &payload());
            assert_eq!(
                verdict(&approov, &signed),
                Err(Rejection::TokenAlgorithm),
                "{name}, {alg:?}"
            );
            let (unsigned, _) = signed.rsplit_once('.').unwrap();
            assert_eq!(
                verdict(&approov, &format!("{unsigned}.")),
                Err(Rejection::TokenAlgorithm),
                "{name}, {alg:?}"
            );
            assert_eq!(
                verdict(&approov, unsigned),
                Err(Rejection::TokenMalformed),
                "{name}, {alg:?}"
            );
        }
        for header in ["{}", r#"{"ALG":"none"}"#, r#"{"Alg":"HS256"}"#] {
            let verdict = verdict(&approov, &key.sign(header, &payload()));
            assert_eq!(verdict, Err(Rejection::TokenAlgorithm), "{name}, {header}");
        }
        for header in [
            json!({ "alg": null }).to_string(),
            json!({ "alg": [name] }).to_string(),
            json!({ "alg": { "name": name } }).to_string(),
            json!({ "alg": 1 }).to_string(),
            format!(r#"{{"alg":"none","alg":"{name}"}}"#),
            format!(r#"{{"alg":"{name}","\u0061lg":"none"}}"#),
        ] {
            let verdict = verdict(&approov, &key.sign(&header, &payload()));
            assert_eq!(verdict, Err(Rejection::TokenMalformed), "{name}, {header}");
        }
    }
}

/// RFC 7515, sections 4.1.2 to 4.1.8. The forger signs well, with a key that the header offers.
#[test]
fn a_header_brings_no_key() {
    for name in ALGORITHMS {
        let (key, forger) = (TestKey::new(name), TestKey::other(name));
        let approov = approov_with([verifying(&key).with_key_id(KID)]);
        let jwk = forger.jwk(Some(KID));
        let der: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
        for (member, value) in [
            ("jwk", jwk.clone()),
            ("jwks", json!({ "keys": [jwk] })),
            ("jku", json!("https://attacker.example/jwks.json")),
            ("x5u", json!("https://attacker.example/certificate.pem")),
            ("x5c", json!([der])),
            ("x5t", json!("dGVzdA")),
            ("x5t#S256", json!("dGVzdA")),
            ("key", json!(STANDARD.encode(jwk.to_string()))),
            ("iss", json!("https://attacker.example")),
        ] {
            for kid in [None, Some(KID)] {
                let mut header = json!({ "alg": name, member: value });
                if let Some(kid) = kid {
                    header["kid"] = kid.into();
                }
                let token = |signer: &TestKey| signer.sign(&header.to_string(), &payload());
                let verdict_on = |signer| verdict(&approov, &token(signer));
                assert_eq!(
                    verdict_on(&forger),
                    Err(Rejection::TokenSignature),
                    "{name}, {member}, {kid:?}"
                );
                assert_eq!(verdict_on(&key), Ok(()), "{name}, {member}, {kid:?}");
            }
        }
    }
}

/// Who still has a token of an old key is seen by the key that verified it, which the header does not have to name.
#[test]
fn claims_name_the_key_that_verified_the_token() {
    let key = TestKey::new("ES256");
    let with_key_id = approov_with([verifying(&key).with_key_id(KID)]);
    let without_kid = approov_with([verifying(&key)]);
    for header in [json!({ "alg": "ES256" }), json!({ "alg": "ES256", "kid": KID })] {
        let token = key.sign(&header.to_string(), &payload());
        let name = |approov: &Approov| approov.verify_token(&token).unwrap().key_id().map(str::to_owned);
        assert_eq!(name(&with_key_id).as_deref(), Some(KID), "{header}");
        assert_eq!(name(&without_kid), None, "{header}");
    }
}

/// A `kid` is compared and nothing else. Where every key has one, a strange one is unknown; where no key has one, it
/// does not matter.
#[test]
fn a_strange_kid_has_no_effect() {
    let (key, forger) = (TestKey::new("ES256"), TestKey::other("ES256"));
    let with_key_id = approov_with([verifying(&key).with_key_id(KID)]);
    let without_kid = approov_with([verifying(&key)]);
    // The same letters to the eye.
    let decomposed = KID.replace('é', "e\u{301}");
    assert_ne!(decomposed, KID);
    for kid in [
        "",
        " ",
        "../../../../dev/null",
        "/etc/hostname",
        "file:///proc/self/environ",
        "' UNION SELECT 'AAAA' -- ",
        "$(id)",
        "%s%n",
        "*",
        "null",
        "a\0b",
        "a\r\nSet-Cookie: b=c",
        &decomposed,
        &KID.to_uppercase(),
        &format!("{KID} "),
        &format!("{KID}\0"),
        &KID[..KID.len() - 1],
        &"k".repeat(4000),
    ] {
        assert_eq!(
            verdict(&with_key_id, &key.token(Some(kid))),
            Err(Rejection::TokenKeyUnknown),
            "{kid:?}"
        );
        assert_eq!(verdict(&without_kid, &key.token(Some(kid))), Ok(()), "{kid:?}");
        let bad = forger.token(Some(kid));
        assert_eq!(verdict(&with_key_id, &bad), Err(Rejection::TokenKeyUnknown), "{kid:?}");
        assert_eq!(verdict(&without_kid, &bad), Err(Rejection::TokenSignature), "{kid:?}");
    }
    let too_long = key.token(Some(&"k".repeat(8192)));
    assert_eq!(verdict(&without_kid, &too_long), Err(Rejection::TokenTooLong));
}

#[test]
fn a_kid_may_be_spelt_with_escapes() {
    let key = TestKey::new("ES256");
    let approov = approov_with([verifying(&key).with_key_id(KID)]);
    for kid in [
        "clé/2026",
        r"cl\u00e9/2026",
        r"cl\u00E9\/2026",
        r"\u0063l\u00e9\u002f2026",
    ] {
        let token = key.sign(&format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#), &payload());
        assert_eq!(verdict(&approov, &token), Ok(()), "{kid}");
    }
}

#[test]
fn a_kid_is_text() {
    let key = TestKey::new("ES256");
    for approov in [
        approov_with([verifying(&key)]),
        approov_with([verifying(&key).with_key_id("1")]),
    ] {
        for kid in [json!(null), json!(1), json!(true), json!(["1"]), json!({ "1": "1" })] {
            let token = key.sign(&json!({ "alg": "ES256", "kid": kid }).to_string(), &payload());
            assert_eq!(verdict(&approov, &token), Err(Rejection::TokenMalformed), "{kid}");
        }
        for header in [
            r#"{"alg":"ES256","kid":"1","kid":"1"}"#,
            r#"{"alg":"ES256","kid":"2","\u006bid":"1"}"#,
            r#"{"alg":"ES256","kid":"\ud800"}"#,
        ] {
            let token = key.sign(header, &payload());
            assert_eq!(verdict(&approov, &token), Err(Rejection::TokenMalformed), "{header}");
        }
        let bytes = URL_SAFE_NO_PAD.encode(b"{\"alg\":\"ES256\",\"kid\":\"\xff\"}");
        let message = format!("{bytes}.{}", URL_SAFE_NO_PAD.encode(payload()));
        let signature = URL_SAFE_NO_PAD.encode(key.signature(message.as_bytes()));
        assert_eq!(
            verdict(&approov, &format!("{message}.{signature}")),
            Err(Rejection::TokenMalformed)
        );
    }
}

/// An unsigned token in every form that some library once accepted.
#[test]
fn unsigned_tokens() {
    for name in ALGORITHMS {
        let key = TestKey::new(name);
        let approov = approov_with([verifying(&key)]);
        let headers: [(Value, Rejection); 5] = [
            (json!({ "alg": "none" }), Rejection::TokenAlgorithm),
            (json!({ "alg": name }), Rejection::TokenSignature),
            (json!({ "typ": "JWT" }), Rejection::TokenAlgorithm),
            (json!({ "alg": name, "b64": false }), Rejection::TokenCriticalHeader),
            (json!({ "alg": name, "crit": ["alg"] }), Rejection::TokenCriticalHeader),
        ];
        for (header, rejection) in headers {
            let unsigned = signing_input(&header.to_string(), &payload());
            assert_eq!(
                verdict(&approov, &format!("{unsigned}.")),
                Err(rejection),
                "{name}, {header}"
            );
            assert_eq!(
                verdict(&approov, &unsigned),
                Err(Rejection::TokenMalformed),
                "{name}, {header}"
            );
        }
    }
}
