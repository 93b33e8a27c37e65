//! The value of the token header: as it comes, and with a good signature of whatever header and payload the fuzzer
//! thinks of.
use std::sync::LazyLock;

use actix_web::{FromRequest as _, http::header::HeaderValue, test::TestRequest};
use approov_actix::{Approov, ApproovClaims, Key, Rejection};
use futures_util::FutureExt as _;
use support::{
    placeholders::filled,
    second_opinion::{assert_same_claims, good_claims},
    token::{SECRET, sign_bytes},
};

static APPROOV: LazyLock<Approov> = LazyLock::new(|| {
    let key = Key::from_base64_secret(SECRET).unwrap();
    Approov::builder().keys(key).logging(false).build().unwrap()
});

pub fn check(input: &[u8]) {
    let value = signed(input).unwrap_or_else(|| filled(input));
    let Ok(header) = HeaderValue::from_bytes(&value) else {
        return;
    };
    let verdict = verdict(header);
    match (&verdict, good_claims(&value, SECRET)) {
        (Ok(claims), Some(expected)) => assert_same_claims(claims, &expected),
        (Ok(_), None) => panic!("let in"),
        (Err(_), _) => {}
    }
    if let Ok(text) = std::str::from_utf8(&value) {
        let again = APPROOV.verify_token(text);
        assert_eq!(again.map(drop), verdict.map(drop));
    }
}

/// `S`, a header, a null byte and a payload.
fn signed(input: &[u8]) -> Option<Vec<u8>> {
    let parts = input.strip_prefix(b"S")?;
    let end = parts.iter().position(|byte| *byte == 0)?;
    Some(sign_bytes(SECRET, &parts[..end], &parts[end + 1..]).into())
}

fn verdict(value: HeaderValue) -> Result<ApproovClaims, Rejection> {
    let request = TestRequest::default()
        .app_data(APPROOV.clone())
        .insert_header(("approov-token", value))
        .to_http_request();
    let claims = ApproovClaims::extract(&request).now_or_never().unwrap();
    claims.map_err(|error| error.rejection())
}
