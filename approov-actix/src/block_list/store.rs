//! The list in the server: a sorted set, ordered by when its entries end.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use redis::{Cmd, FromRedisValue, Value, cmd};
use tokio::time::Instant;

use super::blockable::{Blockable, Blocked};
use crate::{
    shared_store::{Address, Fault, Purpose, SharedStore},
    single_use::StoreError,
    time::{UnixTime, system_time},
};

const PURPOSE: Purpose = Purpose {
    name: "the block list",
    without: "what is blocked is let in",
};
const DEFAULT_KEY: &str = "approov:block-list";
/// For every question to the server. Only the refresh and callers that change the list wait for it.
const DEADLINE: Duration = Duration::from_secs(2);
/// How long after its end an entry is removed, when the list next changes: clocks differ.
const REMOVED_AFTER: f64 = 60.0 * 60.0;

#[derive(Clone)]
pub(super) struct Store {
    shared: Arc<SharedStore>,
    key: Arc<str>,
    version_key: Arc<str>,
}

/// Each change of the list sets another one.
pub(super) type Version = Option<Vec<u8>>;

impl Store {
    pub(super) fn new(address: Address) -> Self {
        Self {
            shared: Arc::new(SharedStore::new(address, PURPOSE)),
            key: "".into(),
            version_key: "".into(),
        }
        .with_key(DEFAULT_KEY)
    }

    pub(super) fn with_key(self, key: &str) -> Self {
        // The braces keep both keys in one slot. On a single server, they would only get in the way of rules for keys.
        let version_key = if self.shared.address().is_of_cluster() {
            format!("{{{key}}}:version")
        } else {
            format!("{key}:version")
        };
        Self {
            shared: self.shared,
            key: key.into(),
            version_key: version_key.into(),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) async fn version(&self) -> Result<Version, Fault> {
        let mut get = cmd("GET");
        get.arg(&*self.version_key);
        let (version,) = self.ask(&[get]).await?;
        Ok(version)
    }

    /// The entries that have not ended, with their ends in seconds since 1970.
    pub(super) async fn members(&self) -> Result<Vec<(String, f64)>, Fault> {
        let mut command = cmd("ZRANGE");
        command.arg(&*self.key).arg(UnixTime::now().seconds()).arg("+inf");
        command.arg("BYSCORE").arg("WITHSCORES");
        let (members,) = self.ask(&[command]).await?;
        Ok(members)
    }

    pub(super) async fn block(&self, what: &Blockable, until: SystemTime) -> Result<(), StoreError> {
        // Better a part of a second too long than too short.
        let end = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() + 1;
        let mut add = cmd("ZADD");
        add.arg(&*self.key).arg(end).arg(what.as_str());
        self.change(add).await.map(drop)
    }

    pub(super) async fn unblock(&self, what: &Blockable) -> Result<bool, StoreError> {
        let mut remove = cmd("ZREM");
        remove.arg(&*self.key).arg(what.as_str());
        Ok(self.change(remove).await? > 0)
    }

    pub(super) async fn list(&self) -> Result<Vec<Blocked>, StoreError> {
        let members = self.members().await.map_err(|fault| StoreError::new(fault.reason()))?;
        let blocked = |(member, end): (String, f64)| {
            Some(Blocked {
                what: Blockable::kept(&member)?,
                until: system_time(end)?,
            })
        };
        Ok(members.into_iter().filter_map(blocked).collect())
    }

    /// Returns how many entries have changed. Either all commands take effect or none.
    async fn change(&self, command: Cmd) -> Result<u64, StoreError> {
        let changed = async {
            let mut version = [0; 16];
            getrandom::fill(&mut version).map_err(|_| Fault::NoRandomness)?;
            let mut tidy = cmd("ZREMRANGEBYSCORE");
            tidy.arg(&*self.key)
                .arg("-inf")
                .arg(UnixTime::now().seconds() - REMOVED_AFTER);
            let mut renew = cmd("SET");
            renew.arg(&*self.version_key).arg(&version);
            let commands = [cmd("MULTI"), command, tidy, renew, cmd("EXEC")];
            let (.., (changed, _, _)): (Value, Value, Value, Value, (u64, Value, Value)) = self.ask(&commands).await?;
            Ok(changed)
        };
        changed.await.map_err(|fault: Fault| {
            self.shared.failed(fault);
            StoreError::new(fault.reason())
        })
    }

    async fn ask<T: FromRedisValue>(&self, commands: &[Cmd]) -> Result<T, Fault> {
        let once = || self.shared.ask(&self.key, commands, Instant::now() + DEADLINE);
        // A broken connection is noticed only when it is used.
        match once().await {
            Err(fault) if fault.ends_connection() => once().await,
            answer => answer,
        }
    }

    pub(super) fn failed(&self, fault: Fault) {
        self.shared.failed(fault);
    }

    pub(super) fn answered(&self) {
        self.shared.answered();
    }
}
