//! The only module that calls a crypto backend: verify these bytes with this key.
//!
//! Verifiers come from one backend's own factory, never from jsonwebtoken's process-wide default: that default panics
//! if another crate of the program turns the second backend on.

pub(crate) mod algorithm;
#[cfg(feature = "aws-lc-rs")]
#[path = "backend_aws_lc.rs"]
mod backend;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
#[path = "backend_rust_crypto.rs"]
mod backend;
#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
#[path = "backend_absent.rs"]
mod backend;
mod digest;
mod material;
#[cfg(feature = "testing")]
mod signing;
mod verifying_key;

#[cfg(any(feature = "jwks-url", feature = "single-use-redis-rustls"))]
pub(crate) use self::backend::tls_provider;
#[cfg(feature = "testing")]
pub(crate) use self::signing::{es256_signing_key, hs256_signing_key, sign};
#[cfg(test)]
pub(crate) use self::verifying_key::VERIFICATIONS;
#[cfg(feature = "message-signing")]
pub(crate) use self::{backend::Hasher, digest::Hash};
pub(crate) use self::{
    digest::{constant_time_eq, sha256, sha256_base64, sha256_of},
    material::KeyMaterial,
    verifying_key::VerifyingKey,
};
