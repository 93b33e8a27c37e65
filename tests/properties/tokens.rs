//! Whatever Approov mints is read as it was written, and is worth nothing once a byte of it is another.

use std::{fmt::Write as _, sync::LazyLock};

use actix_web::{http::header::HeaderValue, test::TestRequest};
use approov_actix::Approov;
use proptest::{collection, option, prelude::*, sample::select};
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
const TEXTS: &[&str] = &["iss", "sub", "did", "ip", "arc", "pay", "ipk", "mskid"];

/// What Approov may put into a token, and more of it than it does.
fn good() -> impl Strategy<Value = Map<String, Value>> {
    let text = || any::<String>().prop_map(Value::from);
    let audience = prop_oneof![text(), collection::vec(any::<String>(), 0..4).prop_map(Value::from)];
    let claims = (
        collection::btree_map("[a-z\\PC]{1,12}", json(), 0..4),
        collection::btree_map(select(TEXTS), text(), 0..8),
        option::of(audience),
        option::of(0..2_000_000_000_u64),
        60.0..1e6,
    );
    claims.prop_map(|(others, texts, audience, issued, lifetime): (_, _, _, _, f64)| {
        let mut claims: Map<_, _> = others.into_iter().collect();
        // What the library reads has its type.
        claims.retain(|name, _| !TEXTS.contains(&&**name) && !["aud", "iat", "nbf"].contains(&&**name));
        claims.extend(texts.into_iter().map(|(name, text)| (name.to_owned(), text)));
        claims.extend(audience.map(|audience| ("aud".to_owned(), audience)));
        claims.extend(issued.map(|issued| ("iat".to_owned(), issued.into())));
        let now = f64::from(u32::try_from(token::now()).unwrap());
        claims.insert("exp".to_owned(), json!(now + lifetime));
        claims
    })
}

/// A text of the same JSON value with blanks and escapes that a minter may use.
fn spelt(claims: &Map<String, Value>, is_plain: bool) -> String {
    if is_plain {
        return serde_json::to_string(claims).unwrap();
    }
    let mut escaped = String::new();
    for unit in serde_json::to_string_pretty(claims).unwrap().encode_utf16() {
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
    fn what_is_minted_is_read_as_it_was_written(claims in good(), is_plain: bool) {
        let text = spelt(&claims, is_plain);
        let token = token::sign(token::SECRET, r#"{"alg":"HS256"}"#, &text);
        prop_assume!(token.len() <= 8192);
        let verified = approov().verify_token(&token).unwrap();
        assert_same_claims(&verified, &serde_json::from_str(&text).unwrap());
        assert_same_claims(&verified, &good_claims(token.as_bytes(), token::SECRET).unwrap());
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
        let mut text = spelt(&claims, false);
        text.insert_str(place.index(text.len() + 1), &piece);
        text
    })
}
