//! Makes one message the only error of a build without a backend.

use jsonwebtoken::crypto::CryptoProvider;

use super::{
    algorithm::Algorithm,
    material::{KeyMaterial, NotOnCurve},
};

compile_error!(
    "approov-actix needs a crypto backend: keep its default features, or turn on one of the features `aws-lc-rs` and `rust-crypto`"
);

pub(super) static PROVIDER: std::sync::LazyLock<CryptoProvider> = std::sync::LazyLock::new(|| unreachable!());

/// This backend prepares nothing.
pub(super) enum PreparedKey {}

impl PreparedKey {
    pub(super) fn new(_: Algorithm, _: KeyMaterial<'_>) -> Result<Option<Self>, NotOnCurve> {
        Ok(None)
    }

    pub(super) fn verifies(&self, _: &[u8], _: &[u8]) -> bool {
        match *self {}
    }
}

pub(crate) struct Hasher;

impl Hasher {
    pub(crate) fn new<T>(_: T) -> Self {
        Self
    }

    pub(crate) fn update(&mut self, _: &[u8]) {}

    pub(crate) fn finish(self) -> Vec<u8> {
        Vec::new()
    }
}

pub(crate) fn tls_provider<T>() -> T {
    unreachable!()
}
