//! Every token of the corpus, through each of the three ways to protect a handler and through
//! [`Approov::verify_token`].

use std::str;

use approov_actix::{Approov, ApproovBuilder, Key};
use support::{
    corpus::{Attack, NOT_HTTP, tokens},
    token::SECRET,
};

use super::served::{Served, get};
use crate::{
    builder,
    ways::{WAYS, configure},
};

pub(super) fn serve(builder: ApproovBuilder) -> Served {
    Served::new(builder, configure)
}

/// HTTP has no place for a control character in a header but the tab (RFC 9110, section 5.5): such rows are answered by
/// actix itself, with 400, and reach the library as text alone. A line end ends the line: these rows are no header at
/// all, and only text.
fn over_http(row: &Attack) -> Option<&'static str> {
    if row.value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        None
    } else if row.value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        Some(NOT_HTTP)
    } else {
        Some(row.refusal)
    }
}

fn token_line(value: &[u8]) -> Vec<u8> {
    [b"Approov-Token: ", value, b"\r\n"].concat()
}

/// Every row is refused for its reason, whichever way it comes, and genuine tokens pass before and after.
fn assert_refused(served: &Served, good: &str, rows: &[Attack]) {
    let accepts_good = || {
        for way in WAYS {
            served.accepts(good, &get(way, &token_line(good.as_bytes())));
        }
        assert!(served.approov().verify_token(good).is_ok());
    };
    accepts_good();
    for row in rows {
        if let Some(refusal) = over_http(row) {
            for way in WAYS {
                let name = format!("{}, {way}", row.name);
                served.refuses(&name, &get(way, &token_line(&row.value)), refusal);
            }
        }
        if let Ok(text) = str::from_utf8(&row.value) {
            let refused = served
                .approov()
                .verify_token(text)
                .map_err(|rejection| rejection.to_string());
            assert_eq!(refused.err().as_deref(), Some(row.refusal), "{}", row.name);
        }
    }
    accepts_good();
}

#[actix_web::test]
async fn each_token_is_refused_for_its_reason() {
    assert_refused(&serve(builder()), &support::token::good(), &tokens::tokens());
}

/// An unknown id is the reason only where every key has one.
#[actix_web::test]
async fn each_key_id_is_compared_and_nothing_else() {
    let key = Key::from_base64_secret(SECRET).unwrap().with_key_id(tokens::KID);
    let served = serve(Approov::builder().keys(key));
    assert_refused(&served, &support::token::good(), &tokens::tokens_for_a_key_with_an_id());
}

#[actix_web::test]
async fn each_issuer_and_audience_is_compared_whole() {
    let served = serve(builder().issuer(tokens::ISSUER).audience(tokens::AUDIENCE));
    let claims = serde_json::json!({ "iss": tokens::ISSUER, "aud": ["x", tokens::AUDIENCE] });
    let good = support::token::with(&claims);
    assert_refused(&served, &good, &tokens::tokens_for_an_issuer_and_an_audience());
}

/// What is next to an attack and is none.
#[actix_web::test]
async fn odd_tokens_that_are_good_pass() {
    let served = serve(builder());
    for (name, token) in tokens::odd_but_good() {
        for way in WAYS {
            let request = get(way, &token_line(token.as_bytes()));
            served.accepts(&format!("{name}, {way}"), &request);
        }
        assert!(served.approov().verify_token(&token).is_ok(), "{name}");
    }
}
