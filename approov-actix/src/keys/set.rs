//! The keys that may have signed a token, and which of them are tried.

use std::{collections::HashMap, fmt, sync::Arc};

use log::Level;

use super::{
    jwk::{Dropped, JwkSet},
    key::{Key, LONG_ID},
};
use crate::{
    config::{ConfigError, ConfigErrorKind, Fault},
    logging::{LOG_TARGET, Name},
    rejection::Rejection,
};

/// How many keys may have the same algorithm. A forged token costs at most this many verifications.
const MAX_PER_ALGORITHM: usize = 8;
/// How many unused keys are logged at a time.
const MAX_LINES: usize = 20;

/// The keys of an application. Never empty.
///
/// Which keys are tried for a token:
///
/// - If its `kid` is that of a key, that key alone. (If keys for different algorithms share the `kid`, the one for the
///   token's `alg`.)
/// - If its `kid` is that of no key, the keys without `kid` whose algorithm is the token's `alg`. If every key has a
///   `kid`, the token is refused.
/// - If it has no `kid`, every key whose algorithm is the token's `alg`.
///
/// # Security
///
/// A token only selects which keys are tried. The algorithm is a property of the key.
///
/// # Examples
///
/// ```
/// use approov_actix::{Key, KeySet};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// let new = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let previous = Key::from_base64_secret("Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=")?;
/// let keys = KeySet::new([new, previous])?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct KeySet(Arc<Keys>);

#[derive(Default)]
struct Keys {
    all: Vec<Key>,
    by_kid: HashMap<String, Vec<Key>>,
    without_kid: Vec<Key>,
}

impl KeySet {
    /// A set of these keys.
    ///
    /// # Errors
    ///
    /// If there is no key, if more than eight keys have the same algorithm, if two keys have the same algorithm and
    /// `kid`, or if a `kid` is longer than 256 bytes. The same key twice, without a `kid`, is used once and causes
    /// a warning.
    ///
    /// # Security
    ///
    /// A token of any key in the set is valid, so leave out keys that are no longer used. There are at most eight keys
    /// for an algorithm because a token without `kid` is tried with each of them.
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Result<Self, ConfigError> {
        let (set, surplus) = Self::gather(keys);
        let reasons = [Surplus::TooMany, Surplus::Repeated, Surplus::LongId];
        refuse(&reasons, &surplus, "the keys given to `KeySet::new`")?;
        log_surplus(&surplus, Name(None));
        if set.is_empty() {
            return Err(ConfigError::new(
                ConfigErrorKind::NoKeys,
                "no key was given to `KeySet::new`",
            ));
        }
        Ok(set)
    }

    /// The usable keys of a JWK Set (RFC 7517, section 5). Faulty keys are dropped one by one, each with an error in
    /// the log, so that a bad entry does not make the whole set useless. Keys for another use, or of an unknown
    /// type, are ignored.
    ///
    /// A key is usable if all of the following apply:
    ///
    /// - its type is `RSA`, `EC`, `OKP` or `oct`, for one of the algorithms of [`Algorithm`](crate::Algorithm)
    /// - its `use`, if any, is `sig`, and its `key_ops`, if any, have `verify`
    /// - it has an `alg`, unless the curve implies it
    /// - it holds no private key
    /// - an RSA key has from 2048 to 4096 bits
    /// - a secret is at least as long as the hash, and does not repeat a single byte
    /// - no earlier key has the same `alg` and `kid`
    ///
    /// # Errors
    ///
    /// If the text is not a JWK Set, if no key is usable, or if more than eight keys have the same algorithm.
    ///
    /// # Security
    ///
    /// Secrets (`oct`) in the set are used as keys: keep a text with secrets as secret as they are.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::KeySet;
    ///
    /// let keys = KeySet::from_jwks(r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"2026-11",
    ///     "x":"EVs_o5-uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf84",
    ///     "y":"kGe5DgSIycKp8w9aJmoHhB1sB3QTugfnRWm5nU_TzsY"}]}"#)?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn from_jwks(json: &str) -> Result<Self, ConfigError> {
        let origin = "the text given to `KeySet::from_jwks`";
        let invalid = |fault: &str| ConfigError::invalid(format!("{origin} {fault}"));
        let keys = usable_keys(origin, json, true, Name(None)).map_err(|fault| invalid(&fault))?;
        if keys.is_empty() {
            return Err(invalid(NO_USABLE_KEY));
        }
        let (set, surplus) = Self::gather(keys);
        refuse(
            &[Surplus::TooMany],
            &surplus,
            "the keys of the text given to `KeySet::from_jwks`",
        )?;
        log_surplus(&surplus, Name(None));
        Ok(set)
    }

    /// A set of the keys that have a place in one, possibly empty, and the other keys.
    pub(super) fn gather(keys: impl IntoIterator<Item = Key>) -> (Self, Vec<(Key, Surplus)>) {
        let mut set = Keys::default();
        let mut surplus = Vec::new();
        for key in keys {
            let alike = || set.all.iter().filter(|other| other.algorithm() == key.algorithm());
            if !key.has_fit_id() {
                surplus.push((key, Surplus::LongId));
            } else if key.key_id().is_none() && alike().any(|other| other.is_same_as(&key)) {
                surplus.push((key, Surplus::Same));
            } else if key.key_id().is_some() && alike().any(|other| other.key_id() == key.key_id()) {
                surplus.push((key, Surplus::Repeated));
            } else if alike().count() == MAX_PER_ALGORITHM {
                surplus.push((key, Surplus::TooMany));
            } else {
                set.add(key);
            }
        }
        (Self(Arc::new(set)), surplus)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.all.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.all.is_empty()
    }

    /// Checks the signature with the keys that may have made it, and returns the key that did.
    pub(super) fn verify(
        &self,
        alg: &str,
        kid: Option<&str>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<&Key, Rejection> {
        if self.is_empty() {
            return Err(Rejection::KeysUnavailable);
        }
        let chosen = match kid {
            None => &self.0.all,
            Some(kid) => self.0.by_kid.get(kid).unwrap_or(&self.0.without_kid),
        };
        if chosen.is_empty() {
            return Err(Rejection::TokenKeyUnknown);
        }
        let mut fitting = chosen.iter().filter(|key| key.algorithm().name() == alg).peekable();
        if fitting.peek().is_none() {
            return Err(Rejection::TokenAlgorithm);
        }
        fitting
            .find(|key| key.verifies(message, signature))
            .ok_or(Rejection::TokenSignature)
    }

    pub(super) fn has(&self, kid: &str) -> bool {
        self.0.by_kid.contains_key(kid)
    }
}

