//! The keys that are valid now.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc::SyncSender},
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};

use super::{
    key::Key,
    moment::Moment,
    set::{KeySet, Surplus, log_surplus, refuse},
    status::ApproovStatus,
};
use crate::{
    config::{ConfigError, ConfigErrorKind},
    logging::{LOG_TARGET, Name},
    rejection::Rejection,
};

/// A source that is this late is no longer being read at all. Longer than a reading takes.
const LATE: Duration = Duration::from_secs(60);

/// All keys of an application, from all their sources. They change as a whole.
pub(crate) struct KeyRing {
    current: ArcSwap<CurrentKeys>,
    parts: Mutex<Vec<SourceKeys>>,
    /// A thread that refreshes a source ends when its sender is gone.
    refreshers: Vec<Refresher>,
    /// The name of the configuration.
    name: Option<String>,
}

/// The keys of one source. The first part holds the keys that are not refreshed.
#[derive(Default)]
pub(super) struct SourceKeys {
    keys: Vec<Key>,
    /// The name of the source in the log.
    origin: String,
    /// How long the keys stay valid after the last reading.
    max_stale: Option<Duration>,
    /// The last successful reading, or the start if there was none.
    last_read: Moment,
    has_expired: bool,
    /// When the source is to be read again, if at all.
    due: Option<Moment>,
}

impl SourceKeys {
    /// Keys that never expire.
    pub(super) fn fixed(keys: Vec<Key>) -> Self {
        Self {
            keys,
            ..Self::default()
        }
    }

    /// The keys of a source: none if its first reading failed.
    pub(super) fn of_source(origin: String, keys: Vec<Key>, max_stale: Option<Duration>, due: Moment) -> Self {
        Self {
            keys,
            origin,
            max_stale,
            last_read: Moment::now(),
            has_expired: false,
            due: Some(due),
        }
    }

    /// None if the keys never expire, or too far in the future to be represented.
    fn expires(&self) -> Option<Moment> {
        let max_stale = self.max_stale.filter(|_| !self.keys.is_empty())?;
        self.last_read.checked_add(max_stale)
    }

    fn count(&self) -> impl Iterator<Item = Key> {
        let keys = if self.has_expired { &[][..] } else { &self.keys };
        keys.iter().cloned()
    }
}

/// What the ring knows about a thread that refreshes a source.
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
    /// When the first of the keys expire, unless they are read again earlier.
    expires: Option<Moment>,
    on_unknown_kid: Arc<[SyncSender<()>]>,
}

impl CurrentKeys {
    /// Distinguishes these keys from earlier and later ones. A verdict of one generation is not valid in another.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Checks a signature with the keys that may have made it, and returns the `kid` of the key that did. Never waits:
    /// if the key may be a new one, its source is woken.
    pub(crate) fn verify(
        &self,
        alg: &str,
        kid: Option<&str>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Option<Arc<str>>, Rejection> {
        let verdict = self.keys.verify(alg, kid, message, signature);
        if verdict.is_err() && kid.is_some_and(|kid| !self.keys.has(kid)) {
            for source in self.on_unknown_kid.iter() {
                // Full: already woken. Disconnected: the thread has ended.
                let _ = source.try_send(());
            }
        }
        verdict.map(Key::shared_kid)
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.keys.iter().count()
    }

    #[cfg(test)]
    pub(crate) fn of(keys: impl IntoIterator<Item = Key>) -> Self {
        Self {
            generation: 1,
            keys: KeySet::gather(keys).0,
            expires: None,
            on_unknown_kid: Arc::default(),
        }
    }
}

impl KeyRing {
    /// The ring at the start, when too many keys are an error.
    pub(super) fn new(
        parts: Vec<SourceKeys>,
        refreshers: Vec<Refresher>,
        name: Option<String>,
    ) -> Result<Self, ConfigError> {
        let (keys, surplus) = KeySet::gather(parts.iter().flat_map(SourceKeys::count));
        refuse(&[Surplus::TooMany], &surplus, "the keys of all sources")?;
        let shown = Name(name.as_deref());
        log_surplus(&surplus, shown);
        log_keys(&keys, shown);
        let on_unknown_kid = refreshers
            .iter()
            .filter(|refresher| refresher.on_unknown_kid)
            .map(|refresher| refresher.wake.clone())
            .collect();
        Ok(Self {
            current: ArcSwap::from_pointee(CurrentKeys {
                generation: 1,
                keys,
                expires: first_expiry(&parts),
                on_unknown_kid,
            }),
            parts: Mutex::new(parts),
            refreshers,
            name,
        })
    }

