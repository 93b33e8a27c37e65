//! The pure Rust crates of the RustCrypto project.

use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, rust_crypto::DEFAULT_PROVIDER};
use sha2::{Sha256, Sha384, Sha512};

use super::{
    algorithm::Algorithm,
    material::{KeyMaterial, NotOnCurve},
};

pub(super) static PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// A secret that is expanded once. This backend reads public keys when they are used.
pub(super) enum PreparedKey {
    HS256(Hmac<Sha256>),
    HS384(Hmac<Sha384>),
    HS512(Hmac<Sha512>),
}

impl PreparedKey {
    /// None for a public key.
    #[allow(clippy::unnecessary_wraps, reason = "as with AWS-LC")]
    pub(super) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Option<Self>, NotOnCurve> {
        let KeyMaterial::Secret(secret) = material else {
            return Ok(None);
        };
        Ok(match algorithm {
            Algorithm::HS256 => Hmac::new_from_slice(secret).ok().map(Self::HS256),
            Algorithm::HS384 => Hmac::new_from_slice(secret).ok().map(Self::HS384),
            Algorithm::HS512 => Hmac::new_from_slice(secret).ok().map(Self::HS512),
            _ => None,
        })
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::HS256(mac) => is_mac(mac.clone(), message, signature),
            Self::HS384(mac) => is_mac(mac.clone(), message, signature),
            Self::HS512(mac) => is_mac(mac.clone(), message, signature),
        }
    }
}

fn is_mac(mac: impl Mac, message: &[u8], signature: &[u8]) -> bool {
    mac.chain_update(message).verify_slice(signature).is_ok()
}

/// How TLS is spoken to an address of keys or a store.
#[cfg(any(feature = "jwks-url", feature = "single-use-redis-rustls"))]
pub(crate) fn tls_provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}
