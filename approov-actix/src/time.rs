//! Time as tokens and signatures express it: in seconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Midnight after the last day of the year 9999, in seconds since 1970.
pub(crate) const YEAR_10000: f64 = 253_402_300_800.0;

/// A point in time as a `NumericDate` (RFC 7519, section 2): seconds since 1970, with fraction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnixTime(f64);

impl UnixTime {
    /// The system's time. A clock before 1970 makes every token expired.
    pub(crate) fn now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(since_epoch.map_or(f64::INFINITY, |since| since.as_secs_f64()))
    }

    /// Zero if this time is earlier. A span that is too long for a `Duration` becomes the longest one.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::try_from_secs_f64((self.0 - earlier.0).max(0.0)).unwrap_or(Duration::MAX)
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(self) -> f64 {
        self.0
    }

    pub(crate) fn at(seconds: f64) -> Self {
        Self(seconds)
    }
}

/// `None` if the system cannot represent the time.
pub(crate) fn system_time(seconds: f64) -> Option<SystemTime> {
    let since_epoch = Duration::try_from_secs_f64(seconds).ok()?;
    UNIX_EPOCH.checked_add(since_epoch)
}
