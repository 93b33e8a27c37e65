//! A key that verifies signatures.

use std::fmt;

use jsonwebtoken::{DecodingKey, crypto::JwtVerifier};

use super::{algorithm::Algorithm, backend, material::KeyMaterial};

/// A key together with the only algorithm it is ever used with.
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    form: Form,
}

enum Form {
    Prepared(backend::PreparedKey),
    /// A key for which a verifier is built for each signature.
    Unprepared {
        key: DecodingKey,
        /// For an RSA key.
        modulus: Option<Vec<u8>>,
    },
}

impl VerifyingKey {
    /// A key of the type that the algorithm takes. None if the backend cannot use it, such as a point that is not on
    /// the curve.
    pub(crate) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Option<Self> {
        let form = match backend::PreparedKey::new(algorithm, material).ok()? {
            Some(key) => Form::Prepared(key),
            None => Form::unprepared(algorithm, material)?,
        };
        Some(Self { algorithm, form })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's signature of `message`. MACs are compared in constant time, by the backend.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        #[cfg(test)]
        VERIFICATIONS.with(|count| count.set(count.get() + 1));

        match &self.form {
            Form::Prepared(key) => key.verifies(message, signature),
            Form::Unprepared { key, modulus } => {
                is_in_range(signature, modulus.as_deref())
                    && verifier(self.algorithm, key)
                        .is_some_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
            }
        }
    }
}

impl Form {
    fn unprepared(algorithm: Algorithm, material: KeyMaterial<'_>) -> Option<Self> {
        let (key, modulus) = match material {
            // Every backend prepares the secrets of HMACs, so this secret is for another algorithm.
            KeyMaterial::Secret(_) => return None,
            KeyMaterial::Rsa { n, e } => (DecodingKey::from_rsa_raw_components(n, e), Some(n.to_vec())),
            KeyMaterial::Ec(point) => (DecodingKey::from_ec_der(point), None),
            KeyMaterial::Ed25519(key) => (DecodingKey::from_ed_der(key), None),
        };
        verifier(algorithm, &key)?;
        Some(Self::Unprepared { key, modulus })
    }
}

/// An RSA signature is a number below the modulus, and has as many bytes: RFC 8017, sections 8.1.2 and 5.2.2.
/// RustCrypto's PSS also accepts larger numbers, which would give each token a second spelling.
fn is_in_range(signature: &[u8], modulus: Option<&[u8]>) -> bool {
    modulus.is_none_or(|modulus| signature.len() == modulus.len() && signature < modulus)
}

fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Option<Box<dyn JwtVerifier>> {
    (backend::PROVIDER.verifier_factory)(&to_backend(algorithm), key).ok()
}

pub(super) fn to_backend(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::HS256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::HS384 => jsonwebtoken::Algorithm::HS384,
        Algorithm::HS512 => jsonwebtoken::Algorithm::HS512,
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::RS384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::RS512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::PS256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::PS384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::PS512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::ES384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDSA => jsonwebtoken::Algorithm::EdDSA,
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
thread_local! {
    /// How many signatures this thread has verified.
    pub(crate) static VERIFICATIONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn hs256(secret: &[u8]) -> VerifyingKey {
        VerifyingKey::new(Algorithm::HS256, KeyMaterial::Secret(secret)).unwrap()
    }

    /// RFC 7515, appendix A.1.
    #[test]
    fn hs256_test_vector() {
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let secret = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let message = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD
            .decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
            .unwrap();
        let key = hs256(&secret);

        assert!(key.verifies(message, &signature));
        assert!(!key.verifies(&message[1..], &signature));
        assert!(!key.verifies(message, &signature[..31]));
        assert!(!key.verifies(message, &[signature.as_slice(), &[0]].concat()));
        assert!(!key.verifies(message, &[]));
        assert!(!hs256(&secret[1..]).verifies(message, &signature));
    }

    #[test]
    fn debug_shows_no_key() {
        let key = hs256(b"0123456789abcdef0123456789abcdef");
        assert_eq!(format!("{key:?}"), "VerifyingKey { algorithm: HS256, .. }");
    }
}