    /// The keys that are valid now. Keys expire here, on time, even while their source keeps its thread waiting.
    pub(crate) fn current(&self) -> Guard<Arc<CurrentKeys>> {
        self.current_by(Moment::now)
    }

    /// Reads the clock only if keys can expire.
    fn current_by(&self, clock: impl FnOnce() -> Moment) -> Guard<Arc<CurrentKeys>> {
        let current = self.current.load();
        let Some(expires) = current.expires else {
            return current;
        };
        let now = clock();
        if now < expires {
            return current;
        }
        self.expire(now);
        // After a machine has slept, sources are read now, and not when their threads next wake up.
        for refresher in &self.refreshers {
            let _ = refresher.wake.try_send(());
        }
        self.current.load()
    }

    /// What an application may know about its keys.
    pub(crate) fn status(&self) -> ApproovStatus {
        self.status_at(Moment::now())
    }

    fn status_at(&self, now: Moment) -> ApproovStatus {
        let key_count = self.current_by(|| now).keys.iter().count();
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = || parts.iter().filter_map(|part| Some((part.last_read, part.due?)));
        ApproovStatus {
            key_count,
            oldest_reading: sources().map(|(last_read, _)| now - last_read).max(),
            is_refreshing: sources().all(|(_, due)| now - due <= LATE),
        }
    }

    /// Records when a source is to be read again.
    pub(super) fn planned(&self, part: usize, due: Moment) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts[part].due = Some(due);
    }

    /// For log lines.
    pub(super) fn name(&self) -> Name<'_> {
        Name(self.name.as_deref())
    }

    /// Replaces all keys.
    pub(crate) fn replace(&self, keys: &KeySet) -> Result<(), ConfigError> {
        if let Some(Refresher { origin, .. }) = self.refreshers.first() {
            return Err(ConfigError::new(
                ConfigErrorKind::Conflict,
                format!("{origin} is a source of keys that is refreshed, so its keys cannot be replaced"),
            ));
        }
        self.refreshed(0, Some(keys.iter().cloned().collect()), Moment::now());
        Ok(())
    }

    /// Records a successful reading: new keys, or `None` if they have not changed.
    pub(super) fn refreshed(&self, part: usize, keys: Option<Vec<Key>>, now: Moment) {
        self.change(now, |parts| {
            let has_changed = keys.is_some();
            let part = &mut parts[part];
            part.last_read = now;
            if let Some(keys) = keys {
                part.keys = keys;
            }
            has_changed
        });
    }

    /// Removes the keys that are too old.
    pub(super) fn expire(&self, now: Moment) {
        self.change(now, |_| false);
    }

    /// Whether this source has valid keys.
    pub(super) fn has_keys_of(&self, part: usize) -> bool {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts[part].count().next().is_some()
    }

    /// Changes the parts. Logs the change after it releases the lock: the logger is the application's, and may even
    /// replace keys.
    fn change(&self, now: Moment, change: impl FnOnce(&mut [SourceKeys]) -> bool) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let has_changed = change(&mut parts);
        let news = self.publish(&mut parts, has_changed, now);
        drop(parts);
        for origin in &news.expired {
            log::error!(target: LOG_TARGET, "the keys of {origin} are too old and no longer valid{}", self.name());
        }
        if let Some(surplus) = &news.surplus {
            log_surplus(surplus, self.name());
            // The keys that are valid now: another change may have been logged already.
            log_keys(&self.current.load().keys, self.name());
        }
    }

    fn publish(&self, parts: &mut [SourceKeys], mut has_changed: bool, now: Moment) -> Announcement {
        let mut expired = Vec::new();
        for part in parts.iter_mut() {
            let has_expired = part.expires().is_some_and(|expires| expires <= now);
            if has_expired != part.has_expired {
                part.has_expired = has_expired;
                has_changed = true;
                if has_expired {
                    expired.push(part.origin.clone());
                }
            }
        }
        let before = self.current.load();
        let (keys, surplus) = KeySet::gather(parts.iter().flat_map(SourceKeys::count));
        self.current.store(Arc::new(CurrentKeys {
            generation: before.generation + u64::from(has_changed),
            keys,
            expires: first_expiry(parts),
            on_unknown_kid: before.on_unknown_kid.clone(),
        }));
        Announcement {
            expired,
            surplus: has_changed.then_some(surplus),
        }
    }
}

