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

/// How many seconds lie between two looks for claims of a shard that have ended.
const SWEEP_INTERVAL: u32 = 4;

/// Which keys are claimed, and until which second after the start.
pub(super) struct Claims {
    /// A hash that nobody can foresee, so that nobody can make two keys meet. That two of a million meet by chance is one in 10^7 and refuses a request.
    fingerprints: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    capacity: AtomicUsize,
    /// Of all shards, those that have ended included until they are swept.
    count: AtomicUsize,
    /// When all shards were swept, because there was no room.
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

    /// Of several capacities the largest counts.
    pub(super) fn raise_capacity(&self, capacity: usize) {
        self.capacity.fetch_max(capacity, Ordering::Relaxed);
    }

    /// `now` is a time after the start.
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

    /// Holds the lock of the key's shard from the look to the claim, so that of several only one is first. None if there is no room.
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

    /// Once a second, as it looks at everything. Others do not wait for it: that would be a request that is slow, in place of one that finds no room.
    fn sweep_all(&self, second: u32) {
        if self.swept.swap(second, Ordering::Relaxed) == second {
            return;
        }
        for shard in &self.shards {
            self.sweep(&mut shard.lock().unwrap_or_else(PoisonError::into_inner), second);
        }
    }
}

/// For tests.
#[cfg(test)]
impl Claims {
    pub(super) fn capacity(&self) -> usize {
        self.capacity.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// For how many claims it has memory.
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

/// Takes a fingerprint for its hash.
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
