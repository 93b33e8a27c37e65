//! The signature algorithms of tokens.

use std::{fmt, str::FromStr};

use crate::config::ConfigError;

/// A signature algorithm of tokens: RFC 7518, section 3.1, and RFC 8037.
///
/// Each key is used only with the algorithm that it was configured with, whatever a token's header says.
///
/// # Security
///
/// There is no `none`. Anyone who can verify an HMAC (`HS256` to `HS512`) can make one as well. With every other
/// algorithm, the server holds a public key, which cannot make tokens.
///
/// # Examples
///
/// ```
/// use approov_actix::Algorithm;
///
/// assert_eq!("ES256".parse(), Ok(Algorithm::ES256));
/// assert_eq!(Algorithm::ES256.to_string(), "ES256");
/// assert!("none".parse::<Algorithm>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256. The algorithm of the account secret.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// `EdDSA` with Ed25519.
    EdDSA,
}

/// The kind of key that an algorithm takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    /// A secret that is at least as long as the hash (RFC 7518, section 3.2).
    Secret {
        min_bytes: usize,
    },
    Rsa,
    Ec(Curve),
    Ed25519,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 12] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
    ];

    /// The name in the `alg` member of a token's header and of a JWK.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(approov_actix::Algorithm::RS256.name(), "RS256");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(crate) fn key_type(self) -> KeyType {
        match self {
            Self::HS256 => KeyType::Secret { min_bytes: 32 },
            Self::HS384 => KeyType::Secret { min_bytes: 48 },
            Self::HS512 => KeyType::Secret { min_bytes: 64 },
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => KeyType::Rsa,
            Self::ES256 => KeyType::Ec(Curve::P256),
            Self::ES384 => KeyType::Ec(Curve::P384),
            Self::EdDSA => KeyType::Ed25519,
        }
    }
}

/// The name, as in RFC 7518.
impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Accepts only the exact name, as in RFC 7518.
impl FromStr for Algorithm {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        Self::from_name(name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            ConfigError::invalid(format!("the algorithm is none of {names}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
        for name in [
            "", "none", "None", "hs256", "HS256 ", "HS1", "ES512", "ES256K", "Ed25519", "eddsa",
        ] {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
        }
        let error = "none".parse::<Algorithm>().unwrap_err().to_string();
        assert!(error.starts_with("the algorithm is none of HS256, HS384"), "{error}");
    }
}
