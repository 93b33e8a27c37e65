//! What a correctly signed token must contain: a valid time, and the issuer and audience if the application expects
//! any.

use std::time::Duration;

use super::claims::ApproovClaims;
use crate::{
    rejection::Rejection,
    time::{UnixTime, YEAR_10000},
};

/// What the application expects of claims.
#[derive(Debug, Default)]
pub(crate) struct TokenRules {
    pub(crate) leeway: Leeway,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
}

/// How far the server's clock may be off: at most five minutes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Leeway(Duration);

impl Leeway {
    const MAX: Duration = Duration::from_secs(5 * 60);

    /// `None` if it is too long.
    pub(crate) fn new(leeway: Duration) -> Option<Self> {
        (leeway <= Self::MAX).then_some(Self(leeway))
    }

    fn seconds(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl TokenRules {
    pub(super) fn check(&self, claims: &ApproovClaims, now: UnixTime) -> Result<(), Rejection> {
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

    /// When the token is no longer valid.
    pub(crate) fn end(&self, claims: &ApproovClaims) -> Option<UnixTime> {
        claims.exp().map(|exp| UnixTime::at(exp + self.leeway.seconds()))
    }

    pub(crate) fn check_time(&self, claims: &ApproovClaims, now: UnixTime) -> Result<(), Rejection> {
        let (now, leeway) = (now.seconds(), self.leeway.seconds());
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
