//! The only module that calls a crypto backend: verify these bytes with this key.
//!
//! Verifiers are made by one backend's own factory and never by jsonwebtoken's process-wide default, which panics when
//! another crate of the program has turned the second backend on.

mod lasting_key;

use std::fmt;

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    DecodingKey,
    crypto::{CryptoProvider, JwtVerifier},
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

pub(crate) use self::lasting_key::LastingKey;
use crate::algorithm::Algorithm;

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

/// What a key is made of, in the encoding that every backend takes.
#[derive(Clone, Copy)]
pub(crate) enum KeyMaterial<'a> {
    Secret(&'a [u8]),
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
    /// An uncompressed point (SEC 1, section 2.3.3).
    Ec(&'a [u8]),
    Ed25519(&'a [u8; 32]),
}

/// A key together with the only algorithm it is ever used with. For a few messages; one for many is a [`LastingKey`].
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
    /// Of an RSA key.
    modulus: Option<Vec<u8>>,
    /// A point, which AWS-LC would read anew for each signature.
    #[cfg(feature = "aws-lc-rs")]
    point: Option<ParsedPublicKey>,
}

impl VerifyingKey {
    /// A key of the type that the algorithm takes. None if the backend cannot use it: a point that is not on the curve.
    pub(crate) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Option<Self> {
        let key = match material {
            KeyMaterial::Secret(secret) => DecodingKey::from_secret(secret),
            KeyMaterial::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
            KeyMaterial::Ec(point) => DecodingKey::from_ec_der(point),
            KeyMaterial::Ed25519(key) => DecodingKey::from_ed_der(key),
        };
        let modulus = match material {
            KeyMaterial::Rsa { n, .. } => Some(n.to_vec()),
            _ => None,
        };
        let key = Self {
            algorithm,
            key,
            modulus,
            #[cfg(feature = "aws-lc-rs")]
            point: match material {
                KeyMaterial::Ec(_) | KeyMaterial::Ed25519(_) => Some(parse_point(algorithm, material)?),
                _ => None,
            },
        };
        key.verifier().is_some().then_some(key)
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's signature of `message`. MACs are compared in constant time, by the backend.
    #[cfg(any(feature = "message-signing", test))]
    pub(crate) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        self.verifies_by(message, signature, |accepts| {
            self.verifier().is_some_and(|verifier| accepts(&*verifier))
        })
    }

    /// Needs one of this key's verifiers only where there is no quicker way.
    fn verifies_by(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
        ask_verifier: impl FnOnce(&dyn Fn(&dyn JwtVerifier) -> bool) -> bool,
    ) -> bool {
        #[cfg(test)]
        VERIFICATIONS.with(|count| count.set(count.get() + 1));

        #[cfg(feature = "aws-lc-rs")]
        if let Some(point) = &self.point {
            return point.verify_sig(message, signature).is_ok();
        }
        self.is_in_range(signature) && ask_verifier(&|verifier| verifier.verify(message, signature).is_ok())
    }

    /// An RSA signature is a number below the modulus, in as many bytes: RFC 8017, sections 8.1.2 and 5.2.2. RustCrypto's PSS takes larger
    /// ones as well, which would give each token a second spelling.
    fn is_in_range(&self, signature: &[u8]) -> bool {
        self.modulus
            .as_deref()
            .is_none_or(|modulus| signature.len() == modulus.len() && signature < modulus)
    }

    fn verifier(&self) -> Option<Box<dyn JwtVerifier>> {
        (backend().verifier_factory)(&to_backend(self.algorithm), &self.key).ok()
    }
}

/// AWS-LC's verifiers read a public key when they are used; this reads it beforehand. RSA numbers need no more than the check of
/// their sizes. Of an Ed25519 key it takes any 32 bytes; one that is no point verifies nothing.
#[cfg(feature = "aws-lc-rs")]
fn parse_point(algorithm: Algorithm, material: KeyMaterial<'_>) -> Option<ParsedPublicKey> {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519};

    let parsed = match (algorithm, material) {
        (Algorithm::ES256, KeyMaterial::Ec(point)) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
        (Algorithm::ES384, KeyMaterial::Ec(point)) => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
        (Algorithm::EdDSA, KeyMaterial::Ed25519(key)) => ParsedPublicKey::new(&ED25519, key),
        _ => return None,
    };
    parsed.ok()
}

fn to_backend(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::HS256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::HS384 => jsonwebtoken::Algorithm::HS384,
        Algorithm::HS512 => jsonwebtoken::Algorithm::HS512,
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::RS384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::RS512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::PS256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::PS384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::PS512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::ES384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDSA => jsonwebtoken::Algorithm::EdDSA,
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// A signature. For tests and development.
#[cfg(feature = "testing")]
pub(crate) fn sign(algorithm: Algorithm, key: &jsonwebtoken::EncodingKey, message: &[u8]) -> Option<Vec<u8>> {
    let signer = (backend().signer_factory)(&to_backend(algorithm), key).ok()?;
    signer.try_sign(message).ok()
}

/// A key for [`sign`] with HS256.
#[cfg(feature = "testing")]
pub(crate) fn hs256_signing_key(secret: &[u8]) -> jsonwebtoken::EncodingKey {
    jsonwebtoken::EncodingKey::from_secret(secret)
}

/// A key for [`sign`] with ES256, from PKCS#8, and its public key as an uncompressed point.
#[cfg(all(feature = "testing", feature = "message-signing"))]
pub(crate) fn es256_signing_key(pkcs8: &[u8]) -> Option<(jsonwebtoken::EncodingKey, Vec<u8>)> {
    let components = backend().key_utils.ec_pub_components_from_private_key;
    let (_, x, y) = components(pkcs8, jsonwebtoken::Algorithm::ES256).ok()?;
    let point = [&[4], x.as_slice(), &y].concat();
    Some((jsonwebtoken::EncodingKey::from_ec_der(pkcs8), point))
}

/// How TLS is spoken to an address of keys.
#[cfg(feature = "jwks-url")]
pub(crate) fn tls_provider() -> rustls::crypto::CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let provider = rustls::crypto::ring::default_provider();
    provider
}

/// Padded standard base64 of the SHA-256 of `parts`, one after the other: the form of the `pay` claim.
pub(crate) fn sha256_base64<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    STANDARD.encode(hash.finalize())
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// SHA-512.
#[cfg(feature = "message-signing")]
pub(crate) fn sha512(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha512::digest(bytes).to_vec()
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

    fn hs256(secret: &[u8]) -> VerifyingKey {
        VerifyingKey::new(Algorithm::HS256, KeyMaterial::Secret(secret)).unwrap()
    }

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
        let key = hs256(&secret);

        assert!(key.verifies(message, &signature));
        assert!(!key.verifies(&message[1..], &signature));
        assert!(!key.verifies(message, &signature[..31].to_vec()));
        assert!(!key.verifies(message, &[signature.as_slice(), &[0]].concat()));
        assert!(!key.verifies(message, &Vec::new()));
        assert!(!hs256(&secret[1..]).verifies(message, &signature));
    }

    #[test]
    fn debug_shows_no_key() {
        let key = hs256(b"0123456789abcdef0123456789abcdef");
        assert_eq!(format!("{key:?}"), "VerifyingKey { algorithm: HS256, .. }");
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
