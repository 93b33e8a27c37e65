//! Tokens like those of Approov: HS256, 391 bytes, eight claims. No two of them are the same.

use std::{
    cell::Cell,
    hint::black_box,
    time::{Instant, SystemTime},
};

use approov_actix::{Algorithm, Approov, Key};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use criterion::Bencher;
use jsonwebtoken::EncodingKey;
use p256::pkcs8::EncodePrivateKey as _;
use rsa::{
    RsaPrivateKey,
    pkcs1::EncodeRsaPrivateKey as _,
    pkcs8::{EncodePublicKey as _, LineEnding},
    rand_core::OsRng,
};

pub(crate) struct Minter {
    algorithm: jsonwebtoken::Algorithm,
    signing: EncodingKey,
    verifying: Key,
    kid: Option<String>,
    expires_in: i64,
    pay: String,
    /// More claims than eight.
    more: String,
    count: Cell<u64>,
}

/// One for each number. The same byte again and again is refused.
pub(crate) fn secret(number: u8) -> [u8; 32] {
    let mut secret = [number; 32];
    secret[0] = !number;
    secret
}

impl Minter {
    pub(crate) fn hs256() -> Self {
        Self::hs256_with(secret(7))
    }

    pub(crate) fn hs256_with(secret: [u8; 32]) -> Self {
        Self::new(
            jsonwebtoken::Algorithm::HS256,
            EncodingKey::from_secret(&secret),
            Key::from_secret(Algorithm::HS256, &secret).unwrap(),
        )
    }

    pub(crate) fn es256() -> Self {
        let key = p256::SecretKey::random(&mut OsRng);
        let pem = key.public_key().to_public_key_pem(LineEnding::LF).unwrap();
        Self::new(
            jsonwebtoken::Algorithm::ES256,
            EncodingKey::from_ec_der(key.to_pkcs8_der().unwrap().as_bytes()),
            Key::from_pem(Algorithm::ES256, &pem).unwrap(),
        )
    }

    pub(crate) fn rs256() -> Self {
        let key = RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
        Self::new(
            jsonwebtoken::Algorithm::RS256,
            EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes()),
            Key::from_pem(Algorithm::RS256, &public_pem(&key)).unwrap(),
        )
    }

    fn new(algorithm: jsonwebtoken::Algorithm, signing: EncodingKey, verifying: Key) -> Self {
        // With both backends compiled in, jsonwebtoken does not choose for itself. A second choice is refused, which is
        // fine.
        #[cfg(feature = "aws-lc-rs")]
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        #[cfg(not(feature = "aws-lc-rs"))]
        let _ = jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER.install_default();
        Self {
            algorithm,
            signing,
            verifying,
            kid: None,
            expires_in: 3600,
            pay: "A".repeat(44),
            more: String::new(),
            count: Cell::new(0),
        }
    }

    pub(crate) fn with_key_id(self, kid: &str) -> Self {
        Self {
            verifying: self.verifying.with_key_id(kid),
            kid: Some(kid.to_owned()),
            ..self
        }
    }

    pub(crate) fn expired(self) -> Self {
        Self {
            expires_in: -3600,
            ..self
        }
    }

    pub(crate) fn bound_to(self, pay: String) -> Self {
        Self { pay, ..self }
    }

    pub(crate) fn with_installation_key(self, key: &str) -> Self {
        Self {
            more: format!(r#","ipk":"{key}""#),
            ..self
        }
    }

    /// With one more claim of this text.
    pub(crate) fn with_filling(self, text: &str) -> Self {
        Self {
            more: format!(r#","fill":"{text}""#),
            ..self
        }
    }

    /// With as many audiences as fit, for which the most has to be kept.
    pub(crate) fn with_audiences(self) -> Self {
        Self {
            more: format!(r#","aud":["\n"{}]"#, r#","\n""#.repeat(1_150)),
            ..self
        }
    }

    pub(crate) fn key(&self) -> Key {
        self.verifying.clone()
    }

    /// An application with this key alone, and nothing else configured.
    pub(crate) fn approov(&self) -> Approov {
        Approov::builder().keys(self.key()).build().unwrap()
    }

    pub(crate) fn mint(&self) -> String {
        let number = self.count.replace(self.count.get() + 1);
        let kid = self
            .kid
            .as_ref()
            .map_or(String::new(), |kid| format!(r#","kid":"{kid}""#));
        let header = format!(r#"{{"alg":"{:?}","typ":"JWT"{kid}}}"#, self.algorithm);
        let claims = format!(
            r#"{{"exp":{},"iat":{},"iss":"approov.io","did":"{number:022}==","ip":"203.0.113.77","arc":"KQ3T9ZJ2XA","pay":"{}","sub":"ExampleApproovTokenSubjectExampleSubjectExa="{}}}"#,
            now() + self.expires_in,
            now() - 7200,
            self.pay,
            self.more,
        );
        self.sign(&header, &claims)
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.signing, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

/// Of a new RSA key.
pub(crate) fn rsa_public_pem() -> String {
    public_pem(&RsaPrivateKey::new(&mut OsRng, 2048).unwrap())
}

fn public_pem(key: &RsaPrivateKey) -> String {
    key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap()
}

/// Measures how long a thing takes for inputs that were never seen before.
pub(crate) fn with_new<T, R>(
    bencher: &mut Bencher<'_>,
    mut make: impl FnMut() -> T,
    mut measured: impl FnMut(&T) -> R,
) {
    bencher.iter_custom(|iterations| {
        let chunk = |count| {
            let inputs: Vec<T> = (0..count).map(|_| make()).collect();
            let start = Instant::now();
            for input in &inputs {
                black_box(measured(black_box(input)));
            }
            start.elapsed()
        };
        in_chunks(iterations).map(chunk).sum()
    });
}

/// So many at once that reading the clock does not count, and so few that they fit in the processor's cache, where a
/// request just was.
pub(crate) fn in_chunks(iterations: u64) -> impl Iterator<Item = usize> {
    const MOST: u64 = 512;
    (0..iterations.div_ceil(MOST)).map(move |chunk| usize::try_from(MOST.min(iterations - chunk * MOST)).unwrap())
}

fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since_epoch.as_secs()).unwrap()
}
