//! The pure Rust crates of the RustCrypto project.

use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, rust_crypto::DEFAULT_PROVIDER};
#[cfg(feature = "message-signing")]
use sha2::Digest;
use sha2::{Sha256, Sha384, Sha512};

#[cfg(feature = "message-signing")]
use super::digest::Hash;
use super::{
    algorithm::Algorithm,
    material::{KeyMaterial, NotOnCurve},
};

pub(super) static PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// A secret that is expanded once. This backend parses public keys when they are used.
pub(super) enum PreparedKey {
    HS256(Box<Hmac<Sha256>>),
    HS384(Box<Hmac<Sha384>>),
    HS512(Box<Hmac<Sha512>>),
}

impl PreparedKey {
    /// None for a public key.
    #[allow(clippy::unnecessary_wraps, reason = "as with AWS-LC")]
    pub(super) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Option<Self>, NotOnCurve> {
        let KeyMaterial::Secret(secret) = material else {
            return Ok(None);
        };
        Ok(match algorithm {
            Algorithm::HS256 => Hmac::new_from_slice(secret).ok().map(Box::new).map(Self::HS256),
            Algorithm::HS384 => Hmac::new_from_slice(secret).ok().map(Box::new).map(Self::HS384),
            Algorithm::HS512 => Hmac::new_from_slice(secret).ok().map(Box::new).map(Self::HS512),
            _ => None,
        })
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::HS256(mac) => is_mac(&**mac, message, signature),
            Self::HS384(mac) => is_mac(&**mac, message, signature),
            Self::HS512(mac) => is_mac(&**mac, message, signature),
        }
    }
}

fn is_mac(mac: &(impl Mac + Clone), message: &[u8], signature: &[u8]) -> bool {
    mac.clone().chain_update(message).verify_slice(signature).is_ok()
}

/// For large data that comes in parts.
#[cfg(feature = "message-signing")]
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Sha512),
}

#[cfg(feature = "message-signing")]
impl Hasher {
    pub(crate) fn new(hash: Hash) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256(Sha256::new()),
            Hash::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub(crate) fn update(&mut self, part: &[u8]) {
        match self {
            Self::Sha256(hasher) => Digest::update(hasher, part),
            Self::Sha512(hasher) => Digest::update(hasher, part),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Sha512(hasher) => hasher.finalize().to_vec(),
        }
    }
}

/// The TLS implementation for addresses of keys and for stores.
#[cfg(any(feature = "jwks-url", feature = "single-use-redis-rustls"))]
pub(crate) fn tls_provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}
