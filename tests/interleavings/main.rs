//! Claims in memory, in every order in which threads can take their steps, with loom. The source is the library's own;
//! what it is guarded with is loom's.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

#[allow(dead_code, reason = "the library's own tests need more of it")]
#[path = "../../approov-actix/src/single_use/claims.rs"]
mod claims;

mod primitives {
    use std::hash::{BuildHasher, DefaultHasher};

    pub(crate) use loom::sync::{
        Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    };
    pub(crate) use std::sync::PoisonError;

    pub(crate) const SHARDS: usize = 2;

    pub(crate) struct RandomState;

    impl RandomState {
        pub(crate) fn new() -> Self {
            Self
        }
    }

    impl BuildHasher for RandomState {
        type Hasher = DefaultHasher;

        fn build_hasher(&self) -> DefaultHasher {
            DefaultHasher::new()
        }
    }
}

mod replay_key {
    pub(crate) use approov_actix::ReplayKey;
}

mod store {
    pub(crate) use approov_actix::{ClaimOutcome, StoreError};
}

use std::time::Duration;

use approov_actix::{ClaimOutcome, StoreError};
use claims::Claims;
use loom::{sync::Arc, thread};

type Outcome = Result<ClaimOutcome, StoreError>;
const FIRST: Outcome = Ok(ClaimOutcome::First);
const REPEATED: Outcome = Ok(ClaimOutcome::Repeated);
const FULL: Outcome = Err(StoreError::new("store_full"));
const TIME_TO_LIVE: Duration = Duration::from_secs(60);
/// When the first claims have ended.
const LATER: u64 = 61;

fn claim(claims: &Claims, key: u8, second: u64) -> Outcome {
    claims.claim(&[key; 32].into(), TIME_TO_LIVE, Duration::from_secs(second))
}

/// What threads get that claim these keys at the same time, at this second.
fn claim_at_once(claims: &Arc<Claims>, keys: &[u8], second: u64) -> Vec<Outcome> {
    let claim = |key: u8| {
        let claims = Arc::clone(claims);
        move || claim(&claims, key, second)
    };
    let threads: Vec<_> = keys[1..].iter().map(|key| thread::spawn(claim(*key))).collect();
    let own = claim(keys[0])();
    let others = threads.into_iter().map(|thread| thread.join().unwrap());
    std::iter::once(own).chain(others).collect()
}

/// So many are first, so many repeated, and for so many there is no room.
fn assert_counts(outcomes: &[Outcome], counts: [usize; 3]) {
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!([FIRST, REPEATED, FULL].map(count), counts, "{outcomes:?}");
}

/// There is room for one. Later, a claim that was there before has ended, and makes room while others claim: nothing
/// alive is lost, and the count stays right.
#[test]
fn one_is_first_and_there_are_never_more_than_the_capacity() {
    for (second, keys, [first, repeated, full]) in [
        (0, &[1, 1, 1][..], [1, 2, 0]),
        (0, &[1, 2], [1, 0, 1]),
        // One that looks for room while the other sweeps may find none.
        (LATER, &[2, 3], [1, 0, 1]),
        (LATER, &[1, 1], [1, 1, 0]),
    ] {
        loom::model(move || {
            let claims = Arc::new(Claims::new(1));
            assert!(second == 0 || claim(&claims, 1, 0) == FIRST);
            assert_counts(&claim_at_once(&claims, keys, second), [first, repeated, full]);
            let again: Vec<_> = keys.iter().map(|key| claim(&claims, *key, second + 1)).collect();
            assert_counts(&again, [0, first + repeated, full]);
        });
    }
}
