//! Signatures of tokens and requests, for tests and development.

use jsonwebtoken::EncodingKey;

use super::{algorithm::Algorithm, backend, verifying_key::to_backend};

pub(crate) fn sign(algorithm: Algorithm, key: &EncodingKey, message: &[u8]) -> Option<Vec<u8>> {
    let signer = (backend::PROVIDER.signer_factory)(&to_backend(algorithm), key).ok()?;
    signer.try_sign(message).ok()
}

/// A key for [`sign`] with HS256.
pub(crate) fn hs256_signing_key(secret: &[u8]) -> EncodingKey {
    EncodingKey::from_secret(secret)
}

/// A key for [`sign`] with ES256, from PKCS#8, and its public key as an uncompressed point.
pub(crate) fn es256_signing_key(pkcs8: &[u8]) -> Option<(EncodingKey, Vec<u8>)> {
    let components = backend::PROVIDER.key_utils.ec_pub_components_from_private_key;
    let (_, x, y) = components(pkcs8, jsonwebtoken::Algorithm::ES256).ok()?;
    let point = [&[4], x.as_slice(), &y].concat();
    Some((EncodingKey::from_ec_der(pkcs8), point))
}
