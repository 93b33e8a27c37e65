//! The compact serialisation of a JWS (RFC 7515, section 7.1): three segments of base64url.

use base64::Engine as _;

use crate::rejection::Rejection;

/// Longer tokens are refused before anything is decoded. Real tokens have a few hundred bytes.
pub(super) const MAX_LENGTH: usize = 8 * 1024;

/// A token cut into its segments, which are still encoded.
pub(super) struct Compact<'a> {
    /// What is signed: header and payload as sent, with the dot between them.
    pub(super) signing_input: &'a [u8],
    pub(super) header: Segment<'a>,
    pub(super) payload: Segment<'a>,
    pub(super) signature: Segment<'a>,
}

impl<'a> Compact<'a> {
    pub(super) fn split(token: &'a [u8]) -> Result<Self, Rejection> {
        if token.len() > MAX_LENGTH {
            return Err(Rejection::TokenTooLong);
        }
        let mut dots = memchr::memchr_iter(b'.', token);
        let (Some(first), Some(second)) = (dots.next(), dots.next()) else {
            return Err(Rejection::TokenMalformed);
        };
        match dots.take(3).count() {
            0 => Ok(Self {
                signing_input: &token[..second],
                header: Segment(&token[..first]),
                payload: Segment(&token[first + 1..second]),
                signature: Segment(&token[second + 1..]),
            }),
            // No token has a comma: a proxy has joined several.
            _ if token.contains(&b',') => Err(Rejection::TokenRepeated),
            2 if token.iter().copied().all(is_of_compact) => Err(Rejection::TokenEncrypted),
            _ => Err(Rejection::TokenMalformed),
        }
    }
}

fn is_of_compact(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// One segment: base64url, or anything else.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a>(pub(super) &'a [u8]);

impl Segment<'_> {
    /// The bytes, in `buffer`. Strict: no padding, no white space, and only one spelling of the same bytes.
    pub(super) fn decode(self, mut buffer: Vec<u8>) -> Result<Vec<u8>, Rejection> {
        buffer.clear();
        match BASE64URL.decode_vec(self.0, &mut buffer) {
            Ok(()) => Ok(buffer),
            Err(_) => Err(Rejection::TokenMalformed),
        }
    }

    /// The text, in `buffer`.
    pub(super) fn decode_text(self, buffer: Vec<u8>) -> Result<String, Rejection> {
        String::from_utf8(self.decode(buffer)?).map_err(|_| Rejection::TokenMalformed)
    }

    /// A buffer with room for the decoded segment.
    pub(super) fn buffer(self) -> Vec<u8> {
        Vec::with_capacity(base64::decoded_len_estimate(self.0.len()))
    }
}

use engine::BASE64URL;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod engine {
    use std::sync::LazyLock;

    use base64::engine::{Simd, general_purpose::NO_PAD};

    pub(super) static BASE64URL: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod engine {
    pub(super) use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn split(token: &str) -> Result<(), Rejection> {
        Compact::split(token.as_bytes()).map(drop)
    }

    fn decode(segment: &str) -> Result<Vec<u8>, Rejection> {
        Segment(segment.as_bytes()).decode(b"from before".to_vec())
    }

    #[test]
    fn segments() {
        let compact = Compact::split(b"YQ.YmM.ZGVm").unwrap();
        let text = |segment: Segment<'_>| segment.decode_text(segment.buffer()).unwrap();
        assert_eq!(compact.signing_input, b"YQ.YmM");
        let segments = [compact.header, compact.payload, compact.signature];
        assert_eq!(segments.map(text), ["a", "bc", "def"]);
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

    /// Long segments are decoded with other instructions than short ones.
    #[test]
    fn base64url_is_as_strict_in_long_segments() {
        let good = URL_SAFE_NO_PAD.encode((0..240).collect::<Vec<u8>>());
        for length in [good.len() - 65, good.len() - 1, good.len()] {
            let good = &good.as_bytes()[..length];
            for (place, byte) in (0..length).flat_map(|place| (0..=u8::MAX).map(move |byte| (place, byte))) {
                let mut segment = good.to_vec();
                segment[place] = byte;
                let expected = URL_SAFE_NO_PAD.decode(&segment).map_err(|_| Rejection::TokenMalformed);
                assert_eq!(Segment(&segment).decode(Vec::new()), expected, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn text_is_utf8() {
        let text = Segment(b"_w").decode_text(Vec::new());
        assert_eq!(text, Err(Rejection::TokenMalformed));
    }
}
