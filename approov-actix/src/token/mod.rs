//! From the value of the token header to [`ApproovClaims`].

mod claims;
mod compact;
mod header;
mod known;
mod presented;
mod rules;

pub use claims::{ApproovClaims, ClaimError};
pub(crate) use presented::presented_token;
pub(crate) use rules::{Clock, MAX_LEEWAY, TokenRules};

use self::{compact::Compact, header::JoseHeader};
use crate::{keys::CurrentKeys, rejection::Rejection};

/// The whole verdict on one token: form, header, signature, claims, time. Nothing of the claims is read before the
/// signature has been found good.
pub(crate) fn verify(
    token: &str,
    keys: &CurrentKeys,
    rules: &TokenRules,
    clock: Clock,
) -> Result<ApproovClaims, Rejection> {
    let compact = Compact::split(token)?;
    let header = compact.header()?;
    let header = JoseHeader::parse(&header)?;
    let kid = keys.verify(
        &header.alg,
        header.kid.as_deref(),
        compact.signing_input,
        &compact.signature()?,
    )?;
    let claims = ApproovClaims::parse(compact.payload()?, kid)?;
    rules.check(&claims, clock)?;
    Ok(claims)
}

#[cfg(test)]
mod tests;
