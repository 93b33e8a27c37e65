//! The compact serialisation of a JWS (RFC 7515, section 7.1): three segments of base64url.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::rejection::Rejection;

/// Longer tokens are refused before anything is decoded. Real tokens have a few hundred bytes.
pub(super) const MAX_LENGTH: usize = 8 * 1024;

/// A token cut into its segments, which are still encoded.
pub(super) struct Compact<'a> {
    /// What is signed: header and payload as sent, with the dot between them.
    pub(super) signing_input: &'a [u8],
    pub(super) header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    pub(super) fn split(token: &'a str) -> Result<Self, Rejection> {
        if token.len() > MAX_LENGTH {
            return Err(Rejection::TokenTooLong);
        }
        let mut segments = token.split('.');
        let (Some(header), Some(payload), Some(signature)) = (segments.next(), segments.next(), segments.next()) else {
            return Err(Rejection::TokenMalformed);
        };
        match segments.take(3).count() {
            0 => Ok(Self {
                signing_input: &token.as_bytes()[..header.len() + 1 + payload.len()],
                header,
                payload,
                signature,
            }),
            // A comma is in no token: a proxy has joined several.
            _ if token.contains(',') => Err(Rejection::TokenRepeated),
            2 if token.bytes().all(is_of_compact) => Err(Rejection::TokenEncrypted),
            _ => Err(Rejection::TokenMalformed),
        }
    }

    pub(super) fn header_text(&self) -> Result<String, Rejection> {
        decode_text(self.header)
    }

    pub(super) fn payload(&self) -> Result<String, Rejection> {
        decode_text(self.payload)
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, Rejection> {
        decode(self.signature)
    }
}

fn is_of_compact(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Strict: no padding, no white space, and only one spelling of the same bytes.
fn decode(segment: &str) -> Result<Vec<u8>, Rejection> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| Rejection::TokenMalformed)
}

fn decode_text(segment: &str) -> Result<String, Rejection> {
    String::from_utf8(decode(segment)?).map_err(|_| Rejection::TokenMalformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(token: &str) -> Result<(), Rejection> {
        Compact::split(token).map(drop)
    }

    #[test]
    fn segments() {
        let compact = Compact::split("YQ.YmM.ZGVm").unwrap();
        assert_eq!(compact.signing_input, b"YQ.YmM");
        assert_eq!(compact.header_text().unwrap(), "a");
        assert_eq!(compact.payload().unwrap(), "bc");
        assert_eq!(compact.signature().unwrap(), b"def");
    }

    #[test]
    fn three_segments_and_no_other_number() {
        assert_eq!(split("a.b.c"), Ok(()));
        assert_eq!(split("a.b.c.d.e"), Err(Rejection::TokenEncrypted));
        assert_eq!(split("a.b.c, a.b.c"), Err(Rejection::TokenRepeated));
        assert_eq!(split("a.b.c,a.b.c,a.b.c"), Err(Rejection::TokenRepeated));
        for token in ["", "a", "a.b", "a.b.c.d", "a.b.c.d.e.f", "a.b.c d.e.f", "a.b.c;d.e.f"] {
            assert_eq!(split(token), Err(Rejection::TokenMalformed), "{token}");
        }
    }

    #[test]
    fn length() {
        let token = |length: usize| format!("a.b.{}", "c".repeat(length - 4));
        assert_eq!(split(&token(8192)), Ok(()));
        assert_eq!(split(&token(8193)), Err(Rejection::TokenTooLong));
        assert_eq!(split(&".".repeat(8193)), Err(Rejection::TokenTooLong));
    }

    #[test]
    fn base64url_is_strict() {
        assert_eq!(decode("_-8"), Ok(vec![0xff, 0xef]));
        for segment in ["/+8", "_-8=", "_-9", "_ -8", "_-8\n", "_", "_-8==", "é"] {
            assert_eq!(decode(segment), Err(Rejection::TokenMalformed), "{segment:?}");
        }
    }

    #[test]
    fn text_is_utf8() {
        assert_eq!(decode_text("_w"), Err(Rejection::TokenMalformed));
    }
}
