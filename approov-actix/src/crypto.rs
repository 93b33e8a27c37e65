//! The only module that calls a crypto backend: verify these bytes with this key.
//!
//! Verifiers are made by one backend's own factory and never by jsonwebtoken's process-wide default, which panics when
//! another crate of the program has turned the second backend on.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{DecodingKey, crypto::CryptoProvider};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

#[cfg(feature = "aws-lc-rs")]
fn backend() -> &'static CryptoProvider {
    &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER
}

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
fn backend() -> &'static CryptoProvider {
    &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!(
    "approov-actix needs a crypto backend: keep its default features, or turn on one of the features `aws-lc-rs` and `rust-crypto`"
);

/// Lets the message above be the only error of a build without a backend.
#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
fn backend() -> &'static CryptoProvider {
    unreachable!()
}

/// A signature algorithm of RFC 7518, section 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Hs256,
}

impl Algorithm {
    /// The name as it stands in the `alg` member of a token's header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
        }
    }

    fn to_backend(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
        }
    }
}

/// A key together with the only algorithm it is ever used with.
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl VerifyingKey {
    pub(crate) fn hs256(secret: &[u8]) -> Self {
        Self {
            algorithm: Algorithm::Hs256,
            key: DecodingKey::from_secret(secret),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's signature of `message`. MACs are compared in constant time, by the backend.
    pub(crate) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        #[cfg(test)]
        VERIFICATIONS.with(|count| count.set(count.get() + 1));

        (backend().verifier_factory)(&self.algorithm.to_backend(), &self.key)
            .is_ok_and(|verifier| verifier.verify(message, signature).is_ok())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// An HS256 signature.
#[cfg(feature = "testing")]
pub(crate) fn sign_hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    use jsonwebtoken::EncodingKey;

    #[allow(
        clippy::expect_used,
        reason = "for tests; HMAC takes keys and messages of any length"
    )]
    (backend().signer_factory)(&Algorithm::Hs256.to_backend(), &EncodingKey::from_secret(secret))
        .and_then(|signer| Ok(signer.try_sign(message)?))
        .expect("a signature")
}

/// Padded standard base64 of the SHA-256 of `parts`, one after the other: the form of the `pay` claim.
pub(crate) fn sha256_base64<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    STANDARD.encode(hash.finalize())
}

/// Equality that takes equally long wherever two values of one length differ.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
thread_local! {
    /// How many signatures this thread has verified.
    pub(crate) static VERIFICATIONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.1.
    #[test]
    fn hs256_test_vector() {
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let secret = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let message = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD
            .decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
            .unwrap();
        let key = VerifyingKey::hs256(&secret);

        assert!(key.verifies(message, &signature));
        assert!(!key.verifies(&message[1..], &signature));
        assert!(!key.verifies(message, &signature[..31].to_vec()));
        assert!(!key.verifies(message, &[signature.as_slice(), &[0]].concat()));
        assert!(!key.verifies(message, &Vec::new()));
        assert!(!VerifyingKey::hs256(&secret[1..]).verifies(message, &signature));
    }

    #[test]
    fn debug_shows_no_key() {
        let key = VerifyingKey::hs256(b"0123456789abcdef0123456789abcdef");
        assert_eq!(format!("{key:?}"), "VerifyingKey { algorithm: Hs256, .. }");
    }

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
