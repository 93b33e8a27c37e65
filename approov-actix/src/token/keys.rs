//! The keys that may have signed a token.

use super::header::JoseHeader;
use crate::{
    crypto::{Algorithm, VerifyingKey},
    rejection::Rejection,
};

/// One key, used with one algorithm.
#[derive(Debug)]
pub(crate) struct Key(VerifyingKey);

impl Key {
    pub(crate) fn hs256(secret: &[u8]) -> Self {
        Self(VerifyingKey::hs256(secret))
    }

    fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }
}

/// The keys of an application.
#[derive(Debug)]
pub(crate) struct KeySet(Vec<Key>);

impl KeySet {
    pub(crate) fn new(keys: Vec<Key>) -> Self {
        Self(keys)
    }

    /// Checks the signature with each key that the header's `alg` fits. The header only ever chooses among configured keys:
    /// how a key is used is the key's own business.
    pub(super) fn verify(&self, header: &JoseHeader<'_>, message: &[u8], signature: &Vec<u8>) -> Result<(), Rejection> {
        let mut rejection = Rejection::TokenAlgorithm;
        for key in self.0.iter().filter(|key| key.algorithm().name() == header.alg) {
            if key.0.verifies(message, signature) {
                return Ok(());
            }
            rejection = Rejection::TokenSignature;
        }
        Err(rejection)
    }
}
