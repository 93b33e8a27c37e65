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

    /// Checks a signature with the keys that may have made it. The `kid` of the key that did. Never waits: where the key may be a new one, its source is told to look.
    pub(crate) fn verify(
        &self,
        alg: &str,
        kid: Option<&str>,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> Result<Option<Arc<str>>, Rejection> {
        let verdict = self.keys.verify(alg, kid, message, signature);
        if verdict.is_err() && kid.is_some_and(|kid| !self.keys.has(kid)) {
            for source in self.on_unknown_kid.iter() {
                // Full: it has been told already. Disconnected: it has ended.
                let _ = source.try_send(());
            }
        }
        verdict.map(Key::shared_kid)
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::algorithm::Algorithm;

    fn key(byte: u8) -> Key {
        Key::from_secret(Algorithm::HS256, &[byte; 32]).unwrap()
    }

    fn kids(ring: &KeyRing) -> Vec<Option<String>> {
        let kid = |key: &Key| key.kid().map(str::to_owned);
        ring.current().keys.iter().map(kid).collect()
    }

    #[test]
    fn each_change_is_a_generation_of_its_own() {
        let ring = KeyRing::new(vec![vec![key(1)]], Vec::new()).unwrap();
        let before = ring.current();
        ring.replace(&KeySet::new([key(2).with_kid("b")]).unwrap()).unwrap();
        assert_eq!(before.generation(), 1);
        assert_eq!(ring.current().generation(), 2);
        ring.replace(&KeySet::new([key(2).with_kid("b")]).unwrap()).unwrap();
        assert_eq!(ring.current().generation(), 3);
    }

    #[test]
    fn a_source_changes_its_own_keys_only() {
        let ring = KeyRing::new(vec![vec![key(1)], vec![key(2).with_kid("b")]], Vec::new()).unwrap();
        ring.change(1, vec![key(3).with_kid("c")]);
        assert_eq!(kids(&ring), [None, Some("c".to_owned())]);
        ring.change(1, Vec::new());
        assert_eq!(kids(&ring), [None]);
    }

    /// At the start that is an error, but a running server must not keep removed keys because of it.
    #[test]
    fn too_many_keys_after_a_refresh_are_dropped() {
        let ring = KeyRing::new(vec![vec![key(1)], vec![key(2)]], Vec::new()).unwrap();
        ring.change(1, (10..18).map(key).collect());
        assert_eq!(kids(&ring).len(), 8);
        let parts = vec![vec![key(1)], (10..18).map(key).collect()];
        assert!(KeyRing::new(parts, Vec::new()).is_err());
    }

    #[test]
    fn a_source_is_woken_for_an_unknown_kid_alone() {
        let (wake, woken) = sync_channel(1);
        let refresher = |on_unknown_kid| Refresher {
            origin: "a source".to_owned(),
            wake: wake.clone(),
            on_unknown_kid,
        };
        let ring = |on_unknown_kid| {
            let parts = vec![vec![key(1)], vec![key(2).with_kid("b")]];
            KeyRing::new(parts, vec![refresher(on_unknown_kid)]).unwrap()
        };
        let verify = |ring: &KeyRing, kid| ring.current().verify("HS256", kid, b"m", &vec![0; 32]).unwrap_err();

        let address = ring(true);
        assert_eq!(verify(&address, None), Rejection::TokenSignature);
        assert_eq!(verify(&address, Some("b")), Rejection::TokenSignature);
        assert!(woken.try_recv().is_err());
        for _ in 0..100 {
            assert_eq!(verify(&address, Some("x")), Rejection::TokenSignature);
        }
        assert!(woken.try_recv().is_ok());
        assert!(woken.try_recv().is_err());

        verify(&ring(false), Some("x"));
        assert!(woken.try_recv().is_err());

        let error = address.replace(&KeySet::new([key(3)]).unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a source is a source of keys that is refreshed, so its keys cannot be replaced"
        );
        assert_eq!(kids(&address).len(), 2);
    }
}
