//! Tokens for unit tests, signed by a different implementation from the one that verifies them.

#[cfg(feature = "single-use-redis")]
#[path = "../../tests/support/log.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests from outside")]
pub(crate) mod log;
#[cfg(feature = "single-use-redis")]
#[path = "../../tests/support/redis_server.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests from outside")]
pub(crate) mod redis_server;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::{Algorithm, ApproovBuilder, Key};

pub(crate) const SECRET: [u8; 32] = secret(7);

/// A different secret for each number.
pub(crate) const fn secret(number: u8) -> [u8; 32] {
    let mut secret = [number; 32];
    secret[0] = !number;
    secret
}

/// A builder whose key is [`SECRET`].
pub(crate) fn builder() -> ApproovBuilder {
    ApproovBuilder::default().keys(key())
}

/// The key of [`SECRET`].
pub(crate) fn key() -> Key {
    Key::from_secret(Algorithm::HS256, &SECRET).unwrap()
}

/// A signed token of the given header and claims, both JSON text.
pub(crate) fn sign(header: &str, claims: &str) -> String {
    sign_with(&SECRET, &encode(header), &encode(claims))
}

pub(crate) fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token made of segments that are already encoded.
pub(crate) fn sign_with(secret: &[u8], header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{message}.{signature}")
}

/// A token that expires in the year 2100.
pub(crate) fn good_token() -> String {
    sign(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"exp":4102444800,"did":"d"}"#)
}
