//! AWS-LC.

use aws_lc_rs::{
    hmac,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey},
};
use jsonwebtoken::crypto::{CryptoProvider, aws_lc::DEFAULT_PROVIDER};

use super::{
    algorithm::Algorithm,
    material::{KeyMaterial, NotOnCurve},
};

pub(super) static PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// A key that is read once; AWS-LC's verifiers would read it anew for each signature. Of an Ed25519 key AWS-LC takes any 32 bytes; one that is no
/// point verifies nothing.
pub(super) enum PreparedKey {
    Secret(hmac::Key),
    Point(ParsedPublicKey),
}

impl PreparedKey {
    /// None for RSA, whose numbers need no more than the check of their sizes.
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
        Self::Secret(hmac::Key::new(algorithm, secret))
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Point(key) => key.verify_sig(message, signature).is_ok(),
        }
    }
}

/// How TLS is spoken to an address of keys or a store.
#[cfg(any(feature = "jwks-url", feature = "single-use-redis-rustls"))]
pub(crate) fn tls_provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}
