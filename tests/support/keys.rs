//! Keys of every algorithm, and what they sign, with the crates of the RustCrypto project.
//!
//! The private keys in the directory `keys` protect nothing: everyone can read them. They are fixed because making RSA
//! keys takes seconds. Each came from a command like these, and the certificate from the last one:
//!
//! ```sh
//! openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem # rsa-1024.pem: with 1024 bits
//! openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -pkeyopt rsa_keygen_pubexp:3 -out rsa-4096.pem
//! openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem # ed25519.pem: -algorithm ED25519
//! openssl req -x509 -new -key p256.pem -subj /CN=test -days 36500 -out certificate.pem
//! ```

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac, digest::KeyInit};
use rsa::{
    RsaPrivateKey,
    pkcs1v15::Pkcs1v15Sign,
    pkcs8::{AssociatedOid, DecodePrivateKey, EncodePublicKey as _, LineEnding, spki::Document},
    pss::Pss,
    rand_core::OsRng,
    signature::Signer,
    traits::PublicKeyParts as _,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512, digest::DynDigest};

use crate::token;

/// Every algorithm there is.
pub const ALGORITHMS: [&str; 12] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// Those of secrets.
pub const HMACS: [&str; 3] = *ALGORITHMS.first_chunk().unwrap();

/// Those of public keys.
pub const SIGNATURES: [&str; 9] = *ALGORITHMS.last_chunk().unwrap();

/// A certificate of the key [`TestKey::new`]`("ES256")`.
pub const CERTIFICATE: &str = include_str!("keys/certificate.pem");

/// A key that signs, with its algorithm.
///
/// Algorithms of one family have the same key: `RS256` and `PS512` differ in how they sign, and in nothing else.
#[derive(Debug, Clone)]
pub struct TestKey {
    algorithm: String,
    secret: Secret,
    private_pem: &'static str,
}

#[derive(Debug, Clone)]
enum Secret {
    Hmac(Vec<u8>),
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

/// A file in the directory `keys`.
macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("keys/", $name, ".pem"))
    };
}

impl TestKey {
    /// The key of this algorithm.
    pub fn new(algorithm: &str) -> Self {
        let pems = [pem!("rsa"), pem!("p256"), pem!("p384"), pem!("ed25519")];
        Self::of(algorithm, &[0xA5, 0xC3].repeat(32), pems)
    }

    /// Another key of the same type.
    pub fn other(algorithm: &str) -> Self {
        let pems = [
            pem!("rsa-other"),
            pem!("p256-other"),
            pem!("p384-other"),
            pem!("ed25519-other"),
        ];
        Self::of(algorithm, &[0x5A, 0x3C].repeat(32), pems)
    }

    /// An RSA key that is too short for tokens.
    pub fn rsa_1024(algorithm: &str) -> Self {
        Self::of(algorithm, &[], [pem!("rsa-1024"), "", "", ""])
    }

    /// The longest RSA key that is allowed, with the smallest exponent.
    pub fn rsa_4096(algorithm: &str) -> Self {
        Self::of(algorithm, &[], [pem!("rsa-4096"), "", "", ""])
    }

