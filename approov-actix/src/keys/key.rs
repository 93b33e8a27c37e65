//! One key.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    public_key,
    secret::{decode_secret, is_published, likely_mistake},
    strength,
};
use crate::{
    config::{ConfigError, Fault},
    crypto::algorithm::{Algorithm, KeyType},
    crypto::{KeyMaterial, VerifyingKey, sha256},
    logging::LOG_TARGET,
};

/// A key that verifies tokens: one algorithm, and at most one key id (`kid`).
///
/// A public key is the safer choice: it verifies tokens but cannot make them. See [the guide](crate::guide::key_sets).
///
/// # Security
///
/// The key, not the token, determines the algorithm. `Debug` shows neither a secret nor a public key.
///
/// # Examples
///
/// ```
/// use approov_actix::{Algorithm, Approov, Key};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// # let pem = "-----BEGIN PUBLIC KEY-----
/// # MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
/// # q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
/// # -----END PUBLIC KEY-----";
/// let key = Key::from_pem(Algorithm::ES256, pem)?.with_key_id("2026-11");
/// let approov = Approov::builder().keys(key).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Key {
    kid: Option<Arc<str>>,
    verifying: Arc<VerifyingKey>,
    /// Identifies the key. For a public key, it is the thumbprint (RFC 7638).
    fingerprint: Vec<u8>,
}

/// The longest key id. There is a limit because key ids are logged.
pub(crate) const MAX_KID_BYTES: usize = 256;
/// The fault of a key with a longer id.
pub(crate) const LONG_ID: Fault = "has a `kid` of more than 256 bytes";

impl Key {
    /// The account secret as `approov secret -get base64` prints it: HS256, in either base64 alphabet, padded or not.
    ///
    /// # Errors
    ///
    /// If the text is not base64, or the secret is shorter than 32 bytes or repeats a single byte.
    ///
    /// # Security
    ///
    /// Anyone who has the secret can make tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Algorithm, Key};
    ///
    /// let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// assert_eq!(key.algorithm(), Algorithm::HS256);
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn from_base64_secret(secret: &str) -> Result<Self, ConfigError> {
        let origin = "the secret given to `Key::from_base64_secret`";
        let secret = decode_secret(secret).map_err(|fault| ConfigError::invalid(format!("{origin} {fault}")))?;
        Self::of_secret(Algorithm::HS256, &secret, origin)
    }

    /// A secret for an HMAC algorithm.
    ///
    /// # Errors
    ///
    /// If the algorithm is not an HMAC, if the secret is shorter than the algorithm's hash (32, 48 or 64 bytes: RFC
    /// 7518, section 3.2), or if it repeats a single byte, like a buffer that was never filled.
    ///
    /// # Security
    ///
    /// Anyone who has the secret can make tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Algorithm, Key};
    ///
    /// let secret: Vec<u8> = (0..64).collect(); // from your secret store
    /// assert!(Key::from_secret(Algorithm::HS512, &secret).is_ok());
    /// assert!(Key::from_secret(Algorithm::HS512, &secret[..32]).is_err());
    /// assert!(Key::from_secret(Algorithm::HS512, &[0; 64]).is_err());
    /// ```
    pub fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, ConfigError> {
        Self::of_secret(algorithm, secret, "the secret given to `Key::from_secret`")
    }

    /// A public key in PEM, as `approov keyset -kid KID -getPEM` prints it: a `SubjectPublicKeyInfo` (RFC 7468, section
    /// 13).
    ///
    /// # Errors
    ///
    /// If the text is anything else, such as a private key or a certificate; if the key does not have the algorithm's
    /// type and curve; or if it is an RSA key of less than 2048 or more than 4096 bits.
    ///
    /// # Security
    ///
    /// A private key is an error, so that none is left on a server that only verifies. The key's type and curve are
    /// checked. The point of an EC key must lie on the curve.
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, ConfigError> {
        Self::parse_pem(algorithm, pem)
            .map_err(|fault| ConfigError::invalid(format!("the text given to `Key::from_pem` {fault}")))
    }