/// What to log about a change.
struct Announcement {
    /// The sources whose keys have expired.
    expired: Vec<String>,
    /// The keys that are not used, if there was a change.
    surplus: Option<Vec<(Key, Surplus)>>,
}

fn first_expiry(parts: &[SourceKeys]) -> Option<Moment> {
    let counting = parts.iter().filter(|part| !part.has_expired);
    counting.filter_map(SourceKeys::expires).min()
}

fn log_keys(keys: &KeySet, name: Name<'_>) {
    if keys.is_empty() {
        log::error!(target: LOG_TARGET, "there is NO KEY: every token is refused{name}");
    } else {
        let labels: Vec<_> = keys.iter().map(Key::label).collect();
        log::info!(target: LOG_TARGET, "tokens are verified with {}{name}", labels.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::{crypto::algorithm::Algorithm, test_support};

    fn key(byte: u8) -> Key {
        Key::from_secret(Algorithm::HS256, &test_support::secret(byte)).unwrap()
    }

    fn kids(ring: &KeyRing) -> Vec<Option<String>> {
        let kid = |key: &Key| key.key_id().map(str::to_owned);
        ring.current().keys.iter().map(kid).collect()
    }

    #[test]
    fn each_change_is_a_generation_of_its_own() {
        let ring = KeyRing::new(vec![SourceKeys::fixed(vec![key(1)])], Vec::new(), None).unwrap();
        let before = ring.current();
        ring.replace(&KeySet::new([key(2).with_key_id("b")]).unwrap()).unwrap();
        assert_eq!(before.generation(), 1);
        assert_eq!(ring.current().generation(), 2);
        ring.replace(&KeySet::new([key(2).with_key_id("b")]).unwrap()).unwrap();
        assert_eq!(ring.current().generation(), 3);
    }

    /// A ring with these keys of a source, and one fixed key.
    fn with_source(keys: Vec<Key>, max_stale: Option<Duration>) -> Result<KeyRing, ConfigError> {
        let source = SourceKeys::of_source("a source".to_owned(), keys, max_stale, Moment::now());
        KeyRing::new(vec![SourceKeys::fixed(vec![key(1)]), source], Vec::new(), None)
    }

    #[test]
    fn a_source_changes_its_own_keys_only() {
        let ring = with_source(vec![key(2).with_key_id("b")], None).unwrap();
        ring.refreshed(1, Some(vec![key(3).with_key_id("c")]), Moment::now());
        assert_eq!(kids(&ring), [None, Some("c".to_owned())]);
        ring.refreshed(1, None, Moment::now());
        assert_eq!(kids(&ring), [None, Some("c".to_owned())]);
        assert_eq!(ring.current().generation(), 2);
    }

    #[test]
    fn keys_expire_and_come_back_when_they_are_read_again() {
        const HOUR: Duration = Duration::from_secs(3600);
        let ring = with_source(vec![key(2).with_key_id("b")], Some(HOUR)).unwrap();
        let start = Moment::now();
        let both = [None, Some("b".to_owned())];
        ring.expire(start + HOUR / 2);
        assert_eq!((kids(&ring).as_slice(), ring.current().generation()), (&both[..], 1));
        ring.refreshed(1, None, start + HOUR / 2);
        ring.expire(start + HOUR + HOUR / 4);
        assert_eq!((kids(&ring).as_slice(), ring.current().generation()), (&both[..], 1));
        ring.expire(start + HOUR + HOUR / 2);
        ring.expire(start + HOUR + HOUR / 2);
        assert_eq!((kids(&ring).as_slice(), ring.current().generation()), (&both[..1], 2));
        assert!(!ring.has_keys_of(1));
        ring.refreshed(1, None, start + 2 * HOUR);
        assert_eq!((kids(&ring).as_slice(), ring.current().generation()), (&both[..], 3));
    }

    #[test]
    fn the_longest_time_is_never() {
        let ring = with_source(vec![key(2)], Some(Duration::MAX)).unwrap();
        ring.refreshed(1, None, Moment::now());
        assert_eq!(kids(&ring).len(), 2);
    }

    /// However long the source keeps its thread waiting, and however long the machine sleeps.
    #[test]
    fn keys_expire_when_they_are_asked_for() {
        const HOUR: Duration = Duration::from_secs(3600);
        let (wake, woken) = sync_channel(1);
        let source = SourceKeys::of_source("a source".to_owned(), vec![key(2)], Some(HOUR), Moment::now());
        let refresher = Refresher {
            origin: "a source".to_owned(),
            wake,
            on_unknown_kid: false,
        };
        let ring = KeyRing::new(vec![SourceKeys::fixed(vec![key(1)]), source], vec![refresher], None).unwrap();
        let start = Moment::now();
        let count = |time: Duration| ring.current_by(|| start + time).keys.iter().count();
        assert_eq!(count(HOUR * 59 / 60), 2);
        assert!(woken.try_recv().is_err());
        assert_eq!(count(HOUR), 1);
        assert!(woken.try_recv().is_ok(), "its source is read at once");
    }

    #[test]
    fn the_status_tells_of_keys_that_are_no_longer_read() {
        const HOUR: Duration = Duration::from_secs(3600);
        let ring = with_source(vec![key(2)], Some(2 * HOUR)).unwrap();
        let start = Moment::now();
        ring.planned(1, start + HOUR);
        let status = |time: Duration| {
            let status = ring.status_at(start + time);
            let hours = status.oldest_reading().unwrap().as_secs_f64() / HOUR.as_secs_f64();
            (status.key_count(), hours.round(), status.is_refreshing())
        };
        assert_eq!(status(Duration::ZERO), (2, 0.0, true));
        assert_eq!(status(HOUR + LATE), (2, 1.0, true));
        assert_eq!(status(HOUR + 2 * LATE), (2, 1.0, false));
        assert_eq!(status(2 * HOUR), (1, 2.0, false));
        ring.refreshed(1, None, start + 2 * HOUR);
        ring.planned(1, start + 3 * HOUR);
        assert_eq!(status(2 * HOUR), (2, 0.0, true));

        let fixed = KeyRing::new(vec![SourceKeys::fixed(vec![key(1)])], Vec::new(), None).unwrap();
        let status = fixed.status_at(start + HOUR);
        assert_eq!(
            (status.key_count(), status.oldest_reading(), status.is_refreshing()),
            (1, None, true)
        );
    }

    /// At the start, too many keys are an error. A running server must not keep removed keys because of them.
    #[test]
    fn too_many_keys_after_a_refresh_are_dropped() {
        let ring = with_source(vec![key(2)], None).unwrap();
        ring.refreshed(1, Some((10..18).map(key).collect()), Moment::now());
        assert_eq!(kids(&ring).len(), 8);
        assert!(with_source((10..18).map(key).collect(), None).is_err());
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
            let parts = vec![SourceKeys::fixed(vec![key(1), key(2).with_key_id("b")])];
            KeyRing::new(parts, vec![refresher(on_unknown_kid)], None).unwrap()
        };
        let verify = |ring: &KeyRing, kid| ring.current().verify("HS256", kid, b"m", &[0; 32]).unwrap_err();

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
