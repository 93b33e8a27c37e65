//! The keys that verify tokens: what they are, where they come from, and which of them are valid now.

#[cfg(feature = "jwks-url")]
mod address;
#[cfg(not(feature = "jwks-url"))]
#[path = "address_absent.rs"]
mod address;
mod failure;
mod jwk;
#[cfg(feature = "jwks-url")]
mod jwks_url;
mod key;
mod key_source;
mod moment;
mod public_key;
mod reader;
mod refresh;
mod ring;
mod secret;
mod set;
mod start;
mod status;
mod strength;

#[cfg(feature = "jwks-url")]
pub use self::jwks_url::JwksUrl;
pub use self::{
    key::Key,
    key_source::{KeyFile, KeySource},
    set::KeySet,
    status::ApproovStatus,
};
pub(crate) use self::{
    key::{LONG_ID, MAX_KID_BYTES},
    public_key::installation_key,
    reader::read_file,
    ring::{CurrentKeys, KeyRing},
    secret::{decode_secrets, of_message_signing_key},
};
