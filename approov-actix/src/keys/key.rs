//! One key.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{public_key, secret::decode_secret};
use crate::{
    algorithm::{Algorithm, Curve, KeyType},
    config_error::ConfigError,
    crypto::{KeyMaterial, LastingKey, sha256},
};

/// Why something is no key: the end of a sentence that begins with where it came from. Never has a part of the key.
pub(crate) type Fault = &'static str;

const MIN_RSA_BITS: usize = 2048;
/// The most that both backends take.
const MAX_RSA_BITS: usize = 4096;

/// A key that verifies tokens: one algorithm, and at most one key id (`kid`).
///
/// A public key is the safer choice: it verifies tokens and cannot make them. See [the guide](crate::guide::key_sets).
///
/// # Security
///
/// The key, not the token, says which algorithm is used. Neither a secret nor a public key is shown by `Debug`.
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
/// let approov = Approov::builder().key(key).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Key {
    kid: Option<Arc<str>>,
    verifying: Arc<LastingKey>,
    /// Tells public keys without `kid` apart in the log: the beginning of the thumbprint (RFC 7638).
    thumbprint: Option<String>,
}

impl Key {
    /// The account secret as `approov secret -get base64` prints it: HS256, in either base64 alphabet, padded or not.
    ///
    /// # Errors
    ///
    /// If the text is not base64, or the secret is shorter than 32 bytes.
    ///
    /// # Security
    ///
    /// Who has the secret can make tokens.
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
        decode_secret(secret)
            .and_then(|secret| Self::new(Algorithm::HS256, KeyMaterial::Secret(&secret)))
            .map_err(|fault| ConfigError::new(format!("the secret given to `Key::from_base64_secret` {fault}")))
    }

    /// A secret for an HMAC algorithm.
    ///
    /// # Errors
    ///
    /// If the algorithm is not an HMAC, or the secret is shorter than the algorithm's hash: 32, 48 or 64 bytes (RFC 7518, section 3.2).
    ///
    /// # Security
    ///
    /// Who has the secret can make tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Algorithm, Key};
    ///
    /// assert!(Key::from_secret(Algorithm::HS512, &[0; 64]).is_ok());
    /// assert!(Key::from_secret(Algorithm::HS512, &[0; 32]).is_err());
    /// ```
    pub fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, ConfigError> {
        Self::new(algorithm, KeyMaterial::Secret(secret))
            .map_err(|fault| ConfigError::new(format!("the secret given to `Key::from_secret` {fault}")))
    }

    /// A public key in PEM, as `approov keyset -kid KID -getPEM` prints it: a `SubjectPublicKeyInfo` (RFC 7468, section 13).
    ///
    /// # Errors
    ///
    /// If the text is something else, such as a private key or a certificate; if the key is not of the algorithm's type and curve; or if it is an RSA
    /// key of less than 2048 or more than 4096 bits.
    ///
    /// # Security
    ///
    /// A private key is an error, so that nobody leaves one on a server that needs none. The key's own type and curve are checked, and that its point lies on the curve.
    ///
    /// # Examples
    ///
    /// See [`Key`].
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, ConfigError> {
        public_key::parse_pem(algorithm, pem)
            .map_err(|fault| ConfigError::new(format!("the text given to `Key::from_pem` {fault}")))
    }

    /// With this key id. A token whose `kid` is the same is verified with this key alone; a key without id is tried for tokens whose `kid` no
    /// other key has.
    ///
    /// # Security
    ///
    /// An id does not restrict who may use the key, it only says for which tokens it is tried.
    ///
    /// # Examples
    ///
    /// See [`Key`].
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

    /// The only way to a key.
    pub(super) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Self, Fault> {
        check(algorithm, material)?;
        let verifying = LastingKey::new(algorithm, material).ok_or("is not a valid key")?;
        Ok(Self {
            kid: None,
            verifying: Arc::new(verifying),
            thumbprint: thumbprint(material),
        })
    }

    /// As log lines name it: `RS256 "2026-11"`, or without a `kid` `RS256 #NzbLsXh8`. Of a secret nothing is shown.
    pub(super) fn label(&self) -> String {
        let algorithm = self.algorithm();
        match (self.key_id(), &self.thumbprint) {
            (Some(kid), _) => format!("{algorithm} {kid:?}"),
            (None, Some(thumbprint)) => format!("{algorithm} #{thumbprint}"),
            (None, None) => algorithm.to_string(),
        }
    }

    pub(super) fn shared_kid(&self) -> Option<Arc<str>> {
        self.kid.clone()
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        self.verifying.verifies(message, signature)
    }
}

