//! From the value of the token header to [`ApproovClaims`].

mod cache;
mod claims;
mod compact;
mod header_value;
mod jose_header;
mod known_claims;
pub(crate) mod pay;
mod rules;
mod texts;

pub(crate) use cache::{MAX_CACHE_CAPACITY, TokenCache};
pub use claims::{ApproovClaims, ClaimError};
pub(crate) use header_value::{presented, trim};
pub(crate) use rules::{Leeway, TokenRules};

use self::{compact::Compact, header_value::check_presented, jose_header::JoseHeader};
use crate::{keys::CurrentKeys, rejection::Rejection, time::UnixTime};

/// What a verdict depends on, apart from the token.
#[derive(Clone, Copy)]
pub(crate) struct Verifier<'a> {
    pub(crate) keys: &'a CurrentKeys,
    pub(crate) rules: &'a TokenRules,
    pub(crate) cache: &'a TokenCache,
    pub(crate) now: UnixTime,
}

/// A valid token.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) claims: ApproovClaims,
    /// Whether it was in the cache, so that its signature was verified earlier.
    pub(crate) is_cached: bool,
}

impl Verifier<'_> {
    /// The whole verdict on the token in a header value. Everything except the check of its time may come from the
    /// cache.
    pub(crate) fn verify(self, header_value: &[u8]) -> Result<Verified, Rejection> {
        let token = presented(header_value);
        let generation = self.keys.generation();
        let lookup = self.cache.lookup(token);
        if let Some(claims) = lookup.as_ref().and_then(|lookup| lookup.get(generation)) {
            self.rules.check_time(&claims, self.now)?;
            return Ok(Verified {
                claims,
                is_cached: true,
            });
        }
        check_presented(token)?;
        let claims = self.verify_uncached(token)?;
        if let Some(lookup) = lookup {
            lookup.insert(generation, &claims, self.now);
        }
        Ok(Verified {
            claims,
            is_cached: false,
        })
    }

    /// Form, header, signature, claims, time. No claim is read before the signature is verified.
    fn verify_uncached(self, token: &[u8]) -> Result<ApproovClaims, Rejection> {
        let compact = Compact::split(token)?;
        let text;
        let header = if let Some(header) = JoseHeader::usual(compact.header) {
            header
        } else {
            text = compact.header.decode_text(Vec::new())?;
            JoseHeader::parse(&text)?
        };
        let buffer = compact.payload.buffer();
        let signature = compact.signature.decode(buffer)?;
        let (alg, kid) = (&header.alg, header.kid.as_deref());
        let kid = self.keys.verify(alg, kid, compact.signing_input, &signature)?;
        let payload = compact.payload.decode_text(signature)?;
        let claims = ApproovClaims::parse(payload, kid)?;
        self.rules.check(&claims, self.now)?;
        Ok(claims)
    }
}

#[cfg(test)]
mod tests;
