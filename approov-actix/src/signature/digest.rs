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

/// What a valid signature requires of the body.
#[derive(Debug, Clone)]
pub(crate) enum ExpectedBody {
    Any,
    /// A body with these digests.
    Digest(Box<ExpectedDigest>),
    /// No body, because the signature covers no digest and the policy requires one.
    Empty {
        /// Whether the signature covers `Upgrade`: the bytes of another protocol are not a body.
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
    /// Every digest of a supported algorithm: sha-256, sha-512. The signature must cover at least one of them.
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

    pub(crate) fn hasher(&self) -> BodyHasher<'_> {
        let digests = [(Hash::Sha256, &self.sha256), (Hash::Sha512, &self.sha512)];
        BodyHasher(digests.map(|(hash, expected)| Some((Hasher::new(hash), expected.as_deref()?))))
    }
}

/// Computes the digests of a body while it arrives, each beside the expected one.
pub(crate) struct BodyHasher<'a>([Option<(Hasher, &'a [u8])>; 2]);

impl BodyHasher<'_> {
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        for (hasher, _) in self.0.iter_mut().flatten() {
            hasher.update(chunk);
        }
    }

    /// Whether the body has all the digests.
    pub(crate) fn verdict(self) -> Result<(), Rejection> {
        let mut digests = self.0.into_iter().flatten();
        if digests.all(|(hasher, expected)| constant_time_eq(expected, &hasher.finish())) {
            Ok(())
        } else {
            Err(Rejection::DigestMismatch)
        }
    }
}
