//! The pure Rust crates of the RustCrypto project.

use jsonwebtoken::crypto::{CryptoProvider, rust_crypto::DEFAULT_PROVIDER};

use super::{
    algorithm::Algorithm,
    material::{KeyMaterial, NotOnCurve},
};

pub(super) static PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// This backend reads points when they are used.
pub(super) enum Point {}

impl Point {
    #[allow(clippy::unnecessary_wraps, reason = "as with AWS-LC")]
    pub(super) fn parse(_: Algorithm, _: KeyMaterial<'_>) -> Result<Option<Self>, NotOnCurve> {
        Ok(None)
    }

    pub(super) fn verifies(&self, _: &[u8], _: &[u8]) -> bool {
        match *self {}
    }
}

/// How TLS is spoken to an address of keys or a store.
#[cfg(any(feature = "jwks-url", feature = "single-use-redis-rustls"))]
pub(crate) fn tls_provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}
