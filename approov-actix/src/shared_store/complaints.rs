//! Log lines about a server that fails, but not one for each request.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::fault::Fault;
use crate::logging::LOG_TARGET;

/// At most one line in this time.
const INTERVAL: Duration = Duration::from_secs(1);

pub(super) struct Complaints {
    /// What the server is used for.
    purpose: &'static str,
    start: Instant,
    /// When the next line may be written, in milliseconds after the start.
    next: AtomicU64,
    /// Whether the last line reported a failure. If one server of several fails, requests succeed and fail by turns.
    is_failing: AtomicBool,
}

impl Complaints {
    pub(super) fn new(purpose: &'static str) -> Self {
        Self {
            purpose,
            start: Instant::now(),
            next: AtomicU64::new(0),
            is_failing: AtomicBool::new(false),
        }
    }

    pub(super) fn failed(&self, fault: Fault) {
        if self.may_speak(self.start.elapsed()) {
            self.is_failing.store(true, Ordering::Relaxed);
            log::error!(target: LOG_TARGET, "the Redis of {} fails: {fault}", self.purpose);
        }
    }

    pub(super) fn answered(&self) {
        if self.is_failing.load(Ordering::Relaxed) && self.is_failing.swap(false, Ordering::Relaxed) {
            log::info!(target: LOG_TARGET, "the Redis of {} answers again", self.purpose);
        }
    }

    fn may_speak(&self, now: Duration) -> bool {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let next = milliseconds(now.saturating_add(INTERVAL));
        let is_due = |due: u64| (milliseconds(now) >= due).then_some(next);
        self.next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_due)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_in_a_second() {
        let complaints = Complaints::new("tests");
        let spoken = (0..5_000).filter(|millisecond| complaints.may_speak(Duration::from_millis(*millisecond)));
        assert_eq!(spoken.collect::<Vec<_>>(), [0, 1_000, 2_000, 3_000, 4_000]);
    }
}
