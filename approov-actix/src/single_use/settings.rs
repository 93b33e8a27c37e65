//! What an application says about single use.

use std::{fmt, sync::Arc};

use super::store::SingleUseStore;

/// Where claims are kept, and what becomes of a request that cannot be claimed. Given to [`ApproovBuilder::single_use`](crate::ApproovBuilder::single_use); which
/// routes are of single use, [`Policy::single_use`](crate::Policy::single_use) says. See the [guide](crate::guide::single_use).
///
/// # Security
///
/// Neither a store that forgets nor one that only some servers use stops a replay: see the documentation of each.
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
    /// Claims are kept in `store`. While it cannot answer, requests are refused with
    /// [`Rejection::SingleUseUnavailable`](crate::Rejection::SingleUseUnavailable), status 503.
    pub fn new(store: impl SingleUseStore) -> Self {
        Self {
            store: Arc::new(store),
            admit_on_failure: false,
        }
    }

    /// Whether a request is let in while the store cannot answer. Default: no. Each such request is a warning in the log, and its
    /// [acceptance](crate::AcceptanceEvent::single_use) says so.
    ///
    /// # Security
    ///
    /// Anyone who can keep servers from their store can then replay what they have recorded.
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
