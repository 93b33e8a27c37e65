//! The keys that verify tokens: what they are, where they come from, and which of them count now.

#[cfg(feature = "jwks-url")]
mod address;
mod config;
mod jwk;
mod key;
mod public_key;
mod refresh;
mod ring;
mod secret;
mod set;
mod source;
mod strength;

#[cfg(feature = "message-signing")]
pub(crate) use self::public_key::installation_key;
#[cfg(any(feature = "message-signing", feature = "testing"))]
pub(crate) use self::secret::decode_secrets;
pub(crate) use self::{
    config::KeyConfig,
    ring::{CurrentKeys, KeyRing},
};
pub use self::{key::Key, set::KeySet};
