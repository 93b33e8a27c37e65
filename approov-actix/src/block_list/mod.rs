//! Blocks devices and tokens on all servers of a service.

mod blockable;
mod copy;
mod refresh;
mod store;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use actix_web::HttpRequest;

pub use self::blockable::{Blockable, Blocked};
use self::{copy::LocalCopy, refresh::Refresh, store::Store};
use crate::{
    approov::application_check::CheckFailed,
    config::{ConfigError, ConfigErrorKind, Setting},
    shared_store::{Address, key_fault},
    single_use::StoreError,
    token::ApproovClaims,
};

/// Blocks devices, and revokes tokens before they expire, on all servers that share a Redis or Valkey. Feature
/// `single-use-redis`.
///
/// The list is kept in Redis. Each process has a copy, which a thread refreshes [every two
/// seconds](Self::refresh_interval). So a request costs no round trip, and a change takes effect everywhere within that
/// time. To change the list from a shell, use `approov-token`, an example of this crate.
///
/// A request is refused with [`Rejection::ApplicationCheck`](crate::Rejection::ApplicationCheck), for one of these
/// reasons:
///
/// | reason | |
/// |---|---|
/// | `device_blocked` | its device id, or its installation key, is on the list |
/// | `token_revoked` | its token is on the list |
/// | `block_list_unavailable` | the copy is [too old](Self::max_stale), or was never read. [`admit_on_failure`](Self::admit_on_failure) lets these requests in |
/// | `token_header_unknown` | the header that the list reads is missing or has no token in it, so no token could be revoked: see [`token_header`](Self::token_header) |
///
/// # Security
///
/// A device id changes when the app is installed again, so blocking only slows an attacker down.
///
/// Anyone who can write to the server can lock users out or let them in. With an eviction policy, or at a restart
/// without persistence, the server forgets the list. The log has a warning about such a policy, and an error when the
/// list is suddenly gone.
///
/// # Examples
///
/// ```no_run
/// use std::time::{Duration, SystemTime};
/// use approov_actix::{Approov, BlockList, Blockable, Key};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let list = BlockList::new("redis://:password@redis.internal")?;
/// let approov = Approov::builder().keys(key).check(list.check()?).build()?;
///
/// let device = Blockable::device("h6pKLkT0Nbhi1Jpr8mXUkQ==")?;
/// list.block(&device, SystemTime::now() + Duration::from_secs(24 * 60 * 60)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a block list does nothing until its `check` is given to `ApproovBuilder::check`"]
pub struct BlockList {
    store: Store,
    token_header: String,
    refresh_interval: Duration,
    max_stale: Duration,
    admit_on_failure: bool,
}

const DEFAULT_REFRESH_INTERVAL: Duration = Duration::from_secs(2);
const SHORTEST_REFRESH_INTERVAL: Duration = Duration::from_millis(100);
const LONGEST_REFRESH_INTERVAL: Duration = Duration::from_secs(60 * 60);
const DEFAULT_MAX_STALE: Duration = Duration::from_secs(30);

