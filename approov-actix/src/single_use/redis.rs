//! Claims in a Redis that several servers share.

use std::{fmt, pin::pin, slice, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::{Either, select};
use redis::{Cmd, Value, cmd};
use tokio::time::Instant;

use super::{
    replay_key::ReplayKey,
    store::{Claim, ClaimOutcome, SingleUseStore, StoreError},
};
use crate::{
    config::{ConfigError, Setting},
    shared_store::{Address, Connection, Fault, Purpose, SharedStore, key_fault, within},
};

/// Keeps claims in Redis 6.2 or later, or in Valkey, for a service with several processes or servers. Feature
/// `single-use-redis`, and `single-use-redis-rustls` for TLS.
///
/// The store connects at the first claim. Each worker has its own connection, in a cluster one to each master. Clones,
/// and stores with the same address and [prefix](Self::prefix), share their claims. A claim is one command, `SET … NX
/// PX`. A key takes about 120 bytes of the server's memory until it expires.
///
/// A claim ends within the [deadline](Self::deadline), including a new connection and a second attempt. If it fails,
/// the reason of the [`StoreError`] is one of these:
///
/// | reason | |
/// |---|---|
/// | `timed_out` | no answer within the deadline: the server is stopped, too slow, or cut off |
/// | `disconnected` | there is no connection: nothing listens there, the name does not resolve, or TLS fails |
/// | `refused` | the server answers with an error: its memory is full (`OOM`), it is a replica (`READONLY`), the password is wrong (`NOAUTH`, `WRONGPASS`), it is still starting (`LOADING`), or it belongs to a cluster but the address is that of a single server (`MOVED`). The log names the error |
/// | `no_randomness` | the operating system provides no random numbers |
///
/// While the server cannot be reached, each worker tries to connect once in 100 milliseconds, and requests in between
/// fail immediately. An attempt without an answer connects again every half second, so a server that was cut off is
/// used within a second of its return. The log has at most one line a second about it.
///
/// If the server that takes over has the same name, as with most managed services, the next connection reaches it, even
/// if the old server still answers, as a replica. Otherwise, Sentinels or the other servers of a cluster name the new
/// server.
///
/// # Security
///
/// If the server forgets a claim, its request can be replayed. So set `maxmemory-policy` to `noeviction`: with any
/// other policy, the log has a warning when a connection is made. A restart without persistence forgets all claims. A
/// failover forgets the claims that the replica has not received. A master that is cut off from its Sentinels goes on
/// beside the new one, unless it has `min-replicas-to-write 1`.
///
/// Anyone who can write to the server can delete claims, or have requests refused: give it a password, a network of its
/// own, or TLS. Sentinels and the servers of a cluster decide where the password is sent. Errors, the log and `Debug`
/// never show the address, because it may contain a password.
///
/// # Examples
///
/// ```
/// use approov_actix::{Approov, Key, RedisStore, SingleUse};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let store = RedisStore::new("redis://:password@redis.internal:6379")?;
/// let approov = Approov::builder().keys(key).single_use(SingleUse::new(store)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    shared: Arc<SharedStore>,
    prefix: Arc<str>,
    identity: u64,
    deadline: Duration,
}

const PURPOSE: Purpose = Purpose {
    name: "single use",
    without: "replays pass unnoticed",
};
const DEFAULT_PREFIX: &str = "approov:single-use:";
const DEFAULT_DEADLINE: Duration = Duration::from_millis(250);
const SHORTEST_DEADLINE: Duration = Duration::from_millis(10);
const LONGEST_DEADLINE: Duration = Duration::from_secs(5);

