//! Sources of keys that are read again while the server runs.

use std::{
    io,
    sync::{
        Arc, Weak,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use super::{ring::KeyRing, source::KeySource};
use crate::log_target::LOG_TARGET;

/// Tokens with an unknown `kid` cause a request no more often than this.
const ON_DEMAND_INTERVAL: Duration = Duration::from_secs(10);
/// The first wait after a failure, where the interval is not shorter. It doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(5);
/// The longest wait after a failure, where the interval is not longer.
const LAST_RETRY: Duration = Duration::from_secs(60);

/// Refreshes a source, on a thread of its own, as long as the ring lives.
pub(super) struct Refresh {
    pub(super) source: KeySource,
    pub(super) ring: Weak<KeyRing>,
    /// The source's place in the ring.
    pub(super) part: usize,
    /// Receives when a token has an unknown `kid`, and ends with the ring.
    pub(super) wake: Receiver<()>,
    pub(super) schedule: Schedule,
}

impl Refresh {
    pub(super) fn spawn(mut self) -> io::Result<()> {
        let thread = thread::Builder::new().name("approov-keys".to_owned());
        thread.spawn(move || while self.step().is_some() {}).map(drop)
    }

    /// Waits for the next event and deals with it. None when the ring is gone.
    fn step(&mut self) -> Option<()> {
        let wait = self.schedule.next().saturating_duration_since(Instant::now());
        match self.wake.recv_timeout(wait) {
            Ok(()) => self.schedule.unknown_kid(Instant::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        if self.schedule.starts(Instant::now()) {
            self.load()?;
        }
        Some(())
    }

    fn load(&mut self) -> Option<()> {
        let loaded = self.source.load();
        let now = Instant::now();
        let was_failing = self.schedule.finished(now, loaded.is_ok());
        let ring: Arc<KeyRing> = self.ring.upgrade()?;
        match loaded {
            Ok(keys) => {
                if was_failing {
                    log::info!(target: LOG_TARGET, "{} can be read again", self.source.origin);
                }
                ring.read(self.part, keys, now);
            }
            Err(fault) => {
                ring.expire(now);
                let left = if ring.has_keys_of(self.part) {
                    "the keys that came from there before are kept"
                } else {
                    "there are no keys from there"
                };
                log::error!(target: LOG_TARGET, "{fault}; {left}");
            }
        }
        Some(())
    }
}

/// When a source is read again. Knows no clock of its own.
pub(super) struct Schedule {
    interval: Duration,
    /// The next regular reading.
    due: Instant,
    /// Failures since the last success.
    failures: u32,
    /// When an unknown `kid` was first seen that no request has been made for yet.
    asked: Option<Instant>,
    /// The last request that was made for an unknown `kid`.
    answered: Option<Instant>,
}

impl Schedule {
    /// After the first reading, which has succeeded or not.
    pub(super) fn new(now: Instant, interval: Duration, is_loaded: bool) -> Self {
        let mut schedule = Self {
            interval,
            due: now,
            failures: 0,
            asked: None,
            answered: None,
        };
        schedule.finished(now, is_loaded);
        schedule
    }

    /// When there is something to do.
    fn next(&self) -> Instant {
        self.on_demand().map_or(self.due, |on_demand| on_demand.min(self.due))
    }

    fn unknown_kid(&mut self, now: Instant) {
        self.asked.get_or_insert(now);
    }

    /// Whether to read the source now. If so, the answer is one for every unknown `kid` seen before.
    fn starts(&mut self, now: Instant) -> bool {
        if self.on_demand().is_some_and(|time| time <= now) {
            self.answered = Some(now);
        } else if self.due > now {
            return false;
        }
        self.asked = None;
        true
    }

    /// Plans the next reading. Whether the one before this failed.
    fn finished(&mut self, now: Instant, succeeded: bool) -> bool {
        let was_failing = self.failures > 0;
        let wait = if succeeded {
            self.failures = 0;
            self.interval
        } else {
            let doubled = 2u32.saturating_pow(self.failures);
            self.failures += 1;
            let wait = self.interval.min(FIRST_RETRY).saturating_mul(doubled);
            wait.min(self.interval.max(LAST_RETRY))
        };
        self.due = now + wait;
        was_failing
    }

    fn on_demand(&self) -> Option<Instant> {
        let asked = self.asked?;
        Some(
            self.answered
                .map_or(asked, |answered| asked.max(answered + ON_DEMAND_INTERVAL)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A schedule of five minutes, and its start.
    fn schedule() -> (Schedule, Instant) {
        let start = Instant::now();
        (Schedule::new(start, 300 * SECOND, true), start)
    }

    /// The seconds after `start` at which the source is read, up to `end`, if each reading takes no time and ends as `succeeds` says.
    fn readings(schedule: &mut Schedule, start: Instant, end: u32, succeeds: bool) -> Vec<u64> {
        let mut readings = Vec::new();
        loop {
            let now = schedule.next();
            if now > start + end * SECOND {
                return readings;
            }
            if schedule.starts(now) {
                readings.push((now - start).as_secs());
                schedule.finished(now, succeeds);
            }
        }
    }

    #[test]
    fn regular_readings() {
        let (mut schedule, start) = schedule();
        assert_eq!(readings(&mut schedule, start, 1000, true), [300, 600, 900]);
    }

    #[test]
    fn after_a_failure_the_waits_grow_up_to_the_interval() {
        let (mut schedule, start) = schedule();
        let failing = readings(&mut schedule, start, 1500, false);
        assert_eq!(failing, [300, 305, 315, 335, 375, 455, 615, 915, 1215]);
        let due = (schedule.next() - start).as_secs();
        assert_eq!(due, 1515);
        assert!(schedule.starts(start + 1515 * SECOND));
        assert!(schedule.finished(start + 1515 * SECOND, true), "it was failing before");
        assert_eq!(readings(&mut schedule, start, 2200, true), [1815, 2115]);
    }

    #[test]
    fn a_short_interval_does_not_keep_a_failing_source_busy() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, SECOND, true);
        let failing = readings(&mut schedule, start, 240, false);
        assert_eq!(failing, [1, 2, 4, 8, 16, 32, 64, 124, 184]);
    }

    #[test]
    fn an_unknown_kid_is_looked_up_at_once_and_then_once_in_ten_seconds() {
        let (mut schedule, start) = schedule();
        for millisecond in 0..10_000 {
            let now = start + millisecond * SECOND / 1000;
            schedule.unknown_kid(now);
            assert_eq!(schedule.starts(now), millisecond == 0, "{millisecond}");
            if millisecond == 0 {
                schedule.finished(now, true);
            }
        }
        // Asked since the last one, so there is one more, and no third.
        assert_eq!(readings(&mut schedule, start, 250, true), [10]);
    }

    #[test]
    fn a_regular_reading_answers_what_was_asked_before() {
        let (mut schedule, start) = schedule();
        schedule.unknown_kid(start + 295 * SECOND);
        assert!(schedule.starts(start + 295 * SECOND));
        schedule.finished(start + 295 * SECOND, false);
        schedule.unknown_kid(start + 296 * SECOND);
        assert!(!schedule.starts(start + 296 * SECOND));
        // The retry after five seconds.
        assert!(schedule.starts(start + 300 * SECOND));
        schedule.finished(start + 300 * SECOND, true);
        assert!(!schedule.starts(start + 305 * SECOND));
    }

    #[test]
    fn a_source_that_failed_at_the_start_is_retried_soon() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 300 * SECOND, false);
        assert_eq!((schedule.next() - start).as_secs(), 5);
        assert!(schedule.starts(start + 5 * SECOND));
    }
}
