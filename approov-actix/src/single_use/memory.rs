//! Claims in the memory of one process.

use std::{
    sync::{LazyLock, Once},
    time::{Duration, Instant},
};

use super::{
    claims::Claims,
    replay_key::ReplayKey,
    store::{Claim, SingleUseStore},
};
use crate::{
    config::{ConfigError, Setting},
    logging::LOG_TARGET,
};

/// Keeps claims in memory, for a service that runs as one process.
///
/// All memory stores of a process are one store. So a store for each worker or each [`Approov`](crate::Approov) still
/// sees every claim, and the largest capacity applies. A claim takes about 37 bytes, and none before it is made.
///
/// # Security
///
/// Each process has its own store, which a restart empties. So N processes accept a request N times, as a warning at
/// the start says. For several processes, use `RedisStore`.
///
/// A full store refuses further requests and keeps its claims. Otherwise, anyone with a genuine app could push out the
/// claim of a request that they have recorded.
#[derive(Debug, Clone)]
#[allow(missing_copy_implementations, reason = "to leave open what it holds")]
pub struct MemoryStore(());

impl MemoryStore {
    /// A store for at most `capacity` claims that have not ended. Choose twice the number of signed requests in 90
    /// seconds: this covers a signature's lifetime with the clock skew, and leaves room for a rush.
    ///
    /// # Errors
    ///
    /// If the capacity is 0 or above 100,000,000.
    pub fn new(capacity: usize) -> Result<Self, ConfigError> {
        Self::with_capacity(&Setting::new("the capacity given to `MemoryStore::new`", capacity))
    }

    pub(crate) fn with_capacity(capacity: &Setting<usize>) -> Result<Self, ConfigError> {
        static WARNED: Once = Once::new();
        if !(1..=MAX_CAPACITY).contains(&capacity.value) {
            return Err(capacity.error(format_args!("is not between 1 and {MAX_CAPACITY}")));
        }
        WARNED.call_once(|| {
            log::warn!(
                target: LOG_TARGET,
                "used signatures are recorded in the memory of this process: each process accepts a request once, and again after a restart"
            );
        });
        CLAIMS.raise_capacity(capacity.value);
        Ok(Self(()))
    }
}

impl SingleUseStore for MemoryStore {
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
        Claim::Now(CLAIMS.claim(key, time_to_live, START.elapsed()))
    }

    fn identity(&self) -> u64 {
        std::ptr::from_ref(&*CLAIMS).addr() as u64
    }
}

pub(crate) const DEFAULT_CAPACITY: usize = 1_000_000;
const MAX_CAPACITY: usize = 100_000_000;

static CLAIMS: LazyLock<Claims> = LazyLock::new(|| Claims::new(0));
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;
    use crate::single_use::{
        ClaimOutcome::{self, First, Repeated},
        StoreError,
    };

    fn key(number: u64) -> ReplayKey {
        ReplayKey::new("install", "key", &number.to_be_bytes())
    }

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    const FIRST: Result<ClaimOutcome, StoreError> = Ok(First);
    const REPEATED: Result<ClaimOutcome, StoreError> = Ok(Repeated);
    const FULL: Result<ClaimOutcome, StoreError> = Err(StoreError::new("store_full"));

    /// Not earlier, and later by the rest of a second at most.
    #[test]
    fn a_claim_ends_with_its_time_to_live() {
        for start in [0, 300, 999, 5_000] {
            let claims = Claims::new(10);
            assert_eq!(claims.claim(&key(1), at(2_500), at(start)), FIRST);
            for later in [0, 1, 1_000, 2_499, 2_500] {
                assert_eq!(
                    claims.claim(&key(1), at(2_500), at(start + later)),
                    REPEATED,
                    "{start} {later}"
                );
            }
            assert_eq!(claims.claim(&key(2), at(2_500), at(start)), FIRST);
            assert_eq!(claims.claim(&key(1), at(2_500), at(start + 3_501)), FIRST);
            assert_eq!(claims.claim(&key(1), at(2_500), at(start + 3_501)), REPEATED);
        }
    }

    #[test]
    fn a_full_store_refuses_and_keeps_what_is_alive() {
        let claims = Claims::new(100);
        for number in 0..100 {
            assert_eq!(claims.claim(&key(number), at(60_000), at(0)), FIRST);
        }
        for number in 100..10_000 {
            assert_eq!(claims.claim(&key(number), at(60_000), at(1_500)), FULL);
        }
        for number in 0..100 {
            assert_eq!(claims.claim(&key(number), at(60_000), at(59_999)), REPEATED);
        }
        for number in 200..300 {
            assert_eq!(claims.claim(&key(number), at(60_000), at(61_000)), FIRST, "{number}");
        }
        assert_eq!(claims.claim(&key(300), at(60_000), at(61_500)), FULL);
    }

    /// Claims that have ended give their room back, however many there have been.
    #[test]
    fn claims_that_have_ended_leave_no_trace() {
        let claims = Claims::new(4_000);
        for number in 0..1_000_000 {
            let now = at(number);
            assert_eq!(claims.claim(&key(number), at(500), now), FIRST, "{number}");
        }
        let kept = claims.room();
        assert!(kept <= 16_000, "{kept}");
        assert!(claims.count() <= 4_000);
    }

    /// Also in a quiet time.
    #[test]
    fn claims_that_are_rare_leave_no_trace() {
        let claims = Claims::new(4_000);
        for number in 0..2_000 {
            assert_eq!(claims.claim(&key(number), at(500), at(100 * number)), FIRST, "{number}");
        }
        assert!(claims.count() <= 500, "{}", claims.count());
    }

    #[test]
    fn of_many_at_once_one_is_first() {
        let claims = Claims::new(1_000);
        let barrier = Barrier::new(8);
        let claim = || {
            let first = |number| {
                barrier.wait();
                claims.claim(&key(number), at(60_000), at(0)) == FIRST
            };
            (0..300).filter(|number| first(*number)).count()
        };
        let firsts: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(firsts, 300);
        assert_eq!(claims.count(), 300);
    }

    #[test]
    fn all_memory_stores_are_one() {
        let (one, other) = (MemoryStore::new(10).unwrap(), MemoryStore::new(20).unwrap());
        assert_eq!(one.identity(), other.identity());
        let key = ReplayKey::new("install", "all_memory_stores_are_one", b"");
        assert!(matches!(one.claim(&key, at(1_000)), Claim::Now(FIRST)));
        assert!(matches!(other.claim(&key, at(1_000)), Claim::Now(REPEATED)));
        assert!(CLAIMS.capacity() >= 20);
        for capacity in [0, MAX_CAPACITY + 1] {
            let error = MemoryStore::new(capacity).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the capacity given to `MemoryStore::new` is not between 1 and 100000000"
            );
        }
    }
}
