//! A public key as a `SubjectPublicKeyInfo`: in PEM, or in a token's `ipk`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pkcs1::RsaPublicKey;
use spki::{
    ObjectIdentifier, SubjectPublicKeyInfoRef,
    der::{Decode as _, asn1::UintRef},
};

use super::strength::check;
use crate::{
    config::Fault,
    crypto::algorithm::{Algorithm, Curve, KeyType},
    crypto::{KeyMaterial, VerifyingKey},
};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The public key of an installation, from a token's `ipk`: base64 of a `SubjectPublicKeyInfo`, P-256.
pub(crate) fn installation_key(ipk: &str) -> Option<VerifyingKey> {
    let der = STANDARD.decode(ipk).ok()?;
    let material = material(Algorithm::ES256, &der).ok()?;
    check(Algorithm::ES256, material).ok()?;
    VerifyingKey::new(Algorithm::ES256, material)
}

/// The material of the key, if it has the algorithm's type and curve.
pub(super) fn material(algorithm: Algorithm, der: &[u8]) -> Result<KeyMaterial<'_>, Fault> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| "is not a valid public key")?;
    let bits = info.subject_public_key.as_bytes().ok_or("is not a valid public key")?;
    let oid = info.algorithm.oid;
    let curve = || info.algorithm.parameters_oid().ok();
    match algorithm.key_type() {
        KeyType::Rsa if oid == RSA => {
            let key = RsaPublicKey::from_der(bits).map_err(|_| "is not a valid RSA key")?;
            let (n, e): (UintRef<'_>, UintRef<'_>) = (key.modulus, key.public_exponent);
            Ok(KeyMaterial::Rsa {
                n: n.as_bytes(),
                e: e.as_bytes(),
            })
        }
        KeyType::Ec(Curve::P256) if oid == EC && curve() == Some(P256) => Ok(KeyMaterial::Ec(bits)),
        KeyType::Ec(Curve::P384) if oid == EC && curve() == Some(P384) => Ok(KeyMaterial::Ec(bits)),
        KeyType::Ed25519 if oid == ED25519 => {
            let key = bits.try_into().map_err(|_| "is not a valid Ed25519 key")?;
            Ok(KeyMaterial::Ed25519(key))
        }
        KeyType::Rsa if oid == RSASSA_PSS => {
            Err("is an RSA key of the type id-RSASSA-PSS; use one of the type rsaEncryption")
        }
        KeyType::Rsa => Err("is not an RSA key, which the algorithm requires"),
        KeyType::Ec(Curve::P256) => Err("is not a key on the curve P-256, which ES256 takes"),
        KeyType::Ec(Curve::P384) => Err("is not a key on the curve P-384, which ES384 takes"),
        KeyType::Ed25519 => Err("is not an Ed25519 key, which EdDSA takes"),
        KeyType::Secret { .. } => Err("is not a secret"),
    }
}

/// The bytes of the only PEM block.
pub(super) fn decode_pem(text: &str) -> Result<Vec<u8>, Fault> {
    let blocks = pem::parse_many(text).map_err(|_| "is not PEM")?;
    if blocks.iter().any(|block| block.tag().contains("PRIVATE KEY")) {
        return Err("is a private key, which does not belong on a server that only verifies; use the public key");
    }
    let [block] = blocks.as_slice() else {
        return Err(if blocks.is_empty() {
            "is not PEM"
        } else {
            "has more than one PEM block; use one public key"
        });
    };
    match block.tag() {
        "PUBLIC KEY" => Ok(block.contents().to_vec()),
        "CERTIFICATE" => Err("is a certificate; use its public key, from `openssl x509 -pubkey -noout`"),
        "RSA PUBLIC KEY" => {
            Err("is a public key in PKCS#1 form; convert it with `openssl rsa -RSAPublicKey_in -pubout`")
        }
        _ => Err("is not a public key: its PEM label is not `PUBLIC KEY`"),
    }
}
