//! Keys that change all the time, and what is certain about each of them at any moment.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

use support::{oct, token};

/// So many of the newest keys are in the file at a time.
pub(crate) const OVERLAP: u64 = 3;

/// Keys have numbers, and each comes and goes once. The server takes over a file as a whole: when it accepts the newest
/// key, it has forgotten those that left.
pub(crate) struct Keys {
    file: PathBuf,
    /// The newest key in the file, or about to be.
    published: AtomicU64,
    /// The newest key that the server was seen to know.
    known: AtomicU64,
}

impl Keys {
    /// Writes the first file. Some keys count as forgotten from the start.
    pub(crate) fn new(file: PathBuf) -> Self {
        let (published, known) = ((2 * OVERLAP - 1).into(), (2 * OVERLAP).into());
        let keys = Self { file, published, known };
        keys.publish();
        keys
    }

    pub(crate) fn id(key: u64) -> String {
        format!("key-{key}")
    }

    /// Puts one more key into the file and takes out the oldest one.
    pub(crate) fn publish(&self) -> u64 {
        let newest = self.published.fetch_add(1, SeqCst) + 1;
        let ids: Vec<_> = (newest + 1 - OVERLAP..=newest).map(Self::id).collect();
        let new = self.file.with_extension("new");
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        fs::write(&new, oct::key_set(&ids)).unwrap();
        fs::rename(new, &self.file).unwrap();
        newest
    }

    /// The secrets of all keys so far, as the file has them.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let secret = |key| oct::jwk(&Self::id(key))["k"].as_str().unwrap().to_owned();
        (0..=self.published.load(SeqCst)).map(secret).collect()
    }

    /// The server has accepted a token of this key.
    pub(crate) fn seen(&self, newest: u64) {
        self.known.store(newest, SeqCst);
    }

    pub(crate) fn known(&self) -> u64 {
        self.known.load(SeqCst)
    }

    /// Whether a token of this key that expires in this second is good, if that is certain.
    pub(crate) fn is_good(&self, key: u64, expires: u64) -> Option<bool> {
        // In this order: what was known before is still known unless it has left since.
        let (known, published) = (self.known(), self.published.load(SeqCst));
        let is_unknown = key + OVERLAP <= known || key > published;
        if is_unknown || token::now() >= expires {
            return Some(false);
        }
        (key + OVERLAP > published && key <= known).then_some(true)
    }
}
