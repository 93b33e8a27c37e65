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

/// What threads get that claim these keys at the same time, at this second.
fn claim_at_once(claims: &Arc<Claims>, keys: &[u8], second: u64) -> Vec<Outcome> {
    let claim = |key: u8| {
        let claims = Arc::clone(claims);
        move || claims.claim(&[key; 32].into(), TIME_TO_LIVE, Duration::from_secs(second))
    };
    let threads: Vec<_> = keys[1..].iter().map(|key| thread::spawn(claim(*key))).collect();
    let own = claim(keys[0])();
    let others = threads.into_iter().map(|thread| thread.join().unwrap());
    std::iter::once(own).chain(others).collect()
}

fn count(outcomes: &[Outcome], wanted: Outcome) -> usize {
    outcomes.iter().filter(|outcome| **outcome == wanted).count()
}

#[test]
fn of_copies_one_is_first() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(1));
        let outcomes = claim_at_once(&claims, &[1, 1, 1], 0);
        assert_eq!(
            (count(&outcomes, FIRST), count(&outcomes, REPEATED)),
            (1, 2),
            "{outcomes:?}"
        );
    });
}

#[test]
fn there_are_never_more_than_the_capacity() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(1));
        let outcomes = claim_at_once(&claims, &[1, 2], 0);
        assert_eq!(
            (count(&outcomes, FIRST), count(&outcomes, FULL)),
            (1, 1),
            "{outcomes:?}"
        );
    });
}

/// Old claims make room while others claim: nothing alive is lost, and the count stays right.
#[test]
fn room_that_comes_free_is_used_once() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(1));
        assert_eq!(claims.claim(&[1; 32].into(), TIME_TO_LIVE, Duration::ZERO), FIRST);
        let later = TIME_TO_LIVE.as_secs() + 1;
        let outcomes = claim_at_once(&claims, &[2, 3], later);
        // One that looks for room while the other sweeps may find none.
        assert_eq!(count(&outcomes, FIRST), 1, "{outcomes:?}");
        let again = [2, 3].map(|key| claims.claim(&[key; 32].into(), TIME_TO_LIVE, Duration::from_secs(later + 1)));
        assert_eq!((count(&again, REPEATED), count(&again, FULL)), (1, 1), "{again:?}");
    });
}

#[test]
fn a_claim_that_has_ended_is_made_again_once() {
    loom::model(|| {
        let claims = Arc::new(Claims::new(1));
        assert_eq!(claims.claim(&[1; 32].into(), TIME_TO_LIVE, Duration::ZERO), FIRST);
        let outcomes = claim_at_once(&claims, &[1, 1], TIME_TO_LIVE.as_secs() + 1);
        assert_eq!(
            (count(&outcomes, FIRST), count(&outcomes, REPEATED)),
            (1, 1),
            "{outcomes:?}"
        );
    });
}
