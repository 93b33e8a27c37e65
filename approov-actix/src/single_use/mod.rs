//! Single use: a signed request is accepted once. What a claim is, and where claims are kept.

mod claims;
mod memory;
mod primitives;
#[cfg(feature = "single-use-redis")]
mod redis;
mod replay_key;
mod settings;
mod store;

pub(crate) use self::memory::DEFAULT_CAPACITY;
#[cfg(feature = "single-use-redis")]
pub use self::redis::RedisStore;
pub use self::{
    memory::MemoryStore,
    replay_key::ReplayKey,
    settings::SingleUse,
    store::{Claim, ClaimOutcome, SingleUseStore, StoreError},
};

use std::time::Duration;

use crate::time::UnixTime;

/// How a request to a single-use route was let in.
///
/// # Security
///
/// A request that was let in without the store may be a replay, or be replayed later.
///
/// # Examples
///
/// ```
/// use approov_actix::{AcceptanceEvent, SingleUseAdmission};
///
/// fn tell(event: &AcceptanceEvent<'_>) {
///     if event.single_use == Some(SingleUseAdmission::AdmittedWithoutStore) {
///         eprintln!("replays are not noticed at the moment");
///     }
/// }
/// # let _ = approov_actix::Approov::builder().on_acceptance(tell);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SingleUseAdmission {
    /// The request was the first with its signature.
    Claimed,
    /// The store did not answer, and `SingleUse::admit_on_failure` let the request in.
    AdmittedWithoutStore,
}

/// How much longer a claim is kept than its request is valid: the clocks of servers may differ by this much.
const MARGIN: Duration = Duration::from_secs(10);
/// The longest time that a claim is kept. A request that is valid for longer is refused.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// How long to keep the claim of a request that is valid until `end`. None if that is too long.
pub(crate) fn time_to_live(end: UnixTime, now: UnixTime) -> Option<Duration> {
    let time_to_live = end.since(now).saturating_add(MARGIN);
    (time_to_live <= LONGEST).then_some(time_to_live)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_outlives_its_request_and_is_not_kept_for_ever() {
        let now = UnixTime::at(1_700_000_000.0);
        let at = |seconds: f64| time_to_live(UnixTime::at(1_700_000_000.0 + seconds), now);
        let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
        assert_eq!(at(75.0), seconds(85.0));
        assert_eq!(at(0.5), seconds(10.5));
        assert_eq!(at(-5.0), seconds(10.0));
        assert_eq!(at(7190.0), seconds(7200.0));
        assert_eq!(at(7190.001), None);
        assert_eq!(at(f64::INFINITY), None);
    }
}
