//! `Content-Digest`: RFC 9530, section 2.

use actix_web::http::header::HeaderMap;

use super::{
    base::Component,
    fields::{combined, member, parse_dictionary},
};
use crate::{
    crypto::{Hash, Hasher, constant_time_eq},
    rejection::Rejection,
};

/// What a body must be, by a good signature.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedBody {
    Any,
    /// One with these digests.
    Digest(Box<ExpectedDigest>),
    /// None, as the signature covers no digest and the policy asks for one.
    Empty {
        /// Whether the signature covers that another protocol follows, whose bytes are no body.
        covers_upgrade: bool,
    },
}

impl ExpectedBody {
    pub(crate) fn needs_reading(&self) -> bool {
        !matches!(self, Self::Any)
    }
}

/// The digests that a body must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpectedDigest {
    sha256: Option<Vec<u8>>,
    sha512: Option<Vec<u8>>,
}

impl ExpectedDigest {
    /// Every digest of a supported algorithm: sha-256, sha-512. One of them must be covered by the signature.
    pub(super) fn of(headers: &HeaderMap, covered: &[&Component]) -> Result<Self, Rejection> {
        let text = combined(headers, "content-digest").map_err(|_| Rejection::DigestMalformed)?;
        let text = text.ok_or(Rejection::DigestMalformed)?;
        let dictionary = parse_dictionary(&text).map_err(|_| Rejection::DigestMalformed)?;
        let digest = |algorithm: &str| {
            let bytes = member(&dictionary, algorithm).map(|member| member.bytes().ok_or(Rejection::DigestMalformed));
            bytes.transpose()
        };
        let expected = Self {
            sha256: digest("sha-256")?,
            sha512: digest("sha-512")?,
        };
        let is_covered = |digest: &Option<Vec<u8>>, algorithm| {
            digest.is_some() && covered.iter().any(|component| component.covers_member(algorithm))
        };
        if is_covered(&expected.sha256, "sha-256") || is_covered(&expected.sha512, "sha-512") {
            Ok(expected)
        } else {
            Err(Rejection::DigestMalformed)
        }
    }

    /// To be shown the body.
    pub(crate) fn hasher(&self) -> BodyHasher<'_> {
        let hasher = |expected: &Option<Vec<u8>>, hash| expected.is_some().then(|| Hasher::new(hash));
        BodyHasher {
            expected: self,
            sha256: hasher(&self.sha256, Hash::Sha256),
            sha512: hasher(&self.sha512, Hash::Sha512),
        }
    }
}

/// Computes the digests of a body while it comes.
pub(crate) struct BodyHasher<'a> {
    expected: &'a ExpectedDigest,
    sha256: Option<Hasher>,
    sha512: Option<Hasher>,
}

impl BodyHasher<'_> {
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        let hashers = [&mut self.sha256, &mut self.sha512];
        for hasher in hashers.into_iter().flatten() {
            hasher.update(chunk);
        }
    }

    /// Whether the body has all of the digests.
    pub(crate) fn verdict(self) -> Result<(), Rejection> {
        let matches = |expected: &Option<Vec<u8>>, hasher: Option<Hasher>| match (expected, hasher) {
            (Some(expected), Some(hasher)) => constant_time_eq(expected, &hasher.finish()),
            (expected, _) => expected.is_none(),
        };
        if matches(&self.expected.sha256, self.sha256) && matches(&self.expected.sha512, self.sha512) {
            Ok(())
        } else {
            Err(Rejection::DigestMismatch)
        }
    }
}
