//! What a single-use store must do.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::replay_key::ReplayKey;

/// Keeps claims, so that each request is accepted once. The crate provides [`MemoryStore`](crate::MemoryStore), for one
/// process, and `RedisStore`, for a fleet.
///
/// # Security
///
/// A store that returns [`First`](ClaimOutcome::First) twice for one key within its time to live lets a replay in. So a
/// claim must be atomic, and the store must not drop a claim early, even to make room: a full store returns an error.
///
/// # Examples
///
/// A store of your own that answers immediately:
///
/// ```
/// use std::{collections::HashMap, sync::{Arc, Mutex}, time::{Duration, Instant}};
/// use approov_actix::{Claim, ClaimOutcome, ReplayKey, SingleUseStore, StoreError};
///
/// #[derive(Default)]
/// struct Table(Mutex<HashMap<ReplayKey, Instant>>);
///
/// impl SingleUseStore for Table {
///     fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
///         let Ok(mut claims) = self.0.lock() else {
///             return Claim::Now(Err(StoreError::new("table_unavailable")));
///         };
///         let now = Instant::now();
///         let is_alive = claims.get(key).is_some_and(|end| *end > now);
///         if is_alive {
///             return Claim::Now(Ok(ClaimOutcome::Repeated));
///         }
///         claims.insert(*key, now + time_to_live);
///         Claim::Now(Ok(ClaimOutcome::First))
///     }
/// }
/// ```
pub trait SingleUseStore: Send + Sync + 'static {
    /// Claims `key` for `time_to_live`, unless it is already claimed. Of any number of simultaneous calls, on all
    /// servers, exactly one is first.
    ///
    /// A claim that fails may or may not have been made: the request is refused, or let in if
    /// [`admit_on_failure`](crate::SingleUse::admit_on_failure) is set. The library does not limit how long a future
    /// takes: end it in time.
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim;

    /// Tells stores apart: stores that share their claims return the same value. A request that passes two `Approov`s
    /// is claimed once in each store. The default is the store's address in memory, so give two `Approov`s one
    /// store in an `Arc`.
    fn identity(&self) -> u64 {
        std::ptr::from_ref(self).addr() as u64
    }
}

impl<S: SingleUseStore + ?Sized> SingleUseStore for Arc<S> {
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
        (**self).claim(key, time_to_live)
    }

    fn identity(&self) -> u64 {
        (**self).identity()
    }
}

/// A store's answer, now or later.
///
/// # Examples
///
/// ```
/// use approov_actix::{Claim, ClaimOutcome, StoreError};
///
/// async fn ask_the_network() -> Result<ClaimOutcome, StoreError> {
///     Err(StoreError::new("timed_out"))
/// }
///
/// let now = Claim::Now(Ok(ClaimOutcome::First));
/// let later = Claim::Later(Box::pin(ask_the_network()));
/// ```
#[non_exhaustive]
pub enum Claim {
    /// A store in memory answers immediately, without a future.
    Now(Result<ClaimOutcome, StoreError>),
    /// A store on the network answers later. The request waits however long the future takes.
    Later(Pin<Box<dyn Future<Output = Result<ClaimOutcome, StoreError>> + Send>>),
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(outcome) => f.debug_tuple("Now").field(outcome).finish(),
            Self::Later(_) => f.debug_struct("Later").finish_non_exhaustive(),
        }
    }
}

/// Whether a key was claimed before.
///
/// # Security
///
/// If you cannot tell, return a [`StoreError`], never `First`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a third answer would be no claim")]
pub enum ClaimOutcome {
    /// The key was not claimed, and is now.
    First,
    /// The key was claimed before, and that claim is still kept.
    Repeated,
}

/// Why a store could not answer.
///
/// The reason appears in log lines, so it is a fixed text of your program: it can reveal neither an address nor a
/// password.
///
/// # Examples
///
/// ```
/// use approov_actix::StoreError;
///
/// const UNAVAILABLE: StoreError = StoreError::new("table_unavailable");
/// assert_eq!(UNAVAILABLE.to_string(), "table_unavailable");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreError {
    reason: &'static str,
}

impl StoreError {
    /// An error with this reason: a short code such as `timed_out`, for log lines and metrics.
    pub const fn new(reason: &'static str) -> Self {
        Self { reason }
    }

    /// The reason.
    pub const fn reason(self) -> &'static str {
        self.reason
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl std::error::Error for StoreError {}
