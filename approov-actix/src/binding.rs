//! The `pay` claim against header values.
//!
//! `pay = base64(SHA-256(value))`, over the whole value, `Bearer ` included; several values are trimmed and concatenated.

use actix_web::http::header::HeaderMap;

use crate::{
    crypto,
    policy::{BoundHeaders, EffectivePolicy},
    rejection::Rejection,
    token::ApproovClaims,
};

/// Checks that the request has each bound header once and not empty, then that the token has `pay`, then that they match.
pub(crate) fn check(headers: &HeaderMap, policy: &EffectivePolicy, claims: &ApproovClaims) -> Result<(), Rejection> {
    if policy.binding.is_empty() {
        return Ok(());
    }
    let values = bound_values(headers, &policy.binding)?;
    match claims.token_binding() {
        None if policy.allow_missing_binding_claim => Ok(()),
        None => Err(Rejection::BindingClaimMissing),
        Some(pay) if matches(pay, &values) => Ok(()),
        Some(_) => Err(Rejection::BindingMismatch),
    }
}

/// Whether `pay` is the binding to these values, of which none may be empty.
pub(crate) fn matches<V: AsRef<[u8]>>(pay: &str, values: &[V]) -> bool {
    let mut trimmed = values.iter().map(|value| trim(value.as_ref()));
    if values.is_empty() || trimmed.clone().any(<[u8]>::is_empty) {
        return false;
    }
    crypto::constant_time_eq(crypto::sha256_base64(trimmed.by_ref()).as_bytes(), pay.as_bytes())
}

fn bound_values<'a>(headers: &'a HeaderMap, names: &BoundHeaders) -> Result<Vec<&'a [u8]>, Rejection> {
    names
        .iter()
        .map(|name| {
            let mut lines = headers.get_all(name);
            let value = lines.next().ok_or(Rejection::BindingHeaderMissing)?;
            if lines.next().is_some() {
                return Err(Rejection::BindingHeaderRepeated);
            }
            match trim(value.as_bytes()) {
                [] => Err(Rejection::BindingHeaderMissing),
                value => Ok(value),
            }
        })
        .collect()
}

/// Without the optional white space of RFC 9110, section 5.6.3, at either end.
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().take_while(|byte| is_space(byte)).count();
    let value = &value[start..];
    let end = value.iter().rev().take_while(|byte| is_space(byte)).count();
    &value[..value.len() - end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEARER: &str = "71tnS3rSq2lanEWrKz4MoexiOMtv7w0fspfM8BAQKNU=";

    #[test]
    fn values_are_trimmed_and_joined_in_order() {
        assert!(matches(BEARER, &["Bearer myauth_token", "my-device-id"]));
        assert!(matches(BEARER, &[" Bearer myauth_token\t", "\tmy-device-id "]));
        assert!(!matches(BEARER, &["my-device-id", "Bearer myauth_token"]));
        assert!(!matches(BEARER, &["Bearer myauth_token"]));
        assert!(!matches(BEARER, &["myauth_token", "my-device-id"]));
        assert!(!matches(BEARER, &["bearer myauth_token", "my-device-id"]));
    }

    #[test]
    fn pay_must_be_the_padded_standard_form() {
        let values = ["Bearer myauth_token", "my-device-id"];
        for pay in [
            BEARER.trim_end_matches('='),
            &BEARER.to_lowercase(),
            &format!("{BEARER} "),
            &format!("{BEARER}="),
            "",
        ] {
            assert!(!matches(pay, &values), "{pay}");
        }
    }

    #[test]
    fn nothing_is_bound_to_an_empty_value() {
        let pay = crypto::sha256_base64([b"".as_slice()]);
        assert!(!matches(&pay, &[""]));
        assert!(!matches(&pay, &[" \t"]));
        assert!(!matches::<&str>(&pay, &[]));

        let pay = crypto::sha256_base64([b"a".as_slice()]);
        assert!(matches(&pay, &["a"]));
        assert!(!matches(&pay, &["a", ""]));
    }

    #[test]
    fn trimming_takes_spaces_and_tabs_only() {
        assert_eq!(trim(b" \t a b\t "), b"a b");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim(b""), b"");
        assert_eq!(trim("\u{a0}a".as_bytes()), "\u{a0}a".as_bytes());
    }
}
