//! Claims in a Redis that servers have in common.

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

/// Keeps claims in Redis 6.2 or later, or in Valkey: for a service of several processes or servers. Feature `single-use-redis`, and `single-use-redis-rustls` for TLS.
///
/// Nothing is connected before the first claim, and then each worker has a connection of its own, in a cluster one to each master. Clones, and stores of the same address and
/// [prefix](Self::prefix), have their claims in common. A claim is one command, `SET … NX PX`; a key takes about 120 bytes of the server's memory until it ends by itself.
///
/// Everything, with a new connection and a second attempt, ends within the [deadline](Self::deadline). Then the reason of the [`StoreError`] is one of these:
///
/// | reason | |
/// |---|---|
/// | `timed_out` | no answer within the deadline: the server is stopped, too slow, or cut off |
/// | `disconnected` | there is no connection: nothing listens there, the name has no address, or TLS fails |
/// | `refused` | the server answers with an error: its memory is full (`OOM`), it is a replica (`READONLY`), the password is wrong (`NOAUTH`, `WRONGPASS`), it is still starting (`LOADING`), or it is one of a cluster whose address begins like that of a single server (`MOVED`). The log names it |
/// | `no_randomness` | the operating system gives no random numbers |
///
/// While the server cannot be reached, one attempt to connect in 100 milliseconds is made for all requests of a worker, and between them requests fail at once. An attempt
/// that hears nothing connects once more each half second, so that a server that was cut off is used within a second of its return. The log has one line in a second of it.
///
/// Where the server that takes over is found under the same name, as with most managed services, the next connection reaches it: also when the old one answers that it is now a
/// replica. Else Sentinels name it, or the other servers of a cluster.
///
/// # Security
///
/// A claim that the server forgets is a request that can be replayed. So its `maxmemory-policy` must be `noeviction`: with any other the log has a warning when a connection
/// is made. A restart without persistence forgets all claims, and one that fails over forgets those that the replica has not heard of. A master that is cut off from its
/// Sentinels goes on beside the new one, unless it has `min-replicas-to-write 1`.
///
/// Anyone who can write to the server can take claims away or refuse requests: give it a password, a network of its own, or TLS. Sentinels and the servers of a cluster say where
/// the password is sent. The address is shown neither by errors nor by the log nor by `Debug`, as it may have a password in it.
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
    /// At one of these addresses:
    ///
    /// - `redis://host`, `redis://host:port/database`, `redis://:password@host`, `redis://user:password@host`. The port is 6379 and the database 0 where
    ///   there is none. What means something in an address is written with `%` in a password.
    /// - `rediss://…`: the same over TLS. The certificate is checked against the authorities that the system trusts.
    /// - `unix:///path`, with `?db=1&user=u&pass=p` where needed: a socket of this machine.
    /// - `redis-sentinel://host1,host2/mymaster`, `redis-sentinel://user:password@host1:26379,host2/mymaster/database?sentinel_username=u&sentinel_password=p`: the master that Sentinels
    ///   call `mymaster`. The login before the hosts is that of the master. The port is 26379 where there is none. With `rediss-sentinel`, Sentinels and master speak TLS.
    /// - `redis-cluster://host1,host2`, `redis-cluster://user:password@host1:6379,host2`: a cluster of several masters, of which it is enough to name some. With `rediss-cluster`
    ///   over TLS.
    ///
    /// `valkey` and `valkeys` mean the same as `redis` and `rediss`; `redis+unix`, `redis+sentinel` and `redis+cluster` the same as `unix`, `redis-sentinel` and `redis-cluster`.
    ///
    /// # Errors
    ///
    /// If it is no such address, or asks for TLS without the feature `single-use-redis-rustls`. That nothing answers there is no error.
    pub fn new(address: &str) -> Result<Self, ConfigError> {
        Self::from_setting(&Setting::new("the address given to `RedisStore::new`", address))
    }

    /// The same for an address that has another name in errors.
    pub(crate) fn from_setting(address: &Setting) -> Result<Self, ConfigError> {
        let address = Address::parse(address)?;
        Ok(Self {
            identity: address.identity(DEFAULT_PREFIX),
            shared: Arc::new(SharedStore::new(address, PURPOSE)),
            prefix: DEFAULT_PREFIX.into(),
            deadline: DEFAULT_DEADLINE,
        })
    }

    /// What the server's keys begin with. Default: `approov:single-use:`. The same on all servers of a service, and another one for each service that may receive
    /// a request of its own with the same signature.
    ///
    /// # Errors
    ///
    /// If it is empty, longer than 100 bytes, or has anything in it but the visible characters of ASCII without quotes, `$`, `{` and `}`.
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

    /// How long a claim may take in all, from 10 milliseconds to 5 seconds. Default: 250 milliseconds. After half of it without an answer the connection is held to be cut off,
    /// and another one tries: so more than twice what the server takes.
    ///
    /// # Errors
    ///
    /// If it is shorter or longer.
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

/// After half of the time without a word, another connection tries as well. Whatever is awaited here ends in time by itself.
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
        // Others were answered meanwhile: this one waits its turn.
        None => first.await,
    }
}

/// The first attempt may have been overtaken by the other one of the same claim, which alone can tell. But what is first is first.
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

/// One claim, by however many messages. Its id is the value of the key, so that it knows its own.
struct Attempt {
    key: String,
    id: [u8; 16],
    /// The claim, and whose it is.
    commands: [Cmd; 2],
}

impl Attempt {
    fn new(key: &str, time_to_live: Duration) -> Result<Self, Fault> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Fault::NoRandomness)?;
        // Rather a millisecond too long than too short.
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

    /// An earlier message, whose answer never came, may have made the claim.
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
