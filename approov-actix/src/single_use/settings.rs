//! An application's settings for single use.

use std::{fmt, sync::Arc};

use super::store::SingleUseStore;

/// Where claims are kept, and what happens to a request that cannot be claimed. Give it to
/// [`ApproovBuilder::single_use`](crate::ApproovBuilder::single_use). [`Policy::single_use`](crate::Policy::single_use)
/// sets which routes are single use. See the [guide](crate::guide::single_use).
///
/// # Security
///
/// A store that forgets claims, or that only some servers use, does not stop replays: see the documentation of each
/// store.
///
/// # Examples
///
/// ```
/// use approov_actix::{Approov, Key, MemoryStore, Policy, SignaturePolicy, SingleUse};
///
/// static TRANSFERS: Policy = Policy::new().signature(SignaturePolicy::strict()).single_use(true);
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let approov = Approov::builder()
///     .keys(key)
///     .single_use(SingleUse::new(MemoryStore::new(1_000_000)?))
///     .build()?;
/// let middleware = approov.middleware().policy(TRANSFERS);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "this does nothing until it is given to `ApproovBuilder::single_use`"]
pub struct SingleUse {
    pub(crate) store: Arc<dyn SingleUseStore>,
    pub(crate) admit_on_failure: bool,
}

impl SingleUse {
    /// Keeps claims in `store`. While the store cannot answer, requests are refused with
    /// [`Rejection::SingleUseUnavailable`](crate::Rejection::SingleUseUnavailable), status 503.
    pub fn new(store: impl SingleUseStore) -> Self {
        Self {
            store: Arc::new(store),
            admit_on_failure: false,
        }
    }

    /// Whether a request is let in while the store cannot answer. Default: no. For each request that is let in this
    /// way, the log has a warning, and [`AcceptanceEvent::single_use`](crate::AcceptanceEvent::single_use) reports
    /// it.
    ///
    /// # Security
    ///
    /// Anyone who can cut servers off from their store can then replay the requests that they have recorded.
    pub fn admit_on_failure(mut self, admit: bool) -> Self {
        self.admit_on_failure = admit;
        self
    }
}

impl fmt::Debug for SingleUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleUse")
            .field("admit_on_failure", &self.admit_on_failure)
            .finish_non_exhaustive()
    }
}
