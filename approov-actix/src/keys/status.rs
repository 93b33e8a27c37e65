//! The state of the keys while the server runs.

use std::time::Duration;

/// The state of the keys of an [`Approov`](crate::Approov), for probes and metrics. Returned by
/// [`Approov::status`](crate::Approov::status).
///
/// # Security
///
/// Numbers and times only: no key, no key id, no address.
///
/// # Examples
///
/// A probe that keeps requests away from a server that would refuse them all:
///
/// ```
/// use actix_web::{HttpResponse, get, web};
/// use approov_actix::Approov;
///
/// #[get("/ready")]
/// async fn ready(approov: web::Data<Approov>) -> HttpResponse {
///     if approov.status().key_count() > 0 { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() }.finish()
/// }
/// # let _ = actix_web::App::new().service(ready);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ApproovStatus {
    pub(super) key_count: usize,
    pub(super) oldest_reading: Option<Duration>,
    pub(super) is_refreshing: bool,
}

impl ApproovStatus {
    /// How many keys are valid. Without any, every token is refused with
    /// [`KeysUnavailable`](crate::Rejection::KeysUnavailable).
    pub fn key_count(&self) -> usize {
        self.key_count
    }

    /// How long ago keys were last read successfully, for the file or address where this is longest ago. For one that
    /// could not be read yet, the time since the start. `None` if there is neither file nor address.
    pub fn oldest_reading(&self) -> Option<Duration> {
        self.oldest_reading
    }

    /// Whether every file and address is still being read again, successfully or not. `false` if a reading is more than
    /// a minute late, `true` if there are neither files nor addresses.
    ///
    /// # Security
    ///
    /// `false` means that a key that you remove stays valid: restart the server. The usual reason is a `fork` after the
    /// start, such as when a process becomes a daemon. The threads that read keys stay behind in the parent.
    pub fn is_refreshing(&self) -> bool {
        self.is_refreshing
    }
}
