//! Refreshes the copy, on a thread with its own runtime.

use std::{
    io,
    sync::{Arc, Weak, mpsc},
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::{self, Runtime};

use super::{
    copy::{Entries, LocalCopy},
    store::{Store, Version},
};
use crate::{logging::LOG_TARGET, panics::unless_it_panics, shared_store::Fault};

/// How long the start waits for the first read.
const FIRST_READING: Duration = Duration::from_secs(2);
/// How often the whole list is read even if its version is the same: someone may have changed it by hand.
const WHOLE_READING: Duration = Duration::from_secs(60);
/// How long the thread sleeps at a time, so that it ends soon after the check.
const LONGEST_NAP: Duration = Duration::from_millis(500);

pub(super) struct Refresh {
    store: Store,
    copy: Weak<LocalCopy>,
    interval: Duration,
    /// The version of the copy, and when the whole list was read.
    known: Option<(Version, Instant)>,
}

impl Refresh {
    pub(super) fn new(store: Store, copy: &Arc<LocalCopy>, interval: Duration) -> Self {
        Self {
            store,
            copy: Arc::downgrade(copy),
            interval,
            known: None,
        }
    }

    /// Returns after the first read, whether it succeeds or not, or when it takes too long.
    pub(super) fn start(self) -> io::Result<()> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (sender, read) = mpsc::channel();
        let thread = thread::Builder::new().name("approov-blocks".to_owned());
        thread.spawn(move || self.run(&runtime, &sender))?;
        // A later read is good enough.
        let _ = read.recv_timeout(FIRST_READING);
        Ok(())
    }

    /// Runs until the copy is gone. The application's logger may panic: that ends the step, never the thread.
    fn run(mut self, runtime: &Runtime, read: &mpsc::Sender<()>) {
        while let Some(copy) = self.copy.upgrade() {
            if unless_it_panics(|| runtime.block_on(self.step(&copy))).is_none() {
                self.known = None;
            }
            // Usually, nobody is waiting any more.
            let _ = read.send(());
            drop(copy);
            self.wait();
        }
    }

    fn wait(&self) {
        let end = Instant::now() + self.interval;
        while self.copy.strong_count() > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(LONGEST_NAP));
        }
    }

    async fn step(&mut self, copy: &LocalCopy) {
        match self.read(copy).await {
            Ok(()) => {
                copy.confirm();
                self.store.answered();
            }
            Err(fault) => self.store.failed(fault),
        }
    }

    /// Reads the version first: a change in the meantime has another version, so it is read again.
    async fn read(&mut self, copy: &LocalCopy) -> Result<(), Fault> {
        let version = self.store.version().await?;
        let is_known = |(known, read): &(Version, Instant)| *known == version && read.elapsed() < WHOLE_READING;
        if self.known.as_ref().is_some_and(is_known) {
            return Ok(());
        }
        let entries = Entries::new(self.store.members().await?);
        let count = entries.count();
        let before = copy.replace(entries);
        let was_lost = version.is_none() && self.known.as_ref().is_some_and(|(known, _)| known.is_some());
        self.known = Some((version, Instant::now()));
        if was_lost {
            let before = before.unwrap_or_default();
            log::error!(
                target: LOG_TARGET,
                "the Redis of the block list has LOST the list: it had {before} entries and has {count} now; what was blocked is let in"
            );
        }
        Ok(())
    }
}
