//! Signs requests as Approov's clients do. Shares nothing with the code that verifies them.

use std::{
    fmt::{self, Write as _},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::EncodingKey;

use super::process_secret;
use crate::{Algorithm, ConfigError, crypto, keys::decode_secrets};

/// What stands around the private scalar in the PKCS#8 form of a P-256 key: RFC 5958, RFC 5915.
const PKCS8_PREFIX: &[u8] = &[
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
];

/// What stands before the point in the `SubjectPublicKeyInfo` of a P-256 key: RFC 5480.
const SPKI_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The key of one installation of an app: P-256. Feature `message-signing`.
///
/// # Examples
///
/// ```
/// use approov_actix::testing::{InstallationKey, TokenBuilder};
///
/// let key = InstallationKey::new();
/// let token = TokenBuilder::new().installation_key(&key).build();
/// ```
///
/// # Security
///
/// A new one is random in each process. `Debug` shows nothing.
#[derive(Clone)]
pub struct InstallationKey {
    private: EncodingKey,
    point: Vec<u8>,
}

impl InstallationKey {
    /// A key that is the same for all tests of a process, and unknown to everyone else.
    #[allow(clippy::missing_panics_doc, reason = "the scalar is a good one")]
    pub fn new() -> Self {
        #[allow(
            clippy::expect_used,
            reason = "for tests; a random number is below the group's order but once in 2^32, and then the first bytes differ"
        )]
        Self::from_scalar(&process_secret()[..32]).expect("a private key")
    }

    /// A private key in PEM, as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes it.
    ///
    /// # Errors
    ///
    /// If the text is not PKCS#8 in PEM, or not a P-256 key.
    pub fn from_pem(pem: &str) -> Result<Self, ConfigError> {
        let error = || {
            ConfigError::new("the text given to `InstallationKey::from_pem` is not a P-256 private key in PEM (PKCS#8)")
        };
        let pem = pem::parse(pem).map_err(|_| error())?;
        Some(&pem)
            .filter(|pem| pem.tag() == "PRIVATE KEY")
            .and_then(|pem| Self::from_pkcs8(pem.contents()))
            .ok_or_else(error)
    }

    /// The public key as the token's claim `ipk` has it: base64 of a DER `SubjectPublicKeyInfo`.
    pub fn public_key(&self) -> String {
        STANDARD.encode([SPKI_PREFIX, &self.point].concat())
    }

    fn from_scalar(scalar: &[u8]) -> Option<Self> {
        Self::from_pkcs8(&[PKCS8_PREFIX, scalar].concat())
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let (private, point) = crypto::es256_signing_key(pkcs8)?;
        Some(Self { private, point })
    }
}

impl Default for InstallationKey {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstallationKey").finish_non_exhaustive()
    }
}

/// Signs requests as Approov's newest clients do. Feature `message-signing`.
///
/// Covered are `@method`, `@target-uri`, each header that is given, and the digest of the body if there is one; the parameters are `alg`, `created` and
/// `expires`, 15 seconds later.
///
/// # Examples
///
/// ```
/// use actix_web::test::TestRequest;
/// use approov_actix::testing::{InstallationKey, RequestSigner, TokenBuilder};
///
/// let key = InstallationKey::new();
/// let token = TokenBuilder::new().installation_key(&key).build();
/// let headers = RequestSigner::install(&key).sign(
///     "POST",
///     "https://api.example.com/orders",
///     &[("Approov-Token", &token), ("Content-Type", "application/json")],
///     Some(b"{}"),
/// );
/// let request = TestRequest::post().uri("/orders").insert_header(("Approov-Token", token)).set_payload("{}");
/// let request = headers.into_iter().fold(request, TestRequest::insert_header);
/// ```
///
/// # Security
///
/// The account's key signs for every app of the account: as for [`TokenBuilder::with_base64_secret`](super::TokenBuilder::with_base64_secret). `Debug` shows nothing of a key.
#[derive(Clone)]
#[must_use]
pub struct RequestSigner {
    label: &'static str,
    algorithm: Algorithm,
    algorithm_name: &'static str,
    key: EncodingKey,
    created: Option<SystemTime>,
    lifetime: Duration,
}

