//! What makes a key safe to verify with.

use crate::{
    config::Fault,
    crypto::KeyMaterial,
    crypto::algorithm::{Algorithm, Curve, KeyType},
};

const MIN_RSA_BITS: usize = 2048;
/// The maximum that both backends accept.
const MAX_RSA_BITS: usize = 4096;

/// Checks that the material has the type that the algorithm needs, and is strong enough.
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
    let is_one_byte = secret.windows(2).all(|pair| pair[0] == pair[1]);
    match min_bytes {
        _ if secret.len() >= min_bytes && is_one_byte => {
            Err("is the same byte again and again, which anyone can guess")
        }
        _ if secret.len() >= min_bytes => Ok(()),
        32 => Err("is too short: a secret for HS256 must have at least 32 bytes"),
        48 => Err("is too short: a secret for HS384 must have at least 48 bytes"),
        _ => Err("is too short: a secret for HS512 must have at least 64 bytes"),
    }
}

/// Expects both numbers without leading zeros.
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

/// Refuses the points of small order: for some of them, anyone can make valid signatures.
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
