//! Token binding: compares the `pay` claim with the headers of a request.

use std::borrow::Cow;

use actix_web::http::header::HeaderMap;

use crate::{
    field_lines::{FieldLines, TooLong},
    policy::EffectivePolicy,
    rejection::Rejection,
    token::{ApproovClaims, pay},
};

/// Checks that the request has each bound header once and not empty, then that the token has `pay`, then that they
/// match.
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

fn bound_values<'a>(headers: &'a HeaderMap, names: &[&str]) -> Result<Vec<Cow<'a, [u8]>>, Rejection> {
    names
        .iter()
        .map(|name| {
            let lines = FieldLines::of(headers, name).map_err(|TooLong| Rejection::BindingHeaderRepeated {})?;
            let lines = lines.ok_or(Rejection::BindingHeaderMissing {})?;
            let value = lines.single_value().ok_or(Rejection::BindingHeaderRepeated {})?;
            if value.is_empty() {
                return Err(Rejection::BindingHeaderMissing {});
            }
            Ok(value)
        })
        .collect()
}
