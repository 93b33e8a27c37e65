//! The account secret as `approov secret -get` prints it.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::config::Fault;

/// HS256 requires a key at least as long as its hash: RFC 7518, section 3.2.
const MIN_LENGTH: usize = 32;

/// The placeholders for the secret in Approov's quickstarts.
const PLACEHOLDERS: [&str; 4] = [
    "approov_base64_secret_here",
    "approov-base64-encoded-secret-here",
    "__ADD_HERE_THE_APPROOV_BASE64_SECRET__",
    "approov_base64url_secret_here",
];

/// The development secret that Approov publishes with its samples.
const PUBLISHED: &str = "h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==";

/// Padding is optional, because people paste both forms.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Some editors put a byte order mark in front of a text in UTF-8.
pub(super) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Decodes a secret in standard or URL-safe base64, padded or not, with white space anywhere. An error is the end of a
/// sentence that begins with the origin of the secret.
pub(super) fn decode_secret(text: &str) -> Result<Vec<u8>, Fault> {
    let text: String = without_byte_order_mark(text)
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    if text.is_empty() {
        return Err("is empty");
    }
    if PLACEHOLDERS
        .iter()
        .any(|placeholder| placeholder.eq_ignore_ascii_case(&text))
    {
        return Err("is still the placeholder of a quickstart; use the output of `approov secret -get base64`");
    }
    let secret = ENGINE
        .decode(text.replace('-', "+").replace('_', "/"))
        .map_err(|_| "is not base64; use the output of `approov secret -get base64`, unchanged")?;
    if secret.len() < MIN_LENGTH {
        return Err("is too short: the decoded secret must have at least 32 bytes");
    }
    Ok(secret)
}

/// Decodes one or more comma-separated secrets, the newest first.
pub(crate) fn decode_secrets(text: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let mut secrets = Vec::new();
    for secret in text.split(',') {
        if secret.trim().is_empty() && text.contains(',') {
            return Err("has an empty secret in its list");
        }
        let secret = decode_secret(secret)?;
        if secrets.contains(&secret) {
            return Err("has the same secret twice");
        }
        secrets.push(secret);
    }
    Ok(secrets)
}

/// The same fault for an account's message signing key, which another command prints.
pub(crate) fn of_message_signing_key(fault: Fault) -> String {
    fault.replace("secret -get base64", "secret -messageSigningKey get-base64url")
}

/// Whether this is the published development secret.
pub(super) fn is_published(secret: &[u8]) -> bool {
    ENGINE.decode(PUBLISHED).is_ok_and(|published| published == secret)
}

