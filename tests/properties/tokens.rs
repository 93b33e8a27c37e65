//! Whatever Approov mints is read as it was written, and is worth nothing once a byte of it is another.

use std::{fmt::Write as _, sync::LazyLock};

use actix_web::{http::header::HeaderValue, test::TestRequest};
use approov_actix::Approov;
use proptest::{collection, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use support::{
    keys::{ALGORITHMS, TestKey},
    second_opinion::{assert_same_claims, good_claims},
    tables::cells,
    token,
};

use super::{Change, verdict};
use crate::{approov, keys::algorithms};

/// One key of each algorithm, and a server for each alone.
static SERVERS: LazyLock<Vec<(TestKey, Approov)>> = LazyLock::new(|| {
    let server = |name| {
        let key = TestKey::new(name);
        let approov = algorithms::approov_with([algorithms::verifying(&key)]);
        (key, approov)
    };
    ALGORITHMS.map(server).into()
});

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(any::<String>(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Claims that are texts.
const TEXTS: [&str; 8] = ["iss", "sub", "did", "ip", "arc", "pay", "ipk", "mskid"];

/// What Approov may put into a token, and more of it than it does.
fn good() -> impl Strategy<Value = Map<String, Value>> {
    let text = || any::<String>().prop_map(Value::from);
    let audience = prop_oneof![text(), collection::vec(any::<String>(), 0..4).prop_map(Value::from)];
    let lifetime = prop_oneof![
        (60..100_000_u64).prop_map(|seconds| json!(token::now() + seconds)),
        (60.0..1e6).prop_map(|seconds: f64| json!(f64::from(u32::try_from(token::now()).unwrap()) + seconds)),
    ];
    let texts = select(TEXTS.to_vec());
    let claims = (
        collection::btree_map(texts, text(), 0..8),
        collection::btree_map("[a-z\\PC]{1,12}", json(), 0..4),
        proptest::option::of(audience),
        proptest::option::of(0..2_000_000_000_u64),
        lifetime,
    );
    claims.prop_map(|(texts, others, audience, issued, expiry)| {
        // What the library reads has its type.
        let read = [&TEXTS[..], &["aud", "iat", "exp", "nbf"]].concat();
        let others = others.into_iter().filter(|(name, _)| !read.contains(&name.as_str()));
        let texts = texts.into_iter().map(|(name, text)| (name.to_owned(), text));
        let mut claims: Map<String, Value> = others.chain(texts).collect();
        claims.extend(audience.map(|audience| ("aud".to_owned(), audience)));
        claims.extend(issued.map(|issued| ("iat".to_owned(), issued.into())));
        claims.insert("exp".to_owned(), expiry);
        claims
    })
}

/// A text of the same JSON value with blanks and escapes that a minter may use.
fn spelt(claims: &Map<String, Value>, is_pretty: bool, is_escaped: bool) -> String {
    let text = if is_pretty {
        serde_json::to_string_pretty(claims).unwrap()
    } else {
        serde_json::to_string(claims).unwrap()
    };
    if !is_escaped {
        return text;
    }
    let mut escaped = String::new();
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ (b' '..=b'~' | b'\n')) => escaped.push(byte.into()),
            _ => write!(escaped, "\\u{unit:04x}").unwrap(),
        }
    }
    escaped
}

fn header(approov: &Approov, value: HeaderValue) -> actix_web::HttpRequest {
    let request = TestRequest::default().app_data(approov.clone());
    request.insert_header(("Approov-Token", value)).to_http_request()
}

proptest! {
    #[test]
    fn what_is_minted_is_read_as_it_was_written(claims in good(), is_pretty: bool, is_escaped: bool) {
        let text = spelt(&claims, is_pretty, is_escaped);
        let token = token::sign(token::SECRET, r#"{"alg":"HS256"}"#, &text);
        prop_assume!(token.len() <= 8192);
        let verified = approov().verify_token(&token).unwrap();
        assert_same_claims(&verified, &serde_json::from_str(&text).unwrap());
        assert_same_claims(&verified, &good_claims(token.as_bytes(), token::SECRET).unwrap());
    }

    #[test]
    fn by_every_algorithm(claims in good(), server in 0..ALGORITHMS.len()) {
        let (key, approov) = &SERVERS[server];
        let text = spelt(&claims, false, false);
        let token = key.sign(&json!({ "alg": key.algorithm() }).to_string(), &text);
        prop_assume!(token.len() <= 8192);
        assert_same_claims(&approov.verify_token(&token).unwrap(), &serde_json::from_str(&text).unwrap());
        for (other, approov) in SERVERS.iter().filter(|(other, _)| other.algorithm() != key.algorithm()) {
            prop_assert!(approov.verify_token(&token).is_err(), "{}", other.algorithm());
        }
    }

    /// Also where the token itself is cached.
    #[test]
    fn one_changed_byte_is_a_refusal(server in 0..ALGORITHMS.len(), change in Change::any(), is_remembered: bool) {
        static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| SERVERS.iter().map(|(key, _)| key.token(None)).collect());
        let (approov, token) = (&SERVERS[server].1, &TOKENS[server]);
        if is_remembered {
            prop_assert!(verdict(&header(approov, HeaderValue::from_str(token).unwrap())).is_ok());
        }
        if let Some(changed) = change.of(token.as_bytes()) {
            prop_assert!(verdict(&header(approov, HeaderValue::from_bytes(&changed).unwrap())).is_err());
        }
    }

    /// With a good signature, as only Approov can make them: nothing is read where two readers could read two things.
    #[test]
    fn whatever_is_signed_is_read_as_the_other_reader_does(payload in prop_oneof![any::<String>(), json().prop_map(|json| json.to_string()), mangled()]) {
        let token = token::sign(token::SECRET, r#"{"alg":"HS256"}"#, &payload);
        if let Ok(claims) = approov().verify_token(&token) {
            assert_same_claims(&claims, &good_claims(token.as_bytes(), token::SECRET).unwrap());
        }
    }
}

/// Good claims with some piece put in somewhere.
fn mangled() -> impl Strategy<Value = String> {
    let table = r#","exp":1 | "exp" | null | \u0000 | \ud800 | { | } | [ | ] | : | , | ␠ | ␊ | - | e9 | 1e999 | " | \"#;
    let piece = select([cells(table), vec!["\u{feff}".to_owned()]].concat());
    (good(), any::<prop::sample::Index>(), piece).prop_map(|(claims, place, piece)| {
        let mut text = spelt(&claims, false, true);
        text.insert_str(place.index(text.len() + 1), &piece);
        text
    })
}
