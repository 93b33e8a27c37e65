//! Sources of keys that are read again while the server runs.

use std::{
    io,
    sync::{
        Arc, Weak,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{failure::Failure, moment::Moment, reader::Reader, ring::KeyRing};
use crate::{logging::LOG_TARGET, panics::unless_it_panics};

/// Tokens with an unknown `kid` cause at most one request in this time.
const ON_DEMAND_INTERVAL: Duration = Duration::from_secs(10);
/// The first wait after a failure, unless the interval is shorter. It doubles with each further failure.
const FIRST_RETRY: Duration = Duration::from_secs(5);
/// The longest wait after a failure, unless the interval is longer.
const LAST_RETRY: Duration = Duration::from_secs(60);
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// The longest single wait of a thread. A wait does not advance while the machine sleeps.
const LONGEST_NAP: Duration = Duration::from_secs(10);

/// Refreshes a source, on a thread of its own, as long as the ring lives.
pub(super) struct Refresh {
    pub(super) reader: Reader,
    pub(super) ring: Weak<KeyRing>,
    /// The source's place in the ring.
    pub(super) part: usize,
    /// Receives when the source should be read early, such as for an unknown `kid`. Ends with the ring.
    pub(super) wake: Receiver<()>,
    pub(super) schedule: Schedule,
}

impl Refresh {
    pub(super) fn spawn(self) -> io::Result<()> {
        let thread = thread::Builder::new().name("approov-keys".to_owned());
        thread.spawn(move || self.run()).map(drop)
    }

    /// Runs until the ring is gone. The logger is the application's and may panic: a panic ends the step, never the
    /// thread.
    fn run(mut self) {
        loop {
            match unless_it_panics(|| self.step()) {
                Some(Some(())) => {}
                Some(None) => return,
                None => self.start_again(),
            }
            if let Some(ring) = self.ring.upgrade() {
                ring.planned(self.part, self.schedule.due);
            }
        }
    }

    /// A panic is a failed reading. It is unknown how far the reading got, so the next one starts afresh.
    fn start_again(&mut self) {
        self.reader.forget();
        self.schedule.finished(Moment::now(), Reason::Regular, Outcome::FAILED);
        // The logger may be what panics.
        unless_it_panics(|| {
            log::error!(target: LOG_TARGET, "the refresh of {} has panicked and is restarted{}", self.reader.origin, self.reader.log_name());
        });
    }

    /// Waits for the next event and deals with it. None when the ring is gone.
    fn step(&mut self) -> Option<()> {
        let wait = self.schedule.next() - Moment::now();
        match self.wake.recv_timeout(wait.min(LONGEST_NAP)) {
            Ok(()) => self.schedule.unknown_kid(Moment::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        match self.schedule.starts(Moment::now()) {
            Some(reason) => self.load(reason),
            None => Some(()),
        }
    }

    fn load(&mut self, reason: Reason) -> Option<()> {
        let loaded = self.reader.load();
        let now = Moment::now();
        let was_failing = self.schedule.finished(now, reason, Outcome::of(&loaded));
        let ring: Arc<KeyRing> = self.ring.upgrade()?;
        match loaded {
            Ok(keys) => {
                let are_revoked = keys.as_ref().is_some_and(Vec::is_empty) && ring.has_keys_of(self.part);
                ring.refreshed(self.part, keys, now);
                if are_revoked {
                    let sentence = self.reader.sentence("has an empty set");
                    log::error!(target: LOG_TARGET, "{sentence}; the keys that came from there before are REVOKED{}", ring.name());
                }
                if was_failing {
                    log::info!(target: LOG_TARGET, "{} can be read again{}", self.reader.origin, ring.name());
                }
            }
            Err(Failure { fault, .. }) => {
                ring.expire(now);
                let left = if ring.has_keys_of(self.part) {
                    "the keys that came from there before are kept"
                } else {
                    "there are no keys from there"
                };
                log::error!(target: LOG_TARGET, "{fault}; {left}{}", ring.name());
            }
        }
        Some(())
    }
}

/// Why a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Regular,
    UnknownKid,
}

/// The result of a reading.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    Succeeded,
    Failed { retry_after: Option<Duration> },
}

impl Outcome {
    const FAILED: Self = Self::Failed { retry_after: None };

    pub(super) fn of<T>(loaded: &Result<T, Failure>) -> Self {
        match loaded {
            Ok(_) => Self::Succeeded,
            Err(Failure { retry_after, .. }) => Self::Failed {
                retry_after: *retry_after,
            },
        }
    }
}

/// Determines when a source is read again. Has no clock of its own.
pub(super) struct Schedule {
    interval: Duration,
    /// The longest wait after a failure.
    longest_wait: Duration,
    /// The next regular reading.
    pub(super) due: Moment,
    /// Failures since the last success.
    failures: u32,
    /// When the first unknown `kid` was seen for which no request was made yet.
    asked: Option<Moment>,
    /// The last request that was made for an unknown `kid`.
    answered: Option<Moment>,
    /// Until then, the source wants no request for an unknown `kid`.
    quiet_until: Option<Moment>,
}

impl Schedule {
    /// The schedule after the first reading, whether that succeeded or not.
    pub(super) fn new(now: Moment, interval: Duration, max_stale: Option<Duration>, first: Outcome) -> Self {
        let longest_wait = interval.max(LAST_RETRY);
        let mut schedule = Self {
            interval,
            // Leave time for several attempts before the keys expire.
            longest_wait: max_stale.map_or(longest_wait, |max_stale| {
                longest_wait.min(max_stale / 4).max(SHORTEST_WAIT)
            }),
            due: now,
            failures: 0,
            asked: None,
            answered: None,
            quiet_until: None,
        };
        schedule.finished(now, Reason::Regular, first);
        schedule
    }

    /// When there is something to do.
    fn next(&self) -> Moment {
        self.on_demand().map_or(self.due, |on_demand| on_demand.min(self.due))
    }

    fn unknown_kid(&mut self, now: Moment) {
        self.asked.get_or_insert(now);
    }

    /// Why to read the source now, if at all. The reading then covers every unknown `kid` seen before.
    fn starts(&mut self, now: Moment) -> Option<Reason> {
        let reason = if self.due <= now {
            Reason::Regular
        } else if self.on_demand().is_some_and(|time| time <= now) {
            self.answered = Some(now);
            Reason::UnknownKid
        } else {
            return None;
        };
        self.asked = None;
        Some(reason)
    }

    /// Plans the next reading. Returns whether the source was failing before.
    fn finished(&mut self, now: Moment, reason: Reason, outcome: Outcome) -> bool {
        let was_failing = self.failures > 0;
        self.quiet_until = None;
        match outcome {
            Outcome::Succeeded => {
                self.failures = 0;
                self.due = now + self.interval;
            }
            Outcome::Failed { retry_after } => {
                let asked_for = retry_after.unwrap_or_default().min(self.longest_wait);
                self.quiet_until = Some(now + asked_for);
                if reason == Reason::Regular {
                    let doubled = 2u32.saturating_pow(self.failures);
                    self.failures += 1;
                    let wait = self.interval.min(FIRST_RETRY).saturating_mul(doubled);
                    self.due = now + wait.min(self.longest_wait).max(asked_for);
                }
                // Otherwise, while the source fails, anyone could postpone the regular readings with tokens that have
                // made-up ids.
            }
        }
        was_failing
    }

    fn on_demand(&self) -> Option<Moment> {
        let asked = self.asked?;
        let answered = self.answered.map(|answered| answered + ON_DEMAND_INTERVAL);
        [Some(asked), answered, self.quiet_until].into_iter().flatten().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A schedule of five minutes, and its start.
    fn schedule() -> (Schedule, Moment) {
        let start = Moment::now();
        (Schedule::new(start, 300 * SECOND, None, Outcome::Succeeded), start)
    }

    /// The seconds after `start` at which the source is read, up to `end`, if each reading takes no time and ends with
    /// `outcome`.
    fn readings(schedule: &mut Schedule, start: Moment, end: u32, outcome: Outcome) -> Vec<u64> {
        let mut readings = Vec::new();
        loop {
            let now = schedule.next();
            if now > start + end * SECOND {
                return readings;
            }
            if let Some(reason) = schedule.starts(now) {
                readings.push((now - start).as_secs());
                schedule.finished(now, reason, outcome);
            }
        }
    }

    #[test]
    fn regular_readings() {
        let (mut schedule, start) = schedule();
        assert_eq!(
            readings(&mut schedule, start, 1000, Outcome::Succeeded),
            [300, 600, 900]
        );
    }

    #[test]
    fn after_a_failure_the_waits_grow_up_to_the_interval() {
        let (mut schedule, start) = schedule();
        let failing = readings(&mut schedule, start, 1500, Outcome::FAILED);
        assert_eq!(failing, [300, 305, 315, 335, 375, 455, 615, 915, 1215]);
        let due = (schedule.next() - start).as_secs();
        assert_eq!(due, 1515);
        assert_eq!(schedule.starts(start + 1515 * SECOND), Some(Reason::Regular));
        let was_failing = schedule.finished(start + 1515 * SECOND, Reason::Regular, Outcome::Succeeded);
        assert!(was_failing);
        assert_eq!(readings(&mut schedule, start, 2200, Outcome::Succeeded), [1815, 2115]);
    }

    #[test]
    fn a_short_interval_does_not_keep_a_failing_source_busy() {
        let start = Moment::now();
        let mut schedule = Schedule::new(start, SECOND, None, Outcome::Succeeded);
        let failing = readings(&mut schedule, start, 240, Outcome::FAILED);
        assert_eq!(failing, [1, 2, 4, 8, 16, 32, 64, 124, 184]);
    }

    #[test]
    fn an_unknown_kid_is_looked_up_at_once_and_then_once_in_ten_seconds() {
        let (mut schedule, start) = schedule();
        for millisecond in 0..10_000 {
            let now = start + millisecond * SECOND / 1000;
            schedule.unknown_kid(now);
            let reason = schedule.starts(now);
            assert_eq!(reason.is_some(), millisecond == 0, "{millisecond}");
            if let Some(reason) = reason {
                schedule.finished(now, reason, Outcome::Succeeded);
            }
        }
        // Ids were seen since the last reading, so there is one more, and no third.
        assert_eq!(readings(&mut schedule, start, 250, Outcome::Succeeded), [10]);
    }

    #[test]
    fn a_regular_reading_answers_what_was_asked_before() {
        let (mut schedule, start) = schedule();
        let at = |seconds: u32| start + seconds * SECOND;
        schedule.unknown_kid(at(295));
        assert_eq!(schedule.starts(at(295)), Some(Reason::UnknownKid));
        schedule.finished(at(295), Reason::UnknownKid, Outcome::FAILED);
        schedule.unknown_kid(at(296));
        assert_eq!(schedule.starts(at(299)), None);
        assert_eq!(schedule.starts(at(300)), Some(Reason::Regular));
        schedule.finished(at(300), Reason::Regular, Outcome::Succeeded);
        assert_eq!(schedule.starts(at(305)), None);
    }

    /// Anyone can send tokens with made-up ids.
    #[test]
    fn unknown_kids_do_not_push_the_regular_readings_away() {
        let (mut schedule, start) = schedule();
        let (mut regular, mut on_demand) = (Vec::new(), 0);
        for second in 0..1000 {
            let now = start + second * SECOND;
            schedule.unknown_kid(now);
            if let Some(reason) = schedule.starts(now) {
                match reason {
                    Reason::Regular => regular.push(second),
                    Reason::UnknownKid => on_demand += 1,
                }
                schedule.finished(now, reason, Outcome::FAILED);
            }
        }
        assert_eq!(regular, [300, 305, 315, 335, 375, 455, 615, 915]);
        assert!((90..=100).contains(&on_demand), "{on_demand}");
    }

    #[test]
    fn there_are_several_attempts_before_keys_expire() {
        let start = Moment::now();
        let mut schedule = Schedule::new(start, 60 * SECOND, Some(120 * SECOND), Outcome::Succeeded);
        assert_eq!(
            readings(&mut schedule, start, 180, Outcome::FAILED),
            [60, 65, 75, 95, 125, 155]
        );
        let mut schedule = Schedule::new(start, SECOND, Some(2 * SECOND), Outcome::Succeeded);
        assert_eq!(readings(&mut schedule, start, 6, Outcome::FAILED), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_source_that_failed_at_the_start_is_retried_soon() {
        let start = Moment::now();
        let mut schedule = Schedule::new(start, 300 * SECOND, None, Outcome::FAILED);
        assert_eq!((schedule.next() - start).as_secs(), 5);
        assert_eq!(schedule.starts(start + 5 * SECOND), Some(Reason::Regular));
    }

    /// `Retry-After` is respected, but it never shortens the usual wait, and never exceeds the longest wait that the
    /// interval or max stale allows.
    #[test]
    fn a_source_says_when_it_wants_to_be_read_again() {
        let start = Moment::now();
        let after = |seconds: u32| Outcome::Failed {
            retry_after: Some(seconds * SECOND),
        };
        for (seconds, max_stale, due) in [
            (0, None, 5),
            (3, None, 5),
            (120, None, 120),
            (86_400, None, 300),
            (120, Some(600 * SECOND), 120),
            (300, Some(600 * SECOND), 150),
        ] {
            let schedule = Schedule::new(start, 300 * SECOND, max_stale, after(seconds));
            assert_eq!((schedule.next() - start).as_secs(), due, "{seconds}");
        }

        let (mut schedule, start) = schedule();
        let at = |seconds: u32| start + seconds * SECOND;
        schedule.unknown_kid(at(10));
        assert_eq!(schedule.starts(at(10)), Some(Reason::UnknownKid));
        schedule.finished(at(10), Reason::UnknownKid, after(60));
        schedule.unknown_kid(at(30));
        assert_eq!(schedule.starts(at(69)), None);
        assert_eq!(schedule.starts(at(70)), Some(Reason::UnknownKid));
        schedule.finished(at(70), Reason::UnknownKid, after(86_400));
        schedule.unknown_kid(at(80));
        assert_eq!(
            (schedule.next() - start).as_secs(),
            300,
            "the regular reading is where it was"
        );
    }
}
