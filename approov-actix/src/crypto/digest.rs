//! Hashes, and a comparison for values that must not be guessed byte by byte.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Padded standard base64 of the SHA-256 of the concatenated `parts`: the form of the `pay` claim.
pub(crate) fn sha256_base64<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    STANDARD.encode(sha256_of(parts))
}

/// Which hash a [`Hasher`](super::Hasher) computes.
#[cfg(feature = "message-signing")]
#[derive(Clone, Copy)]
pub(crate) enum Hash {
    Sha256,
    Sha512,
}

/// SHA-256 of the concatenated `parts`.
pub(crate) fn sha256_of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Takes the same time wherever two values of the same length differ.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples of Approov's samples.
    #[test]
    fn sha256_base64_concatenates_without_separator() {
        assert_eq!(
            sha256_base64([b"Bearer myauth_token".as_slice(), b"my-device-id"]),
            "71tnS3rSq2lanEWrKz4MoexiOMtv7w0fspfM8BAQKNU="
        );
        assert_eq!(
            sha256_base64([b"ExampleAuthToken==".as_slice(), b"ContentDigest=="]),
            "rncT7suIJjAlDTXvL3eVAuJYyRgKAnOe13eUaq9xHCQ="
        );
    }
}