impl Keys {
    fn add(&mut self, key: Key) {
        let alike = match key.key_id() {
            Some(kid) => self.by_kid.entry(kid.to_owned()).or_default(),
            None => &mut self.without_kid,
        };
        alike.push(key.clone());
        self.all.push(key);
    }
}

/// Why a key has no place in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surplus {
    Same,
    Repeated,
    LongId,
    TooMany,
}

/// The end of a sentence that begins with the key.
impl fmt::Display for Surplus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("is the same as an earlier one"),
            Self::LongId => f.write_str(LONG_ID),
            Self::Repeated => f.write_str("repeats the `alg` and `kid` of an earlier one"),
            Self::TooMany => write!(
                f,
                "is one too many: there are already {MAX_PER_ALGORITHM} with its algorithm"
            ),
        }
    }
}

/// Too many keys stop the start, but a refresh goes on without the surplus. Ids that are repeated or too long are an
/// error in code. In a set from elsewhere, such keys are dropped.
pub(super) fn refuse(reasons: &[Surplus], surplus: &[(Key, Surplus)], among: &str) -> Result<(), ConfigError> {
    match surplus.iter().find(|(_, why)| reasons.contains(why)) {
        Some((key, why)) => {
            let sentence = format!("among {among}, the key {} {why}", key.label());
            Err(ConfigError::invalid(sentence))
        }
        None => Ok(()),
    }
}

/// The fault of a set without a usable key.
pub(super) const NO_USABLE_KEY: Fault = "has no usable key";

/// The usable keys of a JWK Set. An empty set has none: that is how its owner revokes all keys. Logs why the other keys
/// are not used.
pub(super) fn usable_keys(origin: &str, json: &str, allow_secrets: bool, name: Name<'_>) -> Result<Vec<Key>, String> {
    let JwkSet { keys, faulty, foreign } = JwkSet::parse(origin, json, allow_secrets)?;
    log_dropped(Level::Error, origin, &faulty, name);
    // Foreign keys only matter if there is nothing else.
    let level = if keys.is_empty() { Level::Error } else { Level::Debug };
    log_dropped(level, origin, &foreign, name);
    if keys.is_empty() && !faulty.is_empty() {
        return Err(NO_USABLE_KEY.to_owned());
    }
    Ok(keys)
}

fn log_dropped(level: Level, origin: &str, dropped: &[Dropped], name: Name<'_>) {
    for Dropped { number, kid, fault } in dropped.iter().take(MAX_LINES) {
        let kid = kid.as_ref().map_or(String::new(), |kid| format!(", kid {kid:?},"));
        log::log!(target: LOG_TARGET, level, "{origin}: key {number}{kid} is not used: it {fault}{name}");
    }
    let more = dropped.len().saturating_sub(MAX_LINES);
    if more > 0 {
        log::log!(target: LOG_TARGET, level, "{origin}: {more} more keys are not used{name}");
    }
}

pub(super) fn log_surplus(surplus: &[(Key, Surplus)], name: Name<'_>) {
    for (key, why) in surplus.iter().take(MAX_LINES) {
        let level = if *why == Surplus::Same {
            Level::Warn
        } else {
            Level::Error
        };
        log::log!(target: LOG_TARGET, level, "the key {} is not used: it {why}{name}", key.label());
    }
}

/// Algorithms and key ids only.
impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