/// The first characters of a public key's thumbprint: RFC 7638, section 3, and RFC 8037, section 2.
fn thumbprint(material: KeyMaterial<'_>) -> Option<String> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = match material {
        KeyMaterial::Secret(_) => return None,
        KeyMaterial::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
        KeyMaterial::Ec(point) => {
            let (x, y) = point.get(1..)?.split_at((point.len() - 1) / 2);
            let curve = if x.len() == 32 { "P-256" } else { "P-384" };
            format!(
                r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#,
                encode(x),
                encode(y)
            )
        }
        KeyMaterial::Ed25519(key) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(key)),
    };
    let mut thumbprint = encode(&sha256(members.as_bytes()));
    thumbprint.truncate(8);
    Some(thumbprint)
}

/// Whether the material is fit for the algorithm.
pub(super) fn check(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<(), Fault> {
    match (algorithm.key_type(), material) {
        (KeyType::Secret { min_bytes }, KeyMaterial::Secret(secret)) => check_secret(secret, min_bytes),
        (KeyType::Rsa, KeyMaterial::Rsa { n, e }) => check_rsa(n, e),
        (KeyType::Ec(curve), KeyMaterial::Ec(point)) => check_point(curve, point),
        (KeyType::Ed25519, KeyMaterial::Ed25519(key)) => check_ed25519(key),
        _ => Err("is not a key of the type that its algorithm takes"),
    }
}

fn check_secret(secret: &[u8], min_bytes: usize) -> Result<(), Fault> {
    match min_bytes {
        _ if secret.len() >= min_bytes => Ok(()),
        32 => Err("is too short: a secret for HS256 must have at least 32 bytes"),
        48 => Err("is too short: a secret for HS384 must have at least 48 bytes"),
        _ => Err("is too short: a secret for HS512 must have at least 64 bytes"),
    }
}

/// Both numbers without leading zeros.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), Fault> {
    let bits = n
        .first()
        .map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if bits < MIN_RSA_BITS {
        return Err("is an RSA key of less than 2048 bits");
    }
    if bits > MAX_RSA_BITS {
        return Err("is an RSA key of more than 4096 bits");
    }
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let is_plausible_exponent = is_odd(e) && e.len() <= 4 && e != [1];
    if is_odd(n) && is_plausible_exponent {
        Ok(())
    } else {
        Err("is not a valid RSA key")
    }
}

fn check_point(curve: Curve, point: &[u8]) -> Result<(), Fault> {
    let (length, other_curve) = match curve {
        Curve::P256 => (1 + 2 * 32, "is not a key on the curve P-256, which ES256 takes"),
        Curve::P384 => (1 + 2 * 48, "is not a key on the curve P-384, which ES384 takes"),
    };
    match point.first() {
        Some(4) if point.len() == length => Ok(()),
        Some(2 | 3) => Err("has its point in compressed form, which is not supported"),
        _ => Err(other_curve),
    }
}

/// Refuses the points of small order: for some of them anyone can make signatures that verify.
fn check_ed25519(key: &[u8; 32]) -> Result<(), Fault> {
    /// Their `y` coordinates in every encoding, little-endian, without the sign.
    const SMALL_ORDER: [[u8; 32]; 7] = [
        little_endian(0x00, 0x00, 0x00),
        little_endian(0x01, 0x00, 0x00),
        little_endian(0xec, 0xff, 0x7f),
        little_endian(0xed, 0xff, 0x7f),
        little_endian(0xee, 0xff, 0x7f),
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
            0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
            0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let mut y = *key;
    y[31] &= 0x7f;
    if SMALL_ORDER.contains(&y) {
        Err("is an Ed25519 key for which anyone can sign")
    } else {
        Ok(())
    }
}

const fn little_endian(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
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
        let secret = Key::from_secret(Algorithm::HS256, &[7; 32]).unwrap();
        assert_eq!(secret.label(), "HS256");
        assert_eq!(format!("{secret:?}"), "Key { algorithm: HS256, kid: None, .. }");
    }
}
