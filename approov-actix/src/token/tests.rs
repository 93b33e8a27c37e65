//! The whole verdict on single tokens.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::{
    crypto::VERIFICATIONS,
    test_support::{SECRET, encode, key, sign, sign_with},
};

const NOW: f64 = 1_700_000_000.0;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn verify_with(rules: &TokenRules, token: &(impl AsRef<[u8]> + ?Sized)) -> Result<ApproovClaims, Rejection> {
    let keys = CurrentKeys::of([key()]);
    verify_at(NOW, &keys, rules, &TokenCache::new(0), token)
}

fn verify_at(
    now: f64,
    keys: &CurrentKeys,
    rules: &TokenRules,
    cache: &TokenCache,
    token: &(impl AsRef<[u8]> + ?Sized),
) -> Result<ApproovClaims, Rejection> {
    let verifier = Verifier {
        keys,
        rules,
        cache,
        now: UnixTime::at(now),
    };
    verifier.verify(token.as_ref()).map(|verified| verified.claims)
}

fn verify_token(token: &(impl AsRef<[u8]> + ?Sized)) -> Result<ApproovClaims, Rejection> {
    verify_with(&TokenRules::default(), token)
}

/// The verdict on a correctly signed token with these claims.
fn verdict(claims: &str) -> Result<(), Rejection> {
    verify_token(&sign(HEADER, claims)).map(drop)
}

const fn invalid(claim: &'static str) -> Rejection {
    Rejection::TokenClaimInvalid { claim }
}

fn claims(text: &str) -> ApproovClaims {
    verify_token(&sign(HEADER, text)).unwrap()
}

#[test]
fn all_claims_are_read() {
    let claims = claims(
        r#"{"exp":1700000001.5,"nbf":1699999999,"iat":1699999999.25,"iss":"acme.approov.io","aud":"approov.io",
            "sub":"approov|d","did":"ExampleApproovTokenDID==","ip":"1.2.3.4","arc":"IXPSB7TRK26LXE3M",
            "pay":"71tnS3rSq2lanEWrKz4MoexiOMtv7w0fspfM8BAQKNU=","ipk":"key","mskid":"j3AWy6",
            "embed":{"a":[1,2]},"esc\u0061ped":"é\n"}"#,
    );
    assert_eq!(
        claims.expires_at(),
        UNIX_EPOCH + Duration::from_millis(1_700_000_001_500)
    );
    assert_eq!(
        claims.issued_at(),
        Some(UNIX_EPOCH + Duration::from_millis(1_699_999_999_250))
    );
    assert_eq!(claims.issuer(), Some("acme.approov.io"));
    assert!(claims.audience().eq(["approov.io"]));
    assert_eq!(claims.subject(), Some("approov|d"));
    assert_eq!(claims.device_id(), Some("ExampleApproovTokenDID=="));
    assert_eq!(claims.ip(), Some("1.2.3.4"));
    assert_eq!(claims.arc(), Some("IXPSB7TRK26LXE3M"));
    assert_eq!(claims.installation_key(), Some("key"));
    assert_eq!(claims.message_signing_key_id(), Some("j3AWy6"));
    assert!(claims.is_bound_to(["Bearer myauth_token", "my-device-id"]));
    assert!(!claims.is_bound_to(["Bearer myauth_token"]));
    assert!(!claims.is_bound_to(Vec::<&str>::new()));

    assert_eq!(claims.claim("escaped"), Ok(Some("é\n".to_owned())));
    assert_eq!(claims.claim("did"), Ok(Some("ExampleApproovTokenDID==".to_owned())));
    assert_eq!(claims.claim("exp"), Ok(Some(1_700_000_001.5)));
    assert_eq!(
        claims.claim::<serde_json::Value>("embed"),
        Ok(Some(serde_json::json!({"a": [1, 2]})))
    );
    assert_eq!(claims.claim::<String>("a"), Ok(None));
    let error = claims.claim::<String>("embed").unwrap_err();
    assert_eq!(error.name(), "embed");
    assert_eq!(
        error.to_string(),
        r#"the claim "embed" does not have the requested type"#
    );
}

