//! The `pay` claim: what a token is bound to.
//!
//! `pay = base64(SHA-256(value))`, where `value` is the whole value, `Bearer ` included. Several values are trimmed and
//! concatenated.

use super::header_value::trim;
use crate::crypto;

/// Whether `pay` binds the token to these values, none of which may be empty.
pub(crate) fn matches<V: AsRef<[u8]>>(pay: &str, values: &[V]) -> bool {
    let mut trimmed = values.iter().map(|value| trim(value.as_ref()));
    if values.is_empty() || trimmed.clone().any(<[u8]>::is_empty) {
        return false;
    }
    crypto::constant_time_eq(crypto::sha256_base64(trimmed.by_ref()).as_bytes(), pay.as_bytes())
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
}