    fn of(algorithm: &str, secret: &[u8], [rsa, p256, p384, ed25519]: [&'static str; 4]) -> Self {
        let (private_pem, secret) = match family(algorithm) {
            "HS" => ("", Secret::Hmac(secret.to_vec())),
            "RSA" => (rsa, Secret::Rsa(Box::new(RsaPrivateKey::from_pkcs8_pem(rsa).unwrap()))),
            "ES256" => (p256, Secret::P256(DecodePrivateKey::from_pkcs8_pem(p256).unwrap())),
            "ES384" => (p384, Secret::P384(DecodePrivateKey::from_pkcs8_pem(p384).unwrap())),
            _ => (
                ed25519,
                Secret::Ed25519(Box::new(DecodePrivateKey::from_pkcs8_pem(ed25519).unwrap())),
            ),
        };
        Self {
            algorithm: algorithm.to_owned(),
            secret,
            private_pem,
        }
    }

    /// Any bytes as a secret, even if they are none.
    pub fn hmac(algorithm: &str, secret: &[u8]) -> Self {
        assert_eq!(family(algorithm), "HS");
        Self::of(algorithm, secret, [""; 4])
    }

    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The secret of an HMAC key, which has no public key.
    pub fn secret(&self) -> Option<&[u8]> {
        match &self.secret {
            Secret::Hmac(secret) => Some(secret),
            _ => None,
        }
    }

    /// A token as Approov makes it for a genuine app.
    pub fn token(&self, kid: Option<&str>) -> String {
        let mut header = json!({ "alg": self.algorithm, "typ": "JWT" });
        if let Some(kid) = kid {
            header["kid"] = kid.into();
        }
        self.sign(&header.to_string(), &token::claims(&json!({})).to_string())
    }

    /// A token of any header and payload, whatever the header says.
    pub fn sign(&self, header: &str, payload: &str) -> String {
        let message = signing_input(header, payload);
        let signature = self.signature(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        match (&self.secret, self.algorithm.as_str()) {
            (Secret::Hmac(secret), "HS256") => mac::<Hmac<Sha256>>(secret, message),
            (Secret::Hmac(secret), "HS384") => mac::<Hmac<Sha384>>(secret, message),
            (Secret::Hmac(secret), _) => mac::<Hmac<Sha512>>(secret, message),
            (Secret::Rsa(key), "RS256") => rsa_pkcs1::<Sha256>(key, message),
            (Secret::Rsa(key), "RS384") => rsa_pkcs1::<Sha384>(key, message),
            (Secret::Rsa(key), "RS512") => rsa_pkcs1::<Sha512>(key, message),
            (Secret::Rsa(_), _) => self.pss_signature(message, None),
            (Secret::P256(key), _) => Signer::<p256::ecdsa::Signature>::sign(key, message).to_vec(),
            (Secret::P384(key), _) => Signer::<p384::ecdsa::Signature>::sign(key, message).to_vec(),
            (Secret::Ed25519(key), _) => key.sign(message).to_vec(),
        }
    }

    /// A signature of `PS256` and its like, with a salt of any length. None is as long as the hash, which is the only
    /// length for tokens.
    pub fn pss_signature(&self, message: &[u8], salt_length: Option<usize>) -> Vec<u8> {
        let Secret::Rsa(key) = &self.secret else {
            panic!("{} is not an RSA algorithm", self.algorithm);
        };
        match self.algorithm.as_str() {
            "PS256" => rsa_pss::<Sha256>(key, message, salt_length),
            "PS384" => rsa_pss::<Sha384>(key, message, salt_length),
            _ => rsa_pss::<Sha512>(key, message, salt_length),
        }
    }

    /// The public key as DER, a `SubjectPublicKeyInfo`.
    pub fn der(&self) -> Vec<u8> {
        self.document().into_vec()
    }

    pub fn pem(&self) -> String {
        self.document().to_pem("PUBLIC KEY", LineEnding::LF).unwrap()
    }

    fn document(&self) -> Document {
        match &self.secret {
            Secret::Hmac(_) => panic!("a secret has no public key"),
            Secret::Rsa(key) => key.to_public_key().to_public_key_der(),
            Secret::P256(key) => key.verifying_key().to_public_key_der(),
            Secret::P384(key) => key.verifying_key().to_public_key_der(),
            Secret::Ed25519(key) => key.verifying_key().to_public_key_der(),
        }
        .unwrap()
    }

    /// The key as a JWK: the public key, or the secret.
    pub fn jwk(&self, kid: Option<&str>) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let ec = |crv: &str, point: &[u8]| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            json!({ "kty": "EC", "crv": crv, "x": text(x), "y": text(y) })
        };
        let mut jwk = match &self.secret {
            Secret::Hmac(secret) => json!({ "kty": "oct", "k": text(secret) }),
            Secret::Rsa(key) => {
                json!({ "kty": "RSA", "n": text(&key.n().to_bytes_be()), "e": text(&key.e().to_bytes_be()) })
            }
            Secret::P256(key) => ec("P-256", key.verifying_key().to_encoded_point(false).as_bytes()),
            Secret::P384(key) => ec("P-384", key.verifying_key().to_encoded_point(false).as_bytes()),
            Secret::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(key.verifying_key().as_bytes()) })
            }
        };
        jwk["alg"] = self.algorithm.as_str().into();
        if let Some(kid) = kid {
            jwk["kid"] = kid.into();
        }
        jwk
    }

    pub fn private_pem(&self) -> String {
        self.private_pem.to_owned()
    }

    /// The public RSA key as PEM in the older form, `RSA PUBLIC KEY`.
    pub fn pkcs1_pem(&self) -> String {
        use rsa::pkcs1::EncodeRsaPublicKey as _;
        let Secret::Rsa(key) = &self.secret else {
            panic!("{} is not an RSA algorithm", self.algorithm);
        };
        key.to_public_key().to_pkcs1_pem(LineEnding::LF).unwrap()
    }
}

/// Algorithms with the same name here take the same key.
fn family(algorithm: &str) -> &str {
    assert!(ALGORITHMS.contains(&algorithm), "{algorithm}");
    match &algorithm[..2] {
        "HS" => "HS",
        "RS" | "PS" => "RSA",
        _ => algorithm,
    }
}

/// Header and payload as they are signed.
pub fn signing_input(header: &str, payload: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

pub fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

pub(crate) fn mac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn rsa_pkcs1<D: Digest + AssociatedOid>(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    key.sign(Pkcs1v15Sign::new::<D>(), &D::digest(message)).unwrap()
}

fn rsa_pss<D: Digest + DynDigest + Send + Sync + 'static>(
    key: &RsaPrivateKey,
    message: &[u8],
    salt_length: Option<usize>,
) -> Vec<u8> {
    let salt_length = salt_length.unwrap_or(<D as Digest>::output_size());
    let scheme = Pss::new_with_salt::<D>(salt_length);
    key.sign_with_rng(&mut OsRng, scheme, &D::digest(message)).unwrap()
}