impl RedisStore {
    /// A store at one of these addresses:
    ///
    /// - `redis://host`, `redis://host:port/database`, `redis://:password@host`, `redis://user:password@host`. By
    ///   default, the port is 6379 and the database 0. Percent-encode the special characters of a password.
    /// - `rediss://…`: the same over TLS. The certificate is checked against the authorities that the system trusts.
    /// - `unix:///path`, with `?db=1&user=u&pass=p` if needed: a socket on this machine.
    /// - `redis-sentinel://host1,host2/mymaster`,
    ///   `redis-sentinel://user:password@host1:26379,host2/mymaster/database?sentinel_username=u&sentinel_password=p`:
    ///   the master that Sentinels call `mymaster`. The login before the hosts is that of the master. By default, the
    ///   port is 26379. With `rediss-sentinel`, the Sentinels and the master use TLS.
    /// - `redis-cluster://host1,host2`, `redis-cluster://user:password@host1:6379,host2`: a cluster of several masters.
    ///   You need to name only some of them. With `rediss-cluster`, over TLS.
    ///
    /// `valkey` and `valkeys` mean the same as `redis` and `rediss`; `redis+unix`, `redis+sentinel` and `redis+cluster`
    /// the same as `unix`, `redis-sentinel` and `redis-cluster`.
    ///
    /// # Errors
    ///
    /// If the address has none of these forms, or requires TLS without the feature `single-use-redis-rustls`. It is not
    /// an error if nothing answers there.
    pub fn new(address: &str) -> Result<Self, ConfigError> {
        Self::from_setting(&Setting::new("the address given to `RedisStore::new`", address))
    }

    /// The same, with another name for the address in errors.
    pub(crate) fn from_setting(address: &Setting) -> Result<Self, ConfigError> {
        let address = Address::parse(address)?;
        Ok(Self {
            identity: address.identity(DEFAULT_PREFIX),
            shared: Arc::new(SharedStore::new(address, PURPOSE)),
            prefix: DEFAULT_PREFIX.into(),
            deadline: DEFAULT_DEADLINE,
        })
    }

    /// The prefix of the keys in Redis. Default: `approov:single-use:`. Use the same prefix on all servers of a
    /// service, and a different one for each service that may receive a request of its own with the same signature.
    ///
    /// # Errors
    ///
    /// If it is empty or longer than 100 bytes, or contains quotes, `$`, `{`, `}`, or anything except visible ASCII
    /// characters.
    pub fn prefix(self, prefix: &str) -> Result<Self, ConfigError> {
        self.prefix_from(&Setting::new("the prefix given to `RedisStore::prefix`", prefix))
    }

    pub(crate) fn prefix_from(mut self, prefix: &Setting) -> Result<Self, ConfigError> {
        if let Some(fault) = key_fault(&prefix.value) {
            return Err(prefix.error(fault));
        }
        self.prefix = prefix.value.as_str().into();
        self.identity = self.shared.address().identity(&prefix.value);
        Ok(self)
    }

    /// How long a claim may take in total, from 10 milliseconds to 5 seconds. Default: 250 milliseconds. After half of
    /// this time without an answer, the store treats the connection as cut off and tries another one. So set more
    /// than twice the time that the server needs.
    ///
    /// # Errors
    ///
    /// If the deadline is shorter or longer.
    pub fn deadline(self, deadline: Duration) -> Result<Self, ConfigError> {
        self.deadline_from(&Setting::new("the time given to `RedisStore::deadline`", deadline))
    }

    pub(crate) fn deadline_from(mut self, deadline: &Setting<Duration>) -> Result<Self, ConfigError> {
        if !(SHORTEST_DEADLINE..=LONGEST_DEADLINE).contains(&deadline.value) {
            return Err(deadline.error("is not between 10 milliseconds and 5 seconds"));
        }
        self.deadline = deadline.value;
        Ok(self)
    }
}

impl SingleUseStore for RedisStore {
    fn claim(&self, key: &ReplayKey, time_to_live: Duration) -> Claim {
        let key = format!("{}{}", self.prefix, URL_SAFE_NO_PAD.encode(key.as_bytes()));
        let shared = Arc::clone(&self.shared);
        let deadline = self.deadline;
        Claim::Later(Box::pin(async move {
            let outcome = claim(&shared, &key, time_to_live, deadline).await;
            match outcome {
                Ok(_) => shared.answered(),
                Err(fault) => shared.failed(fault),
            }
            outcome.map_err(|fault| StoreError::new(fault.reason()))
        }))
    }

