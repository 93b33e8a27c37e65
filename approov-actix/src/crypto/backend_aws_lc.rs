//! AWS-LC.

#[cfg(feature = "message-signing")]
use aws_lc_rs::digest;
use aws_lc_rs::{
    hmac,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey},
};
use jsonwebtoken::crypto::{CryptoProvider, aws_lc::DEFAULT_PROVIDER};

#[cfg(feature = "message-signing")]
use super::digest::Hash;
use super::{
    algorithm::Algorithm,
    material::{KeyMaterial, NotOnCurve},
};

pub(super) static PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// A key that is parsed once: AWS-LC's verifiers would parse it for each signature. AWS-LC accepts any 32 bytes as an
/// Ed25519 key. A key that is not a point verifies nothing.
pub(super) enum PreparedKey {
    Secret(Box<hmac::Key>),
    Point(ParsedPublicKey),
}

impl PreparedKey {
    /// None for RSA, whose numbers need only a check of their sizes.
    pub(super) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Option<Self>, NotOnCurve> {
        let parsed = match (algorithm, material) {
            (Algorithm::HS256, KeyMaterial::Secret(secret)) => return Ok(Some(Self::mac(hmac::HMAC_SHA256, secret))),
            (Algorithm::HS384, KeyMaterial::Secret(secret)) => return Ok(Some(Self::mac(hmac::HMAC_SHA384, secret))),
            (Algorithm::HS512, KeyMaterial::Secret(secret)) => return Ok(Some(Self::mac(hmac::HMAC_SHA512, secret))),
            (Algorithm::ES256, KeyMaterial::Ec(point)) => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
            (Algorithm::ES384, KeyMaterial::Ec(point)) => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
            (Algorithm::EdDSA, KeyMaterial::Ed25519(key)) => ParsedPublicKey::new(&ED25519, key),
            (_, KeyMaterial::Ec(_) | KeyMaterial::Ed25519(_)) => return Err(NotOnCurve),
            _ => return Ok(None),
        };
        parsed.map(|point| Some(Self::Point(point))).map_err(|_| NotOnCurve)
    }

    fn mac(algorithm: hmac::Algorithm, secret: &[u8]) -> Self {
        Self::Secret(Box::new(hmac::Key::new(algorithm, secret)))
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Point(key) => key.verify_sig(message, signature).is_ok(),
        }
    }
}

/// For large data that comes in parts. On processors without instructions for hashing, AWS-LC is faster than `sha2`.
#[cfg(feature = "message-signing")]
pub(crate) struct Hasher(digest::Context);

#[cfg(feature = "message-signing")]
impl Hasher {
    pub(crate) fn new(hash: Hash) -> Self {
        Self(digest::Context::new(match hash {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha512 => &digest::SHA512,
        }))
    }

    pub(crate) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}

/// The TLS implementation for addresses of keys and for stores.
#[cfg(any(feature = "jwks-url", feature = "single-use-redis-rustls"))]
pub(crate) fn tls_provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}