impl BlockList {
    /// A list in the server at this address, in the master that Sentinels name, or in a cluster. For the forms of an
    /// address, see [`RedisStore::new`](crate::RedisStore::new).
    ///
    /// # Errors
    ///
    /// If the address has none of these forms, or requires TLS without the feature `single-use-redis-rustls`. It is not
    /// an error if nothing answers there.
    pub fn new(address: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            store: Store::new(Address::parse(&Setting::new(
                "the address given to `BlockList::new`",
                address,
            ))?),
            token_header: "approov-token".to_owned(),
            refresh_interval: DEFAULT_REFRESH_INTERVAL,
            max_stale: DEFAULT_MAX_STALE,
            admit_on_failure: false,
        })
    }

    /// The key of the list in Redis. Default: `approov:block-list`. A second key, with `:version` at its end, has the
    /// list's version: `approov:block-list:version`, or, in a cluster, `{approov:block-list}:version`, where the
    /// braces keep both keys on one server.
    ///
    /// # Errors
    ///
    /// If it is empty or longer than 100 bytes, or contains quotes, `$`, `{`, `}`, or anything except visible ASCII
    /// characters.
    pub fn key(mut self, key: &str) -> Result<Self, ConfigError> {
        let key = Setting::<String>::new("the key given to `BlockList::key`", key);
        if let Some(fault) = key_fault(&key.value) {
            return Err(key.error(fault));
        }
        self.store = self.store.with_key(&key.value);
        Ok(self)
    }

    /// The header that carries tokens. Set it if you set
    /// [`ApproovBuilder::token_header`](crate::ApproovBuilder::token_header). Default: `Approov-Token`.
    ///
    /// # Security
    ///
    /// If the request has no header of this name, it is refused. Otherwise, a wrong name would let revoked tokens in.
    pub fn token_header(mut self, name: &str) -> Self {
        name.clone_into(&mut self.token_header);
        self
    }

    /// How often the copy is refreshed, from 100 milliseconds to one hour. Default: two seconds.
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.refresh_interval = interval;
        self
    }

    /// How old the copy may become while the server cannot be reached: at least twice the refresh interval. Default: 30
    /// seconds.
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.max_stale = time;
        self
    }

    /// Whether requests are let in while the copy is missing or too old. An old copy still blocks its entries. Default:
    /// no.
    ///
    /// # Security
    ///
    /// Anyone who can cut servers off from the list can then let in what was blocked since.
    pub fn admit_on_failure(mut self, admit: bool) -> Self {
        self.admit_on_failure = admit;
        self
    }

    /// The check, for [`ApproovBuilder::check`](crate::ApproovBuilder::check). This method reads the list, waiting two
    /// seconds at most, and starts the thread that refreshes the copy. The thread ends with the check.
    ///
    /// # Errors
    ///
    /// If a time is out of its bounds, or the thread cannot be started. It is not an error if the list cannot be read,
    /// but then requests are refused until it can, unless [`admit_on_failure`](Self::admit_on_failure) is set.
    pub fn check(
        &self,
    ) -> Result<impl Fn(&HttpRequest, &ApproovClaims) -> Result<(), CheckFailed> + Send + Sync + use<>, ConfigError>
    {
        let (interval, max_stale) = (self.refresh_interval, self.max_stale);
        if !(SHORTEST_REFRESH_INTERVAL..=LONGEST_REFRESH_INTERVAL).contains(&interval) {
            return Err(ConfigError::invalid(
                "the time given to `BlockList::refresh_interval` is not between 100 milliseconds and one hour",
            ));
        }
        if max_stale < interval.saturating_mul(2) {
            return Err(ConfigError::invalid(
                "the time given to `BlockList::max_stale` is shorter than twice the refresh interval",
            ));
        }
        let copy = Arc::new(LocalCopy::new());
        let refresh = Refresh::new(self.store.clone(), &copy, interval);
        refresh.start().map_err(|error| {
            ConfigError::new(
                ConfigErrorKind::KeySource,
                format!("`BlockList::check` needs a thread that refreshes the list: {error}"),
            )
        })?;
        let (token_header, admit_on_failure) = (self.token_header.clone(), self.admit_on_failure);
        Ok(move |request: &HttpRequest, claims: &ApproovClaims| {
            let max_stale = (!admit_on_failure).then_some(max_stale);
            copy.check(request, claims, &token_header, max_stale)
        })
    }

    /// Puts `what` on the list until this time, whether it is already there or not.
    ///
    /// # Errors
    ///
    /// If the server does not answer within two seconds, or answers with an error. The reasons are those of
    /// [`RedisStore`](crate::RedisStore). A cluster may refuse while it moves the list to another server: try
    /// again.
    pub async fn block(&self, what: &Blockable, until: SystemTime) -> Result<(), StoreError> {
        self.store.block(what, until).await
    }

    /// Takes `what` off the list. Returns whether it was on the list.
    ///
    /// # Errors
    ///
    /// The same as for [`block`](Self::block).
    pub async fn unblock(&self, what: &Blockable) -> Result<bool, StoreError> {
        self.store.unblock(what).await
    }

    /// The entries that have not ended, ordered by their end.
    ///
    /// # Errors
    ///
    /// The same as for [`block`](Self::block).
    pub async fn list(&self) -> Result<Vec<Blocked>, StoreError> {
        self.store.list().await
    }
}

impl fmt::Debug for BlockList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockList")
            .field("key", &self.store.key())
            .field("token_header", &self.token_header)
            .field("refresh_interval", &self.refresh_interval)
            .field("max_stale", &self.max_stale)
            .field("admit_on_failure", &self.admit_on_failure)
            .finish_non_exhaustive()
    }
}