/// How a secret was probably spoilt, if it looks like it. A random secret looks like this less than once in 10^18
/// times.
///
/// A spoilt secret is strong enough to be a key, so it is not an error. But no genuine token is signed with it.
pub(super) fn likely_mistake(secret: &[u8]) -> Option<Fault> {
    let is_hex = |text: &[u8]| text.iter().all(u8::is_ascii_hexdigit);
    let is_base64 = |text: &[u8]| {
        text.iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(byte))
    };
    if secret.len() < MIN_LENGTH {
        None
    } else if is_hex(ENGINE.encode(secret).as_bytes()) {
        Some("was probably hex: it was read as base64, and it has hexadecimal digits only")
    } else if is_hex(secret) {
        Some("is probably the text of a secret in hex, in place of its bytes")
    } else if is_base64(secret) {
        Some("is probably in base64 twice, or was not decoded: its bytes are base64 again")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_were_spoilt() {
        let secret: Vec<u8> = (0..48).map(|n: u8| n.wrapping_mul(37)).collect();
        let hex = "0123456789abcdef".repeat(6);
        let base64 = ENGINE.encode(&secret);
        let mistake = |text: &str| likely_mistake(&decode_secret(text).unwrap());
        assert_eq!(mistake(&base64), None);
        assert_eq!(mistake(PUBLISHED), None);
        for hex in [&hex, &hex.to_uppercase(), &hex[..64]] {
            assert!(mistake(hex).is_some_and(|mistake| mistake.contains("was probably hex")));
            assert!(mistake(&ENGINE.encode(hex)).is_some_and(|mistake| mistake.contains("in hex")));
        }
        let url_safe = base64.replace('+', "-").replace('/', "_");
        for text in [&base64, &url_safe, base64.trim_end_matches('='), &format!("{base64}\n")] {
            assert!(mistake(&ENGINE.encode(text)).is_some_and(|mistake| mistake.contains("base64 twice")));
        }
        // A text of other characters may be somebody's secret.
        assert_eq!(likely_mistake(b"a secret of thirty-two characters!"), None);
    }

    #[test]
    fn either_alphabet_padded_or_not_wrapped_or_not() {
        let secret = decode_secret(PUBLISHED).unwrap();
        assert_eq!(secret.len(), 64);
        let url_safe = PUBLISHED.replace('+', "-").replace('/', "_");
        for text in [
            PUBLISHED.trim_end_matches('=').to_owned(),
            url_safe.trim_end_matches('=').to_owned(),
            format!(" {PUBLISHED}\n"),
            format!("\u{feff}{PUBLISHED}\n"),
            format!("{}\r\n\t{}\n", &PUBLISHED[..64], &PUBLISHED[64..]),
            format!("{}\n{}", &url_safe[..87], &url_safe[87..]),
            url_safe,
        ] {
            assert_eq!(decode_secret(&text).as_ref(), Ok(&secret), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_secret() {
        let error = |text: &str| decode_secret(text).unwrap_err();
        for text in ["", " ", "\n"] {
            assert!(error(text).contains("empty"), "{text:?}");
        }
        for text in PLACEHOLDERS {
            assert!(error(text).contains("placeholder"), "{text:?}");
            assert!(error(&format!(" {}\n", text.to_lowercase())).contains("placeholder"));
        }
        for text in [
            "not base64!",
            "a",
            &format!("{PUBLISHED}="),
            &format!("={PUBLISHED}"),
            &format!("{PUBLISHED}\u{feff}"),
            &format!("{PUBLISHED},{PUBLISHED}"),
            &format!("\"{PUBLISHED}\""),
            &PUBLISHED[..85],
            &format!("{}é", &PUBLISHED[..84]),
        ] {
            assert!(error(text).contains("not base64"), "{text:?}");
        }
        let short = ENGINE.encode([7; 31]);
        assert!(error(&short).contains("32 bytes"));
        assert!(decode_secret(&ENGINE.encode([7; 32])).is_ok());
    }

    #[test]
    fn several_secrets() {
        let text = |byte: u8| ENGINE.encode([byte; 32]);
        let (a, b) = (text(1), text(2));
        let both = Ok(vec![vec![1; 32], vec![2; 32]]);
        assert_eq!(decode_secrets(&format!("{a},{b}")), both);
        assert_eq!(decode_secrets(&format!(" {a} ,\n{b}\n")), both);
        assert_eq!(decode_secrets(&a), Ok(vec![vec![1; 32]]));
        for list in [",", &format!("{a},"), &format!(",{a}"), &format!("{a},,{b}")] {
            assert_eq!(decode_secrets(list), Err("has an empty secret in its list"), "{list}");
        }
        assert_eq!(decode_secrets(&format!("{a},{a}")), Err("has the same secret twice"));
        assert!(
            decode_secrets(&format!("{a},junk!"))
                .unwrap_err()
                .contains("not base64")
        );
        assert_eq!(decode_secrets(""), Err("is empty"));
    }

    #[test]
    fn the_published_secret_is_known_in_any_spelling() {
        let spelt = PUBLISHED.replace('+', "-").replace('/', "_");
        assert!(is_published(&decode_secret(spelt.trim_end_matches('=')).unwrap()));
        assert!(!is_published(&[7; 64]));
    }
}
