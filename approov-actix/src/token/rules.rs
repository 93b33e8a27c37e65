//! What a well-signed token must say: its time, and issuer and audience where the application expects some.

use std::time::Duration;

use super::claims::ApproovClaims;
use crate::{
    rejection::Rejection,
    time::{Moment, YEAR_10000},
};

/// The most leeway that can be configured.
pub(crate) const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

/// What the application expects of claims.
#[derive(Debug, Default)]
pub(crate) struct TokenRules {
    pub(crate) leeway: Duration,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
}

impl TokenRules {
    pub(super) fn check(&self, claims: &ApproovClaims, now: Moment) -> Result<(), Rejection> {
        self.check_time(claims, now)?;
        if self.issuer.is_some() && claims.issuer() != self.issuer.as_deref() {
            return Err(Rejection::TokenIssuer);
        }
        if let Some(audience) = &self.audience
            && !claims.audience().any(|one| one == audience)
        {
            return Err(Rejection::TokenAudience);
        }
        Ok(())
    }

    pub(crate) fn check_time(&self, claims: &ApproovClaims, now: Moment) -> Result<(), Rejection> {
        let (now, leeway) = (now.seconds(), self.leeway.as_secs_f64());
        let exp = claims.exp().ok_or(Rejection::TokenExpiryMissing)?;
        if exp + leeway <= now {
            return Err(Rejection::TokenExpired);
        }
        if !(0.0..YEAR_10000).contains(&exp) {
            return Err(Rejection::TokenClaimInvalid { claim: "exp" });
        }
        if claims.nbf().is_some_and(|nbf| nbf - leeway > now) {
            return Err(Rejection::TokenNotYetValid);
        }
        Ok(())
    }
}
