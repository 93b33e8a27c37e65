//! The material of keys.

/// The material of a key, in the encoding that every backend accepts.
#[derive(Clone, Copy)]
pub(crate) enum KeyMaterial<'a> {
    Secret(&'a [u8]),
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
    /// An uncompressed point (SEC 1, section 2.3.3).
    Ec(&'a [u8]),
    Ed25519(&'a [u8; 32]),
}

/// A point that the backend cannot use.
pub(super) struct NotOnCurve;
