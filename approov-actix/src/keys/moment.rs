//! A clock that keeps running while the machine sleeps.

use std::{
    ops::{Add, Sub},
    sync::{
        LazyLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A point in time, for the age of keys. The first one in the process is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Moment(Duration);

impl Moment {
    pub(super) fn now() -> Self {
        static START: LazyLock<(Instant, Clock)> = LazyLock::new(|| (Instant::now(), Clock::new(unix_millis())));
        let (start, clock) = &*START;
        clock.read(start.elapsed(), unix_millis())
    }

    /// None if the sum is too large to be represented.
    pub(super) fn checked_add(self, time: Duration) -> Option<Self> {
        self.0.checked_add(time).map(Self)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}

impl Sub for Moment {
    type Output = Duration;

    /// Zero if the other one is later.
    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

fn unix_millis() -> i64 {
    let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    }
}

/// On Linux and elsewhere, the monotonic clock stops while the machine sleeps. The wall clock keeps running, but can be
/// set. So this is the monotonic clock plus each forward jump of the wall clock. Setting the wall clock back changes
/// nothing. Setting it forward looks like sleep: keys then seem older than they are, and their source is read early.
struct Clock {
    /// By how much the wall clock was ahead of the monotonic one, in milliseconds.
    lead: AtomicI64,
    /// How long the machine has slept, in milliseconds.
    slept: AtomicU64,
}

impl Clock {
    /// A smaller difference is the time between the readings of the two clocks, or a correction of the wall clock.
    const JUMP: i64 = 1000;

    /// `wall` is the wall clock when the monotonic clock is at zero.
    fn new(wall: i64) -> Self {
        Self {
            lead: AtomicI64::new(wall),
            slept: AtomicU64::new(0),
        }
    }

    fn read(&self, monotonic: Duration, wall: i64) -> Moment {
        let millis = i64::try_from(monotonic.as_millis()).unwrap_or(i64::MAX);
        let (lead, known) = (wall.saturating_sub(millis), self.lead.load(Ordering::Relaxed));
        let jump = lead.saturating_sub(known);
        // Only one of the threads that see the same jump adds it.
        if jump.saturating_abs() >= Self::JUMP
            && self
                .lead
                .compare_exchange(known, lead, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
            && let Ok(slept) = u64::try_from(jump)
        {
            self.slept.fetch_add(slept, Ordering::Relaxed);
        }
        Moment(monotonic) + Duration::from_millis(self.slept.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const WALL: i64 = 1_700_000_000_000;

    /// The time of a clock, in milliseconds, for each of these readings of the monotonic and the wall clock.
    fn reads(readings: &[(i64, i64)]) -> Vec<i64> {
        let clock = Clock::new(WALL);
        let read = |(monotonic, wall): &(i64, i64)| {
            let moment = clock.read(Duration::from_millis(monotonic.unsigned_abs()), WALL + wall);
            i64::try_from(moment.0.as_millis()).unwrap()
        };
        readings.iter().map(read).collect()
    }

    #[test]
    fn time_goes_on_while_the_machine_sleeps() {
        assert_eq!(reads(&[(0, 0), (10, 10), (500, 500)]), [0, 10, 500]);
        let slept = [(1000, 1000), (1001, 2 * HOUR), (2000, 2 * HOUR + 999)];
        assert_eq!(reads(&slept), [1000, 2 * HOUR, 2 * HOUR + 999]);
    }

    #[test]
    fn a_wall_clock_that_is_set_back_changes_nothing() {
        assert_eq!(reads(&[(10, -HOUR), (20, 10 - HOUR), (30, 20 - HOUR)]), [10, 20, 30]);
        // Setting it right again looks like sleep, so keys seem older than they are.
        assert_eq!(reads(&[(10, -HOUR), (20, 20)]), [10, HOUR + 30]);
    }

    #[test]
    fn a_wall_clock_that_is_set_forward_counts_once() {
        assert_eq!(
            reads(&[(10, HOUR), (20, HOUR + 10), (30, 30), (40, 40)]),
            [HOUR, HOUR + 10, HOUR + 20, HOUR + 30]
        );
    }

    #[test]
    fn small_corrections_do_not_count() {
        let back_and_forth: Vec<_> = (0..1000)
            .map(|n| (n, n + if n % 2 == 0 { 400 } else { -400 }))
            .collect();
        assert_eq!(reads(&back_and_forth), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn no_clock_overflows() {
        for start in [i64::MIN, 0, i64::MAX] {
            for wall in [i64::MIN, 0, i64::MAX] {
                let clock = Clock::new(start);
                clock.read(Duration::ZERO, wall);
                clock.read(Duration::MAX, wall);
            }
        }
    }
}
