//! What two deliveries of one request have in common.

use std::fmt;

use crate::crypto::sha256_of;

/// Identifies a signed request: the same for each of its deliveries, however the signature is written, and for no other
/// request.
///
/// It is the SHA-256 of the signature in a normal form, the label, and the id of the signing key. It is not a secret.
///
/// # Examples
///
/// ```
/// use approov_actix::ReplayKey;
///
/// fn primary_key(key: &ReplayKey) -> Vec<u8> {
///     key.as_bytes().to_vec()
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// `signature` must be in its normal form. The lengths keep the parts apart. The text is short, which saves one
    /// block of SHA-256 for each claim.
    pub(crate) fn new(label: &str, key_id: &str, signature: &[u8]) -> Self {
        const VERSION: &[u8] = b"approov-1";
        let mut text = Vec::with_capacity(256);
        for part in [VERSION, label.as_bytes(), key_id.as_bytes(), signature] {
            text.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            text.extend_from_slice(part);
        }
        Self(sha256_of([&*text]))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// For tests of your own store.
impl From<[u8; 32]> for ReplayKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplayKey")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_part_runs_into_another() {
        let keys = [
            ("install", "ab", &b"c"[..]),
            ("install", "a", b"bc"),
            ("installa", "b", b"c"),
            ("account", "ab", b"c"),
            ("install", "", b"abc"),
        ];
        let keys: HashSet<_> = keys
            .into_iter()
            .map(|(label, id, signature)| ReplayKey::new(label, id, signature))
            .collect();
        assert_eq!(keys.len(), 5);
        assert_eq!(format!("{:?}", ReplayKey::new("install", "a", b"b")), "ReplayKey");
    }
}
