//! Token binding: the `pay` claim against the headers of a request.

use actix_web::http::header::HeaderMap;

use crate::{
    policy::EffectivePolicy,
    rejection::Rejection,
    token::{ApproovClaims, pay, trim},
};

/// Checks that the request has each bound header once and not empty, then that the token has `pay`, then that they match.
pub(crate) fn check(headers: &HeaderMap, policy: &EffectivePolicy, claims: &ApproovClaims) -> Result<(), Rejection> {
    if policy.binding.is_empty() {
        return Ok(());
    }
    let values = bound_values(headers, policy.binding)?;
    match claims.token_binding() {
        None if policy.allow_missing_binding_claim => Ok(()),
        None => Err(Rejection::BindingClaimMissing),
        Some(pay) if pay::matches(pay, &values) => Ok(()),
        Some(_) => Err(Rejection::BindingMismatch),
    }
}

fn bound_values<'a>(headers: &'a HeaderMap, names: &[&str]) -> Result<Vec<&'a [u8]>, Rejection> {
    names
        .iter()
        .map(|name| {
            let mut lines = headers.get_all(*name);
            let value = lines.next().ok_or(Rejection::BindingHeaderMissing {})?;
            if lines.next().is_some() {
                return Err(Rejection::BindingHeaderRepeated {});
            }
            match trim(value.as_bytes()) {
                [] => Err(Rejection::BindingHeaderMissing {}),
                value => Ok(value),
            }
        })
        .collect()
}