#[test]
fn escapes_in_claims_are_resolved() {
    let claims = claims(
        r#"{"exp":1700000001,"did":"a\u0062\n","\u0061rc":"é\u00e9","iss":"","sub":"\ud83d\ude00","ip":"plain",
            "aud":["x","\t\"","","y\\"],"\n":"\u0000"}"#,
    );
    assert_eq!(claims.device_id(), Some("ab\n"));
    assert_eq!(claims.arc(), Some("éé"));
    assert_eq!(claims.issuer(), Some(""));
    assert_eq!(claims.subject(), Some("😀"));
    assert_eq!(claims.ip(), Some("plain"));
    assert!(claims.audience().eq(["x", "\t\"", "", "y\\"]));
    assert_eq!(claims.claim("\n"), Ok(Some("\0".to_owned())));
    assert_eq!(claims.claim("did"), Ok(Some("ab\n".to_owned())));
}

#[test]
fn only_exp_is_needed() {
    let claims = claims(r#"{"exp":1700000001}"#);
    assert_eq!(claims.device_id(), None);
    assert_eq!(claims.issued_at(), None);
    assert_eq!(claims.audience().count(), 0);
    assert!(!claims.is_bound_to(["a"]));
}

#[test]
fn debug_shows_little() {
    let claims = claims(r#"{"exp":1700000001,"did":"dev","arc":"code","pay":"SECRET","ipk":"SECRET","x":"SECRET"}"#);
    let debug = format!("{claims:?}");
    assert!(debug.contains("dev") && debug.contains("code"), "{debug}");
    assert!(!debug.contains("SECRET"), "{debug}");
}

#[test]
fn expiry() {
    for exp in [
        "1700000001",
        "1700000000.001",
        "1.7000000009e9",
        "4708683205.891912",
        "253402300799",
        "253402300799.9",
    ] {
        assert_eq!(verdict(&format!(r#"{{"exp":{exp}}}"#)), Ok(()), "{exp}");
    }
    for exp in [
        "1700000000",
        "1700000000.0",
        "1699999999.999",
        "0",
        "-0.0",
        "-1",
        "-1e300",
        "1e-300",
    ] {
        assert_eq!(
            verdict(&format!(r#"{{"exp":{exp}}}"#)),
            Err(Rejection::TokenExpired),
            "{exp}"
        );
    }
    for exp in [
        "253402300800",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e300",
        r#""""#,
        r#""1800000000""#,
        "null",
        "true",
        "[1800000000]",
        "{}",
    ] {
        let rejection = invalid("exp");
        assert_eq!(verdict(&format!(r#"{{"exp":{exp}}}"#)), Err(rejection), "{exp}");
    }
    for exp in [
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "01800000000",
        "0x7fffffff",
        "1800000000.",
        "+1800000000",
    ] {
        assert_eq!(
            verdict(&format!(r#"{{"exp":{exp}}}"#)),
            Err(Rejection::TokenMalformed),
            "{exp}"
        );
    }
    assert_eq!(verdict("{}"), Err(Rejection::TokenExpiryMissing));
    assert_eq!(verdict(r#"{"EXP":1800000000}"#), Err(Rejection::TokenExpiryMissing));
}

#[test]
fn not_before() {
    let verdict = |nbf: &str| verdict(&format!(r#"{{"exp":1700000001,"nbf":{nbf}}}"#));
    for nbf in ["1700000000", "1699999999.9", "0", "-1"] {
        assert_eq!(verdict(nbf), Ok(()), "{nbf}");
    }
    for nbf in ["1700000000.001", "1700000001", "1e300"] {
        assert_eq!(verdict(nbf), Err(Rejection::TokenNotYetValid), "{nbf}");
    }
    for nbf in ["null", r#""0""#, "[]"] {
        assert_eq!(verdict(nbf), Err(invalid("nbf")), "{nbf}");
    }
}

#[test]
fn leeway_moves_both_ends() {
    let rules = TokenRules {
        leeway: Leeway::new(Duration::from_secs(10)).unwrap(),
        ..TokenRules::default()
    };
    let verdict = |claims: &str| verify_with(&rules, &sign(HEADER, claims)).map(drop);
    assert_eq!(verdict(r#"{"exp":1699999991}"#), Ok(()));
    assert_eq!(verdict(r#"{"exp":1699999990}"#), Err(Rejection::TokenExpired));
    assert_eq!(verdict(r#"{"exp":1700000001,"nbf":1700000010}"#), Ok(()));
    assert_eq!(
        verdict(r#"{"exp":1700000001,"nbf":1700000010.5}"#),
        Err(Rejection::TokenNotYetValid)
    );
}

#[test]
fn an_odd_clock_causes_no_panic() {
    let keys = CurrentKeys::of([key()]);
    let rules = TokenRules {
        leeway: Leeway::new(Duration::from_secs(300)).unwrap(),
        ..TokenRules::default()
    };
    let verdict = |exp: &str, now| {
        let token = sign(HEADER, &format!(r#"{{"exp":{exp}}}"#));
        verify_at(now, &keys, &rules, &TokenCache::new(0), &token).map(|claims| claims.expires_at())
    };
    assert_eq!(verdict("4102444800", f64::INFINITY), Err(Rejection::TokenExpired));
    assert_eq!(verdict("0.5", 0.0), Ok(UNIX_EPOCH + Duration::from_millis(500)));
    assert_eq!(verdict("-1", 0.0), Err(invalid("exp")));
}

#[test]
fn claims_of_the_wrong_type() {
    for name in ["iss", "sub", "did", "ip", "arc", "pay", "ipk", "mskid"] {
        for value in ["null", "1", "true", "[]", "{}", r#"["a"]"#] {
            let rejection = invalid(name);
            let claims = format!(r#"{{"exp":1800000000,"{name}":{value}}}"#);
            assert_eq!(verdict(&claims), Err(rejection), "{claims}");
        }
    }
    for value in ["null", "1", "{}", r#"{"a":"b"}"#, "[1]", r#"["a",null]"#, r#"[["a"]]"#] {
        let claims = format!(r#"{{"exp":1800000000,"aud":{value}}}"#);
        assert_eq!(verdict(&claims), Err(invalid("aud")), "{claims}");
    }
    for value in ["null", r#""1""#, "-1", "253402300800"] {
        let claims = format!(r#"{{"exp":1800000000,"iat":{value}}}"#);
        assert_eq!(verdict(&claims), Err(invalid("iat")), "{claims}");
    }
}

#[test]
fn duplicates_and_other_forms_of_payload() {
    for claims in [
        r#"{"exp":1800000000,"exp":1800000000}"#,
        r#"{"exp":1,"exp":1800000000}"#,
        r#"{"exp":1800000000,"\u0065xp":1800000000}"#,
        r#"{"exp":1800000000,"x":1,"x":1}"#,
        r#"{"exp":1800000000,"pay":"a","pay":"b"}"#,
        "[]",
        r#""exp""#,
        "null",
        "1800000000",
        "",
        r#"{"exp":1800000000}{"exp":1800000000}"#,
        r#"{"exp":1800000000"#,
        r#"{"exp":1800000000,"did":"\ud800"}"#,
        "{\"exp\":1800000000}\0",
        "\u{feff}{\"exp\":1800000000}",
    ] {
        assert_eq!(verdict(claims), Err(Rejection::TokenMalformed), "{claims}");
    }
    let not_utf8 = sign_with(&SECRET, &encode(HEADER), "eyJleHAiOjE4MDAwMDAwMDAsIngiOiL_In0");
    assert_eq!(verify_token(&not_utf8).map(drop), Err(Rejection::TokenMalformed));
}

#[test]
fn issuer_and_audience_matter_only_if_expected() {
    let rules = TokenRules {
        issuer: Some("acme.approov.io".to_owned()),
        audience: Some("api.acme.com".to_owned()),
        ..TokenRules::default()
    };
    let verdict = |claims: &str| {
        let claims = format!(r#"{{"exp":1800000000{claims}}}"#);
        verify_with(&rules, &sign(HEADER, &claims)).map(drop)
    };
    assert_eq!(verdict(r#","iss":"acme.approov.io","aud":"api.acme.com""#), Ok(()));
    assert_eq!(
        verdict(r#","iss":"acme.approov.io","aud":["x","api.acme.com"]"#),
        Ok(())
    );
    for iss in [
        "",
        r#","iss":"""#,
        r#","iss":"acme.approov.io.evil.com""#,
        r#","iss":"ACME.approov.io""#,
    ] {
        let claims = format!(r#"{iss},"aud":"api.acme.com""#);
        assert_eq!(verdict(&claims), Err(Rejection::TokenIssuer), "{claims}");
    }
    for aud in [
        "",
        r#","aud":"""#,
        r#","aud":[]"#,
        r#","aud":"api.acme.com.evil.com""#,
        r#","aud":["x"]"#,
    ] {
        let claims = format!(r#","iss":"acme.approov.io"{aud}"#);
        assert_eq!(verdict(&claims), Err(Rejection::TokenAudience), "{claims}");
    }
}

#[test]
fn the_header_never_chooses_the_algorithm() {
    let good = r#"{"exp":1800000000}"#;
    for alg in [
        "none", "None", "NONE", "nOnE", "hs256", "HS256 ", "HS384", "HS512", "RS256", "ES256", "EdDSA", "",
    ] {
        let token = sign(&format!(r#"{{"alg":"{alg}"}}"#), good);
        assert_eq!(verify_token(&token).map(drop), Err(Rejection::TokenAlgorithm), "{alg}");
        let stripped = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(
            verify_token(&stripped).map(drop),
            Err(Rejection::TokenAlgorithm),
            "{alg}"
        );
    }
    assert_eq!(
        verify_token(&sign("{}", good)).map(drop),
        Err(Rejection::TokenAlgorithm)
    );
    assert!(verify_token(&sign(r#"{"\u0061lg":"HS\u003256","typ":"at+jwt","kid":"x"}"#, good)).is_ok());
    for header in [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":["HS256"]}"#,
        r#"["HS256"]"#,
        "{\"alg\":\"HS256\"} x",
        r#"{"alg":"HS256","kid":1}"#,
        r#"{"alg":"HS256","x":1,"x":2}"#,
    ] {
        let token = sign(header, good);
        assert_eq!(
            verify_token(&token).map(drop),
            Err(Rejection::TokenMalformed),
            "{header}"
        );
    }
    let crit = sign(r#"{"alg":"HS256","crit":["exp"]}"#, good);
    assert_eq!(verify_token(&crit).map(drop), Err(Rejection::TokenCriticalHeader));
}

#[test]
fn signatures() {
    let good = sign(HEADER, r#"{"exp":1800000000}"#);
    let (message, signature) = good.rsplit_once('.').unwrap();
    assert!(verify_token(&good).is_ok());

    let forged = sign_with(&[8; 32], &encode(HEADER), &encode(r#"{"exp":1800000000}"#));
    assert_eq!(verify_token(&forged).map(drop), Err(Rejection::TokenSignature));
    for signature in ["", "AA", &signature[..40], &format!("{signature}AAAA"), &"A".repeat(43)] {
        let token = format!("{message}.{signature}");
        assert_eq!(
            verify_token(&token).map(drop),
            Err(Rejection::TokenSignature),
            "{signature}"
        );
    }
    // A bad signature is found before anything in the payload is, so a forger learns nothing from the order of checks.
    let junk = sign_with(&[8; 32], &encode(HEADER), &encode("junk"));
    assert_eq!(verify_token(&junk).map(drop), Err(Rejection::TokenSignature));
}

#[test]
fn bytes_that_are_not_text() {
    let good = sign(HEADER, r#"{"exp":1800000000}"#);
    let dots: Vec<_> = good.match_indices('.').map(|(place, _)| place).collect();
    for (place, rejection) in [
        (0, Rejection::TokenMalformed),
        (dots[0] + 1, Rejection::TokenSignature),
        (dots[1] + 1, Rejection::TokenMalformed),
    ] {
        let mut token = good.clone().into_bytes();
        token[place] = 0xff;
        assert_eq!(verify_token(&token).map(drop), Err(rejection), "{place}");
    }
    assert_eq!(verify_token(b"a.b.\xff").map(drop), Err(Rejection::TokenMalformed));
}

/// Every single changed character, in every place.
#[test]
fn one_changed_character_is_a_refusal() {
    let good = sign(HEADER, r#"{"exp":1800000000,"did":"d"}"#);
    for i in 0..good.len() {
        for replacement in ["A", "_", ".", "=", " "] {
            let mut token = good.clone();
            token.replace_range(i..=i, replacement);
            if token != good {
                assert!(verify_token(&token).is_err(), "{token}");
            }
        }
        let mut shorter = good.clone();
        shorter.remove(i);
        assert!(verify_token(&shorter).is_err(), "{shorter}");
    }
}

/// The cache does not decide on the time of a token.
#[test]
fn a_cached_token_is_refused_when_its_time_is_over() {
    let (cache, keys, rules) = (TokenCache::new(100), CurrentKeys::of([key()]), TokenRules::default());
    let token = sign(HEADER, r#"{"exp":1700000001,"nbf":1699999999}"#);
    let verdict = |now| verify_at(now, &keys, &rules, &cache, &token).map(drop);
    let verifications = || VERIFICATIONS.replace(0);

    verifications();
    assert_eq!(verdict(NOW), Ok(()));
    assert_eq!(verifications(), 1);
    assert_eq!(verdict(NOW + 0.999), Ok(()));
    assert_eq!(verdict(NOW + 1.0), Err(Rejection::TokenExpired));
    assert_eq!(verdict(NOW - 1.5), Err(Rejection::TokenNotYetValid));
    assert_eq!(verdict(f64::INFINITY), Err(Rejection::TokenExpired));
    assert_eq!(verdict(NOW), Ok(()));
    assert_eq!(verifications(), 0);
}

#[test]
fn a_refused_token_is_not_cached() {
    let (cache, keys) = (TokenCache::new(100), CurrentKeys::of([key()]));
    let rules = TokenRules {
        issuer: Some("acme.approov.io".to_owned()),
        ..TokenRules::default()
    };
    let verdict = |now, token: &str| verify_at(now, &keys, &rules, &cache, token).map(drop);

    let other_issuer = sign(HEADER, r#"{"exp":1800000000,"iss":"x"}"#);
    let forged = sign_with(
        &[9; 32],
        &encode(HEADER),
        &encode(r#"{"exp":1800000000,"iss":"acme.approov.io"}"#),
    );
    let early = sign(HEADER, r#"{"exp":1800000000,"nbf":1700000010,"iss":"acme.approov.io"}"#);
    VERIFICATIONS.set(0);
    for _ in 0..3 {
        assert_eq!(verdict(NOW, &other_issuer), Err(Rejection::TokenIssuer));
        assert_eq!(verdict(NOW, &forged), Err(Rejection::TokenSignature));
        assert_eq!(verdict(NOW, &early), Err(Rejection::TokenNotYetValid));
    }
    assert_eq!(VERIFICATIONS.get(), 9);
    assert_eq!(verdict(NOW + 20.0, &early), Ok(()));
}

/// The header and payload of a cached token with another signature, and its signature with other claims.
#[test]
fn parts_of_a_cached_token_are_worth_nothing() {
    let (cache, keys, rules) = (TokenCache::new(100), CurrentKeys::of([key()]), TokenRules::default());
    let verdict = |token: &str| verify_at(NOW, &keys, &rules, &cache, token).map(drop);
    let (one, other) = (
        sign(HEADER, r#"{"exp":1800000000,"did":"1"}"#),
        sign(HEADER, r#"{"exp":1800000000,"did":"2"}"#),
    );
    assert_eq!((verdict(&one), verdict(&other)), (Ok(()), Ok(())));
    let signature = |token: &str| token.rsplit_once('.').unwrap().1.to_owned();
    for (good, stolen) in [(&one, signature(&other)), (&other, signature(&one))] {
        let (signing_input, _) = good.rsplit_once('.').unwrap();
        assert_eq!(
            verdict(&format!("{signing_input}.{stolen}")),
            Err(Rejection::TokenSignature)
        );
    }
    assert_eq!(verdict(&format!("{one}=")), Err(Rejection::TokenMalformed));
    assert_eq!(verdict(&format!("{one}.")), Err(Rejection::TokenMalformed));
    assert_eq!(
        verdict(&format!("{one}{}", "A".repeat(8192))),
        Err(Rejection::TokenTooLong)
    );
}
