//! What there is to say of the keys while the server runs.

use std::time::Duration;

/// What an application's [`Approov`](crate::Approov) can do at this moment: for probes and metrics. Made by [`Approov::status`](crate::Approov::status).
///
/// # Security
///
/// Numbers and times only: no key, no key id, no address.
///
/// # Examples
///
/// A probe that keeps requests from a server that would refuse them all:
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
    /// How many keys count. Without any, every token is refused with [`KeysUnavailable`](crate::Rejection::KeysUnavailable).
    pub fn key_count(&self) -> usize {
        self.key_count
    }

    /// How long ago the last good reading was of the file or address for which this is the longest. One that could not be read yet counts from the
    /// start. `None` if there is neither file nor address.
    pub fn oldest_reading(&self) -> Option<Duration> {
        self.oldest_reading
    }

    /// Whether every file and address is still read again: none of them is more than a minute late, be it with success or without. `true` if there
    /// are none.
    ///
    /// # Security
    ///
    /// `false` means that a key that you remove stays good: restart the server. The usual reason is a `fork` after the start, such as that of a
    /// process that makes itself a daemon. The threads that read stay behind in the parent.
    pub fn is_refreshing(&self) -> bool {
        self.is_refreshing
    }
}
