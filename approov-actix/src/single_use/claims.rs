//! Claims in memory: the table itself.

use std::{
    array,
    collections::HashMap,
    hash::{BuildHasher as _, BuildHasherDefault, Hasher},
    time::Duration,
};

use super::{
    primitives::{AtomicU32, AtomicUsize, Mutex, Ordering, PoisonError, RandomState, SHARDS},
    replay_key::ReplayKey,
    store::{ClaimOutcome, StoreError},
};

/// How many seconds lie between two searches of a shard for claims that have ended.
const SWEEP_INTERVAL: u32 = 4;

/// Which keys are claimed, and until which second after the start.
pub(super) struct Claims {
    /// A hash that nobody can predict, so that nobody can make two keys collide. The chance that any two of a million
    /// collide is below one in 10^7, and refuses a request.
    fingerprints: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    capacity: AtomicUsize,
    /// The claims of all shards, including those that have ended but are not swept yet.
    count: AtomicUsize,
    /// When all shards were last swept because there was no room.
    swept: AtomicU32,
}

#[derive(Default)]
struct Shard {
    ends: HashMap<u64, u32, BuildHasherDefault<Fingerprint>>,
    swept: u32,
}

impl Claims {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            fingerprints: RandomState::new(),
            shards: array::from_fn(|_| Mutex::new(Shard::default())),
            capacity: AtomicUsize::new(capacity),
            count: AtomicUsize::new(0),
            swept: AtomicU32::new(0),
        }
    }

    /// The largest of several capacities applies.
    pub(super) fn raise_capacity(&self, capacity: usize) {
        self.capacity.fetch_max(capacity, Ordering::Relaxed);
    }

    /// `now` is the time since the start.
    pub(super) fn claim(
        &self,
        key: &ReplayKey,
        time_to_live: Duration,
        now: Duration,
    ) -> Result<ClaimOutcome, StoreError> {
        let fingerprint = self.fingerprints.hash_one(key);
        let (second, end) = (whole_second(now), next_second(now.saturating_add(time_to_live)));
        let claimed = self.claim_if_room(fingerprint, second, end).or_else(|| {
            self.sweep_all(second);
            self.claim_if_room(fingerprint, second, end)
        });
        claimed.ok_or(StoreError::new("store_full"))
    }

    /// Holds the shard's lock from the lookup to the claim, so that only one of several claims is first. None if there
    /// is no room.
    fn claim_if_room(&self, fingerprint: u64, second: u32, end: u32) -> Option<ClaimOutcome> {
        let shard = &self.shards[usize::try_from(fingerprint >> 32).unwrap_or_default() % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if second.saturating_sub(shard.swept) >= SWEEP_INTERVAL {
            self.sweep(&mut shard, second);
        }
        match shard.ends.get_mut(&fingerprint) {
            Some(known) if *known > second => return Some(ClaimOutcome::Repeated),
            Some(ended) => *ended = end,
            None => {
                let capacity = self.capacity.load(Ordering::Relaxed);
                let one_more = |count: usize| (count < capacity).then_some(count + 1);
                let counted = self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
                counted.ok()?;
                shard.ends.insert(fingerprint, end);
            }
        }
        Some(ClaimOutcome::First)
    }

    fn sweep(&self, shard: &mut Shard, second: u32) {
        let before = shard.ends.len();
        shard.ends.retain(|_, end| *end > second);
        shard.swept = second;
        self.count.fetch_sub(before - shard.ends.len(), Ordering::Relaxed);
    }

    /// At most once a second, because it looks at every claim. Other requests do not wait for it: they would be slow
    /// instead of finding no room.
    fn sweep_all(&self, second: u32) {
        if self.swept.swap(second, Ordering::Relaxed) == second {
            return;
        }
        for shard in &self.shards {
            self.sweep(&mut shard.lock().unwrap_or_else(PoisonError::into_inner), second);
        }
    }
}

#[cfg(test)]
impl Claims {
    pub(super) fn capacity(&self) -> usize {
        self.capacity.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// How many claims fit into the memory that it has.
    pub(super) fn room(&self) -> usize {
        let room = |shard: &Mutex<Shard>| shard.lock().unwrap_or_else(PoisonError::into_inner).ends.capacity();
        self.shards.iter().map(room).sum()
    }
}

fn whole_second(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

fn next_second(time: Duration) -> u32 {
    whole_second(time).saturating_add(1)
}

/// Uses a fingerprint as its own hash.
#[derive(Default)]
struct Fingerprint(u64);

impl Hasher for Fingerprint {
    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
