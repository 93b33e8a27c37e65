//! The keys that count now.

use std::sync::{Arc, Mutex, PoisonError, mpsc::SyncSender};

use arc_swap::{ArcSwap, Guard};

use super::{
    key::Key,
    set::{KeySet, log_surplus, refuse_too_many},
};
use crate::{config_error::ConfigError, log_target::LOG_TARGET, rejection::Rejection};

/// All keys of an application, from all their sources. They change as a whole.
pub(crate) struct KeyRing {
    current: ArcSwap<CurrentKeys>,
    /// The keys of each source. The first part are those that no source refreshes.
    parts: Mutex<Vec<Vec<Key>>>,
    /// A thread that refreshes a source ends when its sender is gone.
    refreshers: Vec<Refresher>,
}

/// What the ring knows of a thread that refreshes a source.
pub(super) struct Refresher {
    pub(super) origin: String,
    pub(super) wake: SyncSender<()>,
    /// Whether to wake it for a token whose `kid` no key has.
    pub(super) on_unknown_kid: bool,
}

/// The keys from one change to the next.
pub(crate) struct CurrentKeys {
    generation: u64,
    keys: KeySet,
    on_unknown_kid: Arc<[SyncSender<()>]>,
}

impl CurrentKeys {
    /// Tells these keys from those before and after them. Nothing that was verified with one generation counts in another.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Checks a signature with the keys that may have made it. Never waits: where the key may be a new one, its source is told to look.
    pub(crate) fn verify(
        &self,
        alg: &str,
        kid: Option<&str>,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> Result<(), Rejection> {
        let verdict = self.keys.verify(alg, kid, message, signature);
        if verdict.is_err() && kid.is_some_and(|kid| !self.keys.has(kid)) {
            for source in self.on_unknown_kid.iter() {
                // Full: it has been told already. Disconnected: it has ended.
                let _ = source.try_send(());
            }
        }
        verdict
    }

    #[cfg(test)]
    pub(crate) fn of(keys: impl IntoIterator<Item = Key>) -> Self {
        Self {
            generation: 1,
            keys: KeySet::gather(keys).0,
            on_unknown_kid: Arc::default(),
        }
    }
}

impl KeyRing {
    /// The keys for a start.
    pub(super) fn new(parts: Vec<Vec<Key>>, refreshers: Vec<Refresher>) -> Result<Self, ConfigError> {
        let (keys, surplus) = KeySet::gather(parts.iter().flatten().cloned());
        refuse_too_many(&surplus)?;
        log_surplus(&surplus);
        log_keys(&keys);
        let on_unknown_kid = refreshers
            .iter()
            .filter(|refresher| refresher.on_unknown_kid)
            .map(|refresher| refresher.wake.clone())
            .collect();
        Ok(Self {
            current: ArcSwap::from_pointee(CurrentKeys {
                generation: 1,
                keys,
                on_unknown_kid,
            }),
            parts: Mutex::new(parts),
            refreshers,
        })
    }

    /// The keys that count at this moment.
    pub(crate) fn current(&self) -> Guard<Arc<CurrentKeys>> {
        self.current.load()
    }

    /// Puts these keys in place of all others.
    pub(crate) fn replace(&self, keys: &KeySet) -> Result<(), ConfigError> {
        if let Some(Refresher { origin, .. }) = self.refreshers.first() {
            return Err(ConfigError::new(format!(
                "{origin} is a source of keys that is refreshed, so its keys cannot be replaced"
            )));
        }
        self.change(0, keys.iter().cloned().collect());
        Ok(())
    }

    /// Puts these keys in place of those that came from this source before.
    pub(super) fn change(&self, part: usize, keys: Vec<Key>) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts[part] = keys;
        let (keys, surplus) = KeySet::gather(parts.iter().flatten().cloned());
        log_surplus(&surplus);
        log_keys(&keys);
        let before = self.current.load();
        self.current.store(Arc::new(CurrentKeys {
            generation: before.generation + 1,
            keys,
            on_unknown_kid: before.on_unknown_kid.clone(),
        }));
    }
}

fn log_keys(keys: &KeySet) {
    if keys.is_empty() {
        log::error!(target: LOG_TARGET, "there is NO KEY: every token is refused");
    } else {
        let labels: Vec<_> = keys.iter().map(Key::label).collect();
        log::info!(target: LOG_TARGET, "tokens are verified with {}", labels.join(", "));
    }
}
