//! The value of the token header: a token, or what an app sends if it has none.

use crate::rejection::Rejection;

/// The words that the Approov SDK sends in place of a token that it could not get.
const STATUS_WORDS: [&str; 18] = [
    "NO_NETWORK",
    "POOR_NETWORK",
    "MITM_DETECTED",
    "UNTRUSTED_NETWORK",
    "NO_APPROOV_SERVICE",
    "UNKNOWN_URL",
    "UNPROTECTED_URL",
    "BAD_URL",
    "NOT_INITIALIZED",
    "NO_NETWORK_PERMISSION",
    "MISSING_LIB_DEPENDENCY",
    "INTERNAL_ERROR",
    "REJECTED",
    "DISABLED",
    "UNKNOWN_KEY",
    "BAD_KEY",
    "BAD_PAYLOAD",
    "SUCCESS",
];

const SCHEME: &[u8] = b"Bearer";

/// The token that a header value presents: without white space around it, and without a `Bearer ` prefix.
pub(crate) fn presented(value: &[u8]) -> &[u8] {
    without_scheme(trim(value))
}

/// Fails if the app says that it has no token: with an empty value or a status word.
pub(super) fn check_presented(presented: &[u8]) -> Result<(), Rejection> {
    if presented.is_empty() {
        return Err(Rejection::TokenEmpty);
    }
    if let Some(word) = STATUS_WORDS.iter().find(|word| word.as_bytes() == presented) {
        return Err(Rejection::TokenStatusWord { word });
    }
    Ok(())
}

fn without_scheme(value: &[u8]) -> &[u8] {
    match value.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => match rest {
            [] => rest,
            [b' ', ..] => trim(rest),
            _ => value,
        },
        _ => value,
    }
}

/// Removes the optional white space of RFC 9110, section 5.6.3, at both ends.
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

    fn presented_token(value: &[u8]) -> Result<&str, Rejection> {
        check_presented(presented(value))?;
        Ok(str::from_utf8(presented(value)).unwrap())
    }

    #[test]
    fn a_token_with_or_without_prefix() {
        for value in [
            "a.b.c",
            "Bearer a.b.c",
            "bearer a.b.c",
            "BEARER  a.b.c",
            " \ta.b.c\t ",
            "  bEaReR   a.b.c ",
        ] {
            assert_eq!(presented_token(value.as_bytes()), Ok("a.b.c"), "{value:?}");
        }
    }

    #[test]
    fn the_prefix_is_removed_once_and_only_as_a_word() {
        for (value, token) in [
            ("Bearer Bearer a.b.c", "Bearer a.b.c"),
            ("Bearera.b.c", "Bearera.b.c"),
            ("Bearer\ta.b.c", "Bearer\ta.b.c"),
            ("Basic a.b.c", "Basic a.b.c"),
            ("Digest a.b.c", "Digest a.b.c"),
        ] {
            assert_eq!(presented_token(value.as_bytes()), Ok(token));
        }
    }

    #[test]
    fn no_token() {
        for value in ["", " ", "\t", "Bearer", "bearer", "Bearer ", " Bearer\t "] {
            assert_eq!(
                presented_token(value.as_bytes()),
                Err(Rejection::TokenEmpty),
                "{value:?}"
            );
        }
        for word in STATUS_WORDS {
            let rejection = Err(Rejection::TokenStatusWord { word });
            assert_eq!(presented_token(word.as_bytes()), rejection);
            assert_eq!(presented_token(format!("Bearer {word}").as_bytes()), rejection);
            assert_eq!(
                presented_token(word.to_lowercase().as_bytes()),
                Ok(word.to_lowercase().as_str())
            );
        }
    }

    #[test]
    fn trimming_takes_spaces_and_tabs_only() {
        assert_eq!(trim(b" \t a b\t "), b"a b");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim(b""), b"");
        assert_eq!(trim("\u{a0}a".as_bytes()), "\u{a0}a".as_bytes());
    }
}
