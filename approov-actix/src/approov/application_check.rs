//! Checks of the application's own.

use actix_web::HttpRequest;

use crate::{rejection::Rejection, token::ApproovClaims};

pub(crate) type ApplicationCheck = dyn Fn(&HttpRequest, &ApproovClaims) -> Result<(), CheckFailed> + Send + Sync;

/// Why a check of your own refuses a request. See [`ApproovBuilder::check`](crate::ApproovBuilder::check).
///
/// # Security
///
/// The reason is in log lines, so it is a text of your program and cannot come from a request.
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
    /// For this reason: a short code such as `device_blocked`, for log lines and metrics.
    pub const fn new(reason: &'static str) -> Self {
        Self { reason }
    }
}

impl From<CheckFailed> for Rejection {
    fn from(CheckFailed { reason }: CheckFailed) -> Self {
        Self::ApplicationCheck { reason }
    }
}