impl RequestSigner {
    /// With the installation's key: the label `install`.
    pub fn install(key: &InstallationKey) -> Self {
        Self::new("install", Algorithm::ES256, "ecdsa-p256-sha256", key.private.clone())
    }

    /// With the account's key, in base64: the label `account`.
    ///
    /// # Errors
    ///
    /// If the key is not base64, or shorter than 32 bytes.
    pub fn account(base64_key: &str) -> Result<Self, ConfigError> {
        let keys = decode_secrets(base64_key)
            .map_err(|fault| ConfigError::new(format!("the key given to `RequestSigner::account` {fault}")))?;
        let key = crypto::hs256_signing_key(&keys[0]);
        Ok(Self::new("account", Algorithm::HS256, "hmac-sha256", key))
    }

    fn new(label: &'static str, algorithm: Algorithm, algorithm_name: &'static str, key: EncodingKey) -> Self {
        Self {
            label,
            algorithm,
            algorithm_name,
            key,
            created: None,
            lifetime: Duration::from_secs(15),
        }
    }

    /// Signs as if it were this time. Default: now, at each signature.
    pub fn created_at(mut self, time: SystemTime) -> Self {
        self.created = Some(time);
        self
    }

    /// Good for so long. Default: 15 seconds.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The headers to send beside those that are given: `Signature-Input`, `Signature`, and with a body `Content-Digest`.
    ///
    /// `url` is the whole one, as the app sees it, such as `https://api.example.com/orders?id=1`. Give the token header, and those that are to be
    /// covered as well.
    #[allow(clippy::missing_panics_doc, reason = "the key is a good one")]
    pub fn sign(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Vec<(String, String)> {
        let digest = body.map(|body| format!("sha-256=:{}:", STANDARD.encode(crypto::sha256(body))));
        let mut lines = vec![
            ("@method".to_owned(), method.to_owned()),
            ("@target-uri".to_owned(), url.to_owned()),
        ];
        lines.extend(
            headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())),
        );
        lines.extend(
            digest
                .iter()
                .map(|digest| ("content-digest".to_owned(), digest.clone())),
        );

        let names: Vec<_> = lines.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let created = self
            .created
            .unwrap_or_else(SystemTime::now)
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let parameters = format!(
            "({});alg=\"{}\";created={created};expires={}",
            names.join(" "),
            self.algorithm_name,
            created + self.lifetime.as_secs()
        );
        let mut base = String::new();
        for (name, value) in &lines {
            // Writing to a string does not fail.
            let _ = writeln!(base, "\"{name}\": {value}");
        }
        let _ = write!(base, "\"@signature-params\": {parameters}");
        #[allow(clippy::expect_used, reason = "for tests; both kinds of keys sign any message")]
        let signature = crypto::sign(self.algorithm, &self.key, base.as_bytes()).expect("a signature");

        let mut signed = vec![
            ("Signature-Input".to_owned(), format!("{}={parameters}", self.label)),
            (
                "Signature".to_owned(),
                format!("{}=:{}:", self.label, STANDARD.encode(signature)),
            ),
        ];
        signed.extend(digest.map(|digest| ("Content-Digest".to_owned(), digest)));
        signed
    }
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSigner")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let key = InstallationKey::new();
        assert_eq!(key.public_key().len(), 124);
        assert_eq!(key.public_key(), InstallationKey::default().public_key());
        assert_eq!(format!("{key:?}"), "InstallationKey { .. }");
        assert!(InstallationKey::from_pem("junk").is_err());
        assert!(RequestSigner::account("junk!").is_err());
    }
}
