//! `Content-Digest`: RFC 9530, section 2.

use actix_web::http::header::HeaderMap;
use sha2::{Digest as _, Sha512};

use super::{
    base::Component,
    fields::{combined, member, parse_dictionary},
};
use crate::{
    crypto::{self, constant_time_eq},
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

    /// Whether the body has all of them.
    pub(crate) fn check(&self, body: &[u8]) -> Result<(), Rejection> {
        let matches = |expected: &Option<Vec<u8>>, digest: fn(&[u8]) -> Vec<u8>| {
            expected
                .as_ref()
                .is_none_or(|expected| constant_time_eq(expected, &digest(body)))
        };
        if matches(&self.sha256, crypto::sha256) && matches(&self.sha512, sha512) {
            Ok(())
        } else {
            Err(Rejection::DigestMismatch)
        }
    }
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    Sha512::digest(bytes).to_vec()
}