    /// Sets the key id. A token with the same `kid` is verified with this key alone. A key without an id is tried for
    /// tokens whose `kid` no other key has. An id of more than 256 bytes is an error when the key is used.
    ///
    /// # Security
    ///
    /// An id does not restrict who may use the key. It only determines for which tokens the key is tried.
    #[must_use]
    pub fn with_key_id(mut self, kid: impl Into<String>) -> Self {
        self.kid = Some(kid.into().into());
        self
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// The key id, if it has one.
    ///
    /// # Examples
    ///
    /// ```
    /// let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// assert_eq!(key.key_id(), None);
    /// assert_eq!(key.with_key_id("2026-11").key_id(), Some("2026-11"));
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn key_id(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// A secret for HMAC. An error begins with `origin`.
    pub(crate) fn of_secret(algorithm: Algorithm, secret: &[u8], origin: &str) -> Result<Self, ConfigError> {
        Self::secret(algorithm, secret, origin).map_err(|fault| ConfigError::invalid(format!("{origin} {fault}")))
    }

    /// The only way to make a key from a secret. Warns of a published secret, and of one that was probably spoilt.
    pub(super) fn secret(algorithm: Algorithm, secret: &[u8], origin: impl fmt::Display) -> Result<Self, Fault> {
        let key = Self::new(algorithm, KeyMaterial::Secret(secret))?;
        if is_published(secret) {
            log::warn!(
                target: LOG_TARGET,
                "{origin} is the development secret that Approov publishes with its samples: ANYONE CAN FORGE TOKENS for this server"
            );
        }
        if let Some(mistake) = likely_mistake(secret) {
            log::warn!(target: LOG_TARGET, "{origin} {mistake}; use the output of the Approov CLI, unchanged, or Approov's tokens will not match");
        }
        Ok(key)
    }

    /// Reads the one public key that a text in PEM holds.
    pub(super) fn parse_pem(algorithm: Algorithm, text: &str) -> Result<Self, Fault> {
        if let KeyType::Secret { .. } = algorithm.key_type() {
            return Err("is a public key, and the algorithm is an HMAC, which takes a secret");
        }
        let der = public_key::decode_pem(text)?;
        Self::public(algorithm, public_key::material(algorithm, &der)?)
    }

    pub(super) fn public(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Self, Fault> {
        Self::new(algorithm, material)
    }

    fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Self, Fault> {
        strength::check(algorithm, material)?;
        let verifying = VerifyingKey::new(algorithm, material).ok_or("is not a valid key")?;
        Ok(Self {
            kid: None,
            verifying: Arc::new(verifying),
            fingerprint: fingerprint(material),
        })
    }

    /// The name in log lines: `RS256 "2026-11"`, or `RS256 #NzbLsXh8` without a `kid`. Shows nothing of a secret.
    pub(super) fn label(&self) -> String {
        let algorithm = self.algorithm();
        match (self.key_id(), algorithm.key_type()) {
            (Some(kid), _) if self.has_fit_id() => format!("{algorithm} {kid:?}"),
            (_, KeyType::Secret { .. }) => algorithm.to_string(),
            _ => {
                let thumbprint = URL_SAFE_NO_PAD.encode(&self.fingerprint);
                format!("{algorithm} #{thumbprint:.8}")
            }
        }
    }

    /// False if the id is too long.
    pub(crate) fn has_fit_id(&self) -> bool {
        self.key_id().is_none_or(|kid| kid.len() <= MAX_KID_BYTES)
    }

    /// Ignores the ids.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.algorithm() == other.algorithm() && self.fingerprint == other.fingerprint
    }

    pub(super) fn shared_kid(&self) -> Option<Arc<str>> {
        self.kid.clone()
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifying.verifies(message, signature)
    }
}

/// For a public key, the thumbprint: RFC 7638, section 3, and RFC 8037, section 2.
fn fingerprint(material: KeyMaterial<'_>) -> Vec<u8> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = match material {
        KeyMaterial::Secret(secret) => return sha256(secret),
        KeyMaterial::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
        KeyMaterial::Ec(point) => {
            let coordinates = point.get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            let curve = if x.len() == 32 { "P-256" } else { "P-384" };
            format!(
                r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#,
                encode(x),
                encode(y)
            )
        }
        KeyMaterial::Ed25519(key) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(key)),
    };
    sha256(members.as_bytes())
}

/// Algorithm and key id only.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8037, appendix A.3.
    #[test]
    fn keys_without_id_are_named_by_their_thumbprint() {
        let x = URL_SAFE_NO_PAD
            .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
            .unwrap();
        let key = Key::new(Algorithm::EdDSA, KeyMaterial::Ed25519(x.as_slice().try_into().unwrap())).unwrap();
        assert_eq!(key.label(), "EdDSA #kPrK_qmx");
        assert_eq!(key.with_key_id("a\n").label(), r#"EdDSA "a\n""#);
        let secret = Key::from_secret(Algorithm::HS256, &crate::test_support::SECRET).unwrap();
        assert_eq!(secret.label(), "HS256");
        assert_eq!(format!("{secret:?}"), "Key { algorithm: HS256, kid: None, .. }");
    }
}
