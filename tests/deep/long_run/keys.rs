//! Keys that change all the time, and what is certain about each of them at any moment.

use std::{
    fs, io,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

use support::oct;

/// So many of the newest keys are in the file at a time.
const OVERLAP: u64 = 3;

/// Keys have numbers, and each comes and goes once.
///
/// What is about to change is said here before the file is written, and what has changed only once the server was seen
/// to know it. The server takes over a file as a whole: when it accepts the newest key, it has forgotten those that
/// left.
#[derive(Debug)]
pub(crate) struct Keys {
    file: PathBuf,
    /// Keys below this one have left the file, or are about to.
    leaving: AtomicU64,
    /// Keys below this one are forgotten for certain.
    forgotten: AtomicU64,
    /// Keys up to this one are known for certain, but for those that leave.
    known: AtomicU64,
    /// Keys above this one were never in the file.
    published: AtomicU64,
}

impl Keys {
    /// Writes the first file. Some keys count as forgotten from the start.
    pub(crate) fn new(file: PathBuf) -> io::Result<Self> {
        let first = 2 * OVERLAP;
        let keys = Self {
            file,
            leaving: (first + 1 - OVERLAP).into(),
            forgotten: (first + 1 - OVERLAP).into(),
            known: first.into(),
            published: first.into(),
        };
        keys.write(first)?;
        Ok(keys)
    }

    /// The id of a key.
    pub(crate) fn id(key: u64) -> String {
        format!("key-{key}")
    }

    /// Publishes one more key and takes out the oldest one. It is for [`seen`](Self::seen) to say that the server
    /// knows.
    pub(crate) fn publish(&self) -> io::Result<u64> {
        let newest = self.published.load(SeqCst) + 1;
        self.leaving.store(newest + 1 - OVERLAP, SeqCst);
        self.published.store(newest, SeqCst);
        self.write(newest)?;
        Ok(newest)
    }

    /// The server has accepted a token of this key.
    pub(crate) fn seen(&self, newest: u64) {
        self.known.store(newest, SeqCst);
        self.forgotten.store(newest + 1 - OVERLAP, SeqCst);
    }

    /// A key for new tokens: not the one that leaves next.
    pub(crate) fn current(&self) -> u64 {
        self.known.load(SeqCst) - fastrand::u64(0..OVERLAP - 1)
    }

    /// A key that the server has forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten.load(SeqCst) - 1
    }

    /// A key that nobody has seen yet, but for him who signs with it.
    pub(crate) fn unpublished(&self) -> u64 {
        self.published.load(SeqCst) + 2
    }

    /// Whether the key was never in the file.
    pub(crate) fn is_unpublished(&self, key: u64) -> bool {
        key > self.published.load(SeqCst)
    }

    /// Whether the server knows the key, if that is certain.
    pub(crate) fn is_known(&self, key: u64) -> Option<bool> {
        if key < self.forgotten.load(SeqCst) || self.is_unpublished(key) {
            Some(false)
        } else {
            let is_known = key >= self.leaving.load(SeqCst) && key <= self.known.load(SeqCst);
            is_known.then_some(true)
        }
    }

    /// The secrets of all keys so far, as the file has them.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let secret = |key| oct::jwk(&Self::id(key))["k"].as_str().unwrap_or_default().to_owned();
        (OVERLAP + 1..=self.published.load(SeqCst)).map(secret).collect()
    }

    fn write(&self, newest: u64) -> io::Result<()> {
        let ids: Vec<_> = (newest + 1 - OVERLAP..=newest).map(Self::id).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let new = self.file.with_extension("new");
        fs::write(&new, oct::key_set(&ids))?;
        fs::rename(new, &self.file)
    }
}
