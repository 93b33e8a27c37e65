//! What can be on the list, and how it is written there.

use std::{fmt, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    config::{ConfigError, Setting, text_fault},
    crypto::sha256_of,
};

/// Something that a [`BlockList`](crate::BlockList) blocks: a device, an installation, or a token.
///
/// `Display` writes it as the list keeps it: `device:…`, `installation:…`, `token:…`.
///
/// # Security
///
/// A token is kept only as a hash, from which nobody can recover it. Device ids and the public keys of installations
/// are shown as they are.
///
/// # Examples
///
/// ```
/// use approov_actix::Blockable;
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// let device = Blockable::device("h6pKLkT0Nbhi1Jpr8mXUkQ==")?;
/// assert_eq!(device.to_string(), "device:h6pKLkT0Nbhi1Jpr8mXUkQ==");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Blockable(String);

/// An entry of a [`BlockList`](crate::BlockList), as [`BlockList::list`](crate::BlockList::list) returns it.
///
/// Entries that others have written in another form are left out: they block nobody.
///
/// # Examples
///
/// ```
/// use approov_actix::{BlockList, StoreError};
///
/// async fn print(list: &BlockList) -> Result<(), StoreError> {
///     for blocked in list.list().await? {
///         println!("{} until {:?}", blocked.what, blocked.until);
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocked {
    /// What is blocked.
    pub what: Blockable,
    /// When the block ends.
    pub until: SystemTime,
}

pub(super) const DEVICE: &str = "device:";
pub(super) const INSTALLATION: &str = "installation:";
pub(super) const TOKEN: &str = "token:";

impl Blockable {
    /// A device, by the `did` of its tokens, as [`ApproovClaims::device_id`](crate::ApproovClaims::device_id) returns
    /// it.
    ///
    /// # Errors
    ///
    /// If the id is empty or longer than 200 bytes, or contains white space, control characters, quotes, `$`, `{` or
    /// `}`.
    pub fn device(id: &str) -> Result<Self, ConfigError> {
        Self::text(DEVICE, 200, &Setting::new("the id given to `Blockable::device`", id))
    }

    /// An installation, by the `ipk` of its tokens, as
    /// [`ApproovClaims::installation_key`](crate::ApproovClaims::installation_key) returns it.
    ///
    /// # Errors
    ///
    /// If the key is empty or longer than 1000 bytes, or contains white space, control characters, quotes, `$`, `{` or
    /// `}`.
    pub fn installation_key(key: &str) -> Result<Self, ConfigError> {
        let key = Setting::new("the key given to `Blockable::installation_key`", key);
        Self::text(INSTALLATION, 1000, &key)
    }

    /// A token, without the prefix `Bearer`. The list keeps only its hash.
    ///
    /// # Errors
    ///
    /// If the token does not have three parts.
    pub fn token(token: &str) -> Result<Self, ConfigError> {
        match token_hash(token.trim().as_bytes()) {
            Some(hash) => Ok(Self(format!("{TOKEN}{}", URL_SAFE_NO_PAD.encode(hash)))),
            None => Err(ConfigError::invalid(
                "the token given to `Blockable::token` is not a token: a token has three parts with dots between them",
            )),
        }
    }

    /// A token, by its hash: SHA-256 of its first two parts with the dot between them, in base64url or hexadecimal. The
    /// third part, the signature, is left out because it can be written in more than one way.
    ///
    /// # Errors
    ///
    /// If the hash is not 32 bytes in one of these forms.
    pub fn token_hash(hash: &str) -> Result<Self, ConfigError> {
        let bytes = hexadecimal(hash).or_else(|| {
            let bytes = URL_SAFE_NO_PAD.decode(hash.trim_end_matches('=')).ok()?;
            bytes.try_into().ok()
        });
        match bytes {
            Some(bytes) => Ok(Self(format!("{TOKEN}{}", URL_SAFE_NO_PAD.encode::<[u8; 32]>(bytes)))),
            None => Err(ConfigError::invalid(
                "the hash given to `Blockable::token_hash` is not 32 bytes in base64url or hexadecimal",
            )),
        }
    }

    fn text(kind: &str, longest: usize, text: &Setting) -> Result<Self, ConfigError> {
        let fault = text_fault(&text.value).or_else(|| {
            let has_space = text.value.contains(char::is_whitespace);
            let is_long = text.value.len() > longest;
            if has_space {
                Some("has white space in it")
            } else if is_long {
                Some("is too long")
            } else {
                None
            }
        });
        match fault {
            Some(fault) => Err(text.error(fault)),
            None => Ok(Self(format!("{kind}{}", text.value))),
        }
    }

    /// As the list keeps it. None if it has another form.
    pub(super) fn kept(member: &str) -> Option<Self> {
        let known = [DEVICE, INSTALLATION, TOKEN];
        let is_known = known.iter().any(|kind| member.starts_with(kind));
        is_known.then(|| Self(member.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Blockable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Blockable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blockable({:?})", self.0)
    }
}

/// The hash of the signed part. Anyone can write an ECDSA signature in two ways, so a revoked token would otherwise
/// come back in the other way.
pub(super) fn token_hash(token: &[u8]) -> Option<[u8; 32]> {
    let mut dots = token.iter().enumerate().filter(|(_, byte)| **byte == b'.');
    let (_, end, more) = (dots.next()?, dots.next()?.0, dots.next());
    more.is_none().then(|| sha256_of([&token[..end]]))
}

fn hexadecimal(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(0..) {
        *byte = u8::from_str_radix(text.get(2 * pair..2 * pair + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf aa.bb | sha256sum`
    const HASH: &str = "d67f34f9345ca4e6cf90634511762fbf8d05a89ac85e6e09dfc48dec9f92cb74";

    #[test]
    fn a_token_is_its_signed_part() {
        let token = Blockable::token("aa.bb.cc").unwrap();
        assert_eq!(Blockable::token(" aa.bb.other\n").unwrap(), token);
        assert_ne!(Blockable::token("aa.bc.cc").unwrap(), token);
        for text in ["", "aa", "aa.bb", "aa.bb.cc.dd", "aa.bb.cc.dd.ee"] {
            assert!(Blockable::token(text).is_err(), "{text}");
        }
        let base64 = token.to_string().split_off(TOKEN.len());
        for text in [HASH, &HASH.to_uppercase(), &base64, &format!("{base64}=")] {
            assert_eq!(Blockable::token_hash(text).unwrap(), token, "{text}");
        }
        for text in [
            "",
            "aa",
            &HASH[1..],
            &base64[1..],
            &format!("{HASH}00"),
            &"é".repeat(32),
        ] {
            assert!(Blockable::token_hash(text).is_err(), "{text}");
        }
        assert!(!format!("{token:?} {token}").contains("aa.bb"));
    }

    #[test]
    fn what_cannot_be_a_claim() {
        for text in ["", " a", "a b", "\"a\"", "$DID", "a\n", &"a".repeat(201)] {
            let error = Blockable::device(text).unwrap_err().to_string();
            assert!(error.starts_with("the id given to `Blockable::device` "), "{error}");
        }
        assert!(Blockable::installation_key(&"a".repeat(1000)).is_ok());
        assert!(Blockable::installation_key(&"a".repeat(1001)).is_err());
    }
}