    fn identity(&self) -> u64 {
        self.identity
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.prefix)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// After half of the time without an answer, another connection tries as well. Everything that is awaited here ends in
/// time on its own.
async fn claim(
    shared: &Arc<SharedStore>,
    key: &str,
    time_to_live: Duration,
    deadline: Duration,
) -> Result<ClaimOutcome, Fault> {
    let until = Instant::now() + deadline;
    let attempt = Attempt::new(key, time_to_live)?;
    let connection = shared.connection(key, until).await?;
    let midway = Instant::now() + until.saturating_duration_since(Instant::now()) / 2;
    let answers = connection.answers();
    let mut first = pin!(attempt.first(shared, &connection, until));
    match within(midway, &mut first).await {
        Some(Err(fault @ Fault::Refused(_))) if fault.ends_connection() => {
            attempt.again(shared, until).await.or(Err(fault))
        }
        Some(Err(fault)) if fault.ends_connection() => attempt.again(shared, until).await,
        Some(outcome) => outcome,
        None if connection.retire_if_silent(answers) => {
            let again = pin!(attempt.again(shared, until));
            whichever(first, again).await
        }
        // Others were answered meanwhile, so this one waits its turn.
        None => first.await,
    }
}

/// The second attempt of the same claim may have overtaken the first, and only the second can tell. But the answer
/// `First` is always right.
async fn whichever(
    first: impl Future<Output = Result<ClaimOutcome, Fault>> + Unpin,
    again: impl Future<Output = Result<ClaimOutcome, Fault>> + Unpin,
) -> Result<ClaimOutcome, Fault> {
    match select(first, again).await {
        Either::Left((Ok(ClaimOutcome::First), _)) => Ok(ClaimOutcome::First),
        Either::Left((_, again)) => again.await,
        Either::Right((Ok(outcome), _)) => Ok(outcome),
        Either::Right((Err(fault), first)) => match first.await {
            Ok(ClaimOutcome::First) => Ok(ClaimOutcome::First),
            Ok(ClaimOutcome::Repeated) | Err(_) => Err(fault),
        },
    }
}

/// One claim, in one or more messages. The value of the key is its id, by which it recognises its own claim.
struct Attempt {
    key: String,
    id: [u8; 16],
    /// One makes the claim, the other reads whose it is.
    commands: [Cmd; 2],
}

impl Attempt {
    fn new(key: &str, time_to_live: Duration) -> Result<Self, Fault> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Fault::NoRandomness)?;
        // Better a millisecond too long than too short.
        let milliseconds = u64::try_from(time_to_live.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        let mut set = cmd("SET");
        set.arg(key).arg(&id).arg("NX").arg("PX").arg(milliseconds);
        let mut get = cmd("GET");
        get.arg(key);
        Ok(Self {
            key: key.to_owned(),
            id,
            commands: [set, get],
        })
    }

    async fn first(
        &self,
        shared: &Arc<SharedStore>,
        connection: &Connection,
        until: Instant,
    ) -> Result<ClaimOutcome, Fault> {
        let [set, _] = &self.commands;
        let answer = shared.follow(connection, &self.key, slice::from_ref(set), until);
        match answer.await? {
            (Value::Okay,) => Ok(ClaimOutcome::First),
            (Value::Nil,) => Ok(ClaimOutcome::Repeated),
            _ => Err(Fault::Refused("another answer")),
        }
    }

    /// An earlier message may have made the claim although its answer never came.
    async fn again(&self, shared: &Arc<SharedStore>, until: Instant) -> Result<ClaimOutcome, Fault> {
        match shared.ask(&self.key, &self.commands, until).await? {
            (Value::Okay, _) => Ok(ClaimOutcome::First),
            (Value::Nil, Some(id)) if id == self.id => Ok(ClaimOutcome::First),
            (Value::Nil, Some::<Vec<u8>>(_)) => Ok(ClaimOutcome::Repeated),
            _ => Err(Fault::Refused("another answer")),
        }
    }
}

#[cfg(test)]
mod tests;
