//! What a well-signed token must say: its time, and issuer and audience where the application expects some.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{claims::ApproovClaims, known_claims::YEAR_10000};
use crate::rejection::Rejection;

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
    pub(super) fn check(&self, claims: &ApproovClaims, clock: Clock) -> Result<(), Rejection> {
        self.check_time(claims, clock)?;
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

    pub(crate) fn check_time(&self, claims: &ApproovClaims, Clock(now): Clock) -> Result<(), Rejection> {
        let leeway = self.leeway.as_secs_f64();
        let exp = claims.exp().ok_or(Rejection::TokenExpiryMissing)?;
        if exp + leeway <= now {
            return Err(Rejection::TokenExpired);
        }
        if !(0.0..YEAR_10000).contains(&exp) {
            return Err(Rejection::TokenClaimInvalid("exp"));
        }
        if claims.nbf().is_some_and(|nbf| nbf - leeway > now) {
            return Err(Rejection::TokenNotYetValid);
        }
        Ok(())
    }
}

/// A moment, as a `NumericDate` (RFC 7519, section 2): seconds since 1970, with fraction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(f64);

impl Clock {
    /// The system's time. A clock that stands before 1970 makes every token expired.
    pub(crate) fn now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(since_epoch.map_or(f64::INFINITY, |since| since.as_secs_f64()))
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(self) -> f64 {
        self.0
    }

    #[cfg(test)]
    pub(crate) fn at(seconds: f64) -> Self {
        Self(seconds)
    }
}
