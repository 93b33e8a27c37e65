//! The application's own checks.

use actix_web::HttpRequest;

use crate::{rejection::Rejection, token::ApproovClaims};

pub(crate) type ApplicationCheck = dyn Fn(&HttpRequest, &ApproovClaims) -> Result<(), CheckFailed> + Send + Sync;

/// Why one of your own checks refuses a request. See [`ApproovBuilder::check`](crate::ApproovBuilder::check).
///
/// # Security
///
/// The reason appears in log lines. It is a `&'static str`, so that it cannot come from a request.
///
/// # Examples
///
/// ```
/// use approov_actix::{ApproovClaims, CheckFailed};
///
/// fn check(claims: &ApproovClaims) -> Result<(), CheckFailed> {
///     let device = claims.device_id().ok_or(CheckFailed::new("device_unknown"))?;
///     if device == "stolen" { Err(CheckFailed::new("device_blocked")) } else { Ok(()) }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckFailed {
    reason: &'static str,
}

impl CheckFailed {
    /// Creates a failure with this reason: a short code such as `device_blocked`, for log lines and metrics.
    pub const fn new(reason: &'static str) -> Self {
        Self { reason }
    }
}

impl From<CheckFailed> for Rejection {
    fn from(CheckFailed { reason }: CheckFailed) -> Self {
        Self::ApplicationCheck { reason }
    }
}
