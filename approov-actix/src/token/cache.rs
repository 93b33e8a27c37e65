//! The cache of verified tokens: an app sends the same token for minutes, and its signature is verified once.
//!
//! The cache is our own because the crate that we measured, `quick_cache` 0.7, makes the first sight of a token a third
//! slower: it admits every token, and then has to evict another (`docs/performance-lab.md`).
//!
//! It is set-associative. The hash of a token selects one of many small sets of 16 ways, each with its own lock, so
//! that each step is as fast in a large cache as in a small one. A full set evicts expired entries first; if there
//! are none, CLOCK, an approximation of LRU, gives each entry that was used recently a second chance. Tokens that are
//! used once evict no entry in use: a full set admits a new token only on its second arrival.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, AtomicU32, Ordering::Relaxed},
    },
};

use super::claims::ApproovClaims;
use crate::time::UnixTime;

/// The largest capacity that can be configured.
pub(crate) const MAX_CACHE_CAPACITY: usize = 10_000_000;
const DEFAULT_CAPACITY: usize = 10_000;

/// Entries in a set.
const WAYS: usize = 16;

/// The cache of one [`Approov`](crate::Approov), shared by all threads.
pub(crate) struct TokenCache {
    /// Odd, and random, so that nobody can choose tokens that share a set.
    seed: u128,
    sets: Box<[Set]>,
    /// Less than [`WAYS`] only if the capacity is.
    ways: usize,
}

/// The entries whose hashes select the same set.
#[derive(Default)]
struct Set {
    tags: Tags,
    entries: Mutex<Entries>,
}

/// One line of the processor's cache, read without a lock: enough to tell that most new tokens are neither cached nor
/// admitted. Other threads may write to it at any time, so it only decides on cost, never on a verdict.
#[derive(Default)]
#[repr(align(64))]
struct Tags {
    /// Of the entry in each way. 0 if the way is empty.
    cached: [AtomicU16; WAYS],
    /// Of tokens that were not admitted on their first arrival. The tag of a token selects its place.
    candidates: [AtomicU16; WAYS - 2],
    /// Of all entries.
    first_expiry: AtomicU32,
}

const _: () = assert!(size_of::<Tags>() == 64);

#[derive(Default)]
struct Entries {
    /// Of the keys that verified these tokens.
    generation: u64,
    list: Vec<Entry>,
    /// The hand of CLOCK: the entry it looked at last.
    hand: usize,
}

struct Entry {
    token: Box<[u8]>,
    claims: ApproovClaims,
    expiry: Seconds,
    /// Whether it was used since the hand passed.
    is_referenced: bool,
}

/// Part of the hash of a token. Never 0.
type Tag = u16;

/// Since 1970. Exact enough for eviction.
type Seconds = u32;

impl Default for TokenCache {
    fn default() -> Self {
        Self::new(default_capacity())
    }
}

/// The tests of this workspace also run with other capacities.
fn default_capacity() -> usize {
    #[cfg(any(test, feature = "testing"))]
    if let Ok(text) = std::env::var("TEST_TOKEN_CACHE_CAPACITY")
        && let Ok(capacity) = text.parse()
    {
        return capacity;
    }
    DEFAULT_CAPACITY
}

impl TokenCache {
    /// A cache of at most `capacity` tokens. With 0 it caches nothing.
    pub(crate) fn new(capacity: usize) -> Self {
        let random = || u128::from(RandomState::new().hash_one(()));
        let ways = capacity.clamp(1, WAYS);
        Self {
            seed: random() << 64 | random() | 1,
            sets: (0..capacity / ways).map(|_| Set::default()).collect(),
            ways,
        }
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.sets.len() * self.ways
    }

    /// Selects the set of a token. `None` if nothing is cached.
    #[allow(clippy::cast_possible_truncation, reason = "the hash is to be cut in halves")]
    pub(super) fn lookup<'a>(&'a self, token: &'a [u8]) -> Option<Lookup<'a>> {
        // A token ends with its signature, which nobody can choose, so multiplying its end is hash enough.
        let end = token.last_chunk().copied().map(u128::from_ne_bytes);
        let hash = end.unwrap_or_default().wrapping_mul(self.seed) >> 64;
        let (tag, index) = (hash as Tag | 1, (hash >> 32) as usize);
        let set = self.sets.get(index % self.sets.len().max(1))?;
        Some(Lookup {
            set,
            ways: self.ways,
            tag,
            token,
        })
    }
}

/// A token and the set that its hash selects.
pub(super) struct Lookup<'a> {
    set: &'a Set,
    ways: usize,
    tag: Tag,
    token: &'a [u8],
}

impl Lookup<'_> {
    /// The claims of the token, if it is cached and the keys of this generation verified it.
    pub(super) fn get(&self, generation: u64) -> Option<ApproovClaims> {
        if !self.set.tags.may_contain(self.tag) {
            return None;
        }
        let mut entries = self.set.lock(generation)?;
        let way = self.way(&entries)?;
        let entry = entries.list.get_mut(way)?;
        entry.is_referenced = true;
        Some(entry.claims.clone())
    }

    /// Caches the token, if the set admits it. The generation is that of the keys when its verification began.
    pub(super) fn insert(&self, generation: u64, claims: &ApproovClaims, now: UnixTime) {
        let now = seconds(now.seconds());
        let tags = &self.set.tags;
        if !tags.admit(self.tag, self.ways, now) {
            return;
        }
        let Some(mut entries) = self.set.lock(generation) else {
            return;
        };
        let way = match self.way(&entries) {
            Some(way) => way,
            None if entries.list.len() < self.ways => entries.list.len(),
            None => entries.victim(now),
        };
        let entry = Entry {
            token: self.token.into(),
            claims: claims.clone(),
            expiry: seconds(claims.exp().unwrap_or_default()),
            is_referenced: false,
        };
        match entries.list.get_mut(way) {
            Some(evicted) => *evicted = entry,
            None => entries.list.push(entry),
        }
        tags.cached[way].store(self.tag, Relaxed);
        let first_expiry = entries.list.iter().map(|entry| entry.expiry).min();
        tags.first_expiry.store(first_expiry.unwrap_or_default(), Relaxed);
    }

    /// The way that holds the token, which is compared as a whole.
    fn way(&self, entries: &Entries) -> Option<usize> {
        let is_tagged = self.set.tags.cached.iter().map(|tag| tag.load(Relaxed) == self.tag);
        let mut ways = is_tagged.zip(&entries.list);
        ways.position(|(is_tagged, entry)| is_tagged && *entry.token == *self.token)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what does not fit is long past, or far in the future"
)]
fn seconds(time: f64) -> Seconds {
    time as Seconds
}

impl Set {
    /// Evicts the entries of older keys. `None` if those of newer keys are cached.
    fn lock(&self, generation: u64) -> Option<MutexGuard<'_, Entries>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.generation < generation {
            entries.generation = generation;
            entries.list.clear();
            for tag in &self.tags.cached {
                tag.store(0, Relaxed);
            }
        }
        (entries.generation == generation).then_some(entries)
    }
}

impl Tags {
    fn may_contain(&self, tag: Tag) -> bool {
        self.cached.iter().any(|cached| cached.load(Relaxed) == tag)
    }

    /// Admits a token immediately if a way is empty or an entry has expired, otherwise on its second arrival.
    fn admit(&self, tag: Tag, ways: usize, now: Seconds) -> bool {
        let has_room = self.cached[..ways].iter().any(|cached| cached.load(Relaxed) == 0);
        if has_room || self.first_expiry.load(Relaxed) < now {
            return true;
        }
        // Without the lowest bit, which is always set.
        let candidate = &self.candidates[usize::from(tag >> 1) % self.candidates.len()];
        let is_second_arrival = candidate.load(Relaxed) == tag;
        if !is_second_arrival {
            candidate.store(tag, Relaxed);
        }
        is_second_arrival
    }
}

impl Entries {
    /// The way whose entry a full set evicts.
    fn victim(&mut self, now: Seconds) -> usize {
        if let Some(expired) = self.list.iter().position(|entry| entry.expiry < now) {
            return expired;
        }
        loop {
            self.hand = (self.hand + 1) % self.list.len();
            if !mem::take(&mut self.list[self.hand].is_referenced) {
                return self.hand;
            }
        }
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::test_support::sign;

    const NOW: f64 = 1_700_000_000.0;

    fn claims(expires: u64) -> ApproovClaims {
        ApproovClaims::parse(format!(r#"{{"exp":{expires}}}"#), None).unwrap()
    }

    impl TokenCache {
        fn has(&self, token: &str, generation: u64) -> bool {
            self.lookup(token.as_bytes())
                .is_some_and(|lookup| lookup.get(generation).is_some())
        }

        /// Inserts a token that is valid for an hour.
        fn add(&self, token: &str, generation: u64) {
            self.add_until(1_700_003_600, token, generation);
        }

        fn add_until(&self, expires: u64, token: &str, generation: u64) {
            if let Some(lookup) = self.lookup(token.as_bytes()) {
                lookup.insert(generation, &claims(expires), UnixTime::at(NOW));
            }
        }

        /// How many of these tokens are cached.
        fn count(&self, tokens: &[String]) -> usize {
            tokens.iter().filter(|token| self.has(token, 1)).count()
        }

        fn len(&self) -> usize {
            self.sets.iter().map(|set| set.entries.lock().unwrap().list.len()).sum()
        }
    }

    /// A full set, its tokens, and as many others.
    fn full() -> (TokenCache, Vec<String>, Vec<String>) {
        let (cache, old) = (TokenCache::new(16), tokens(16).collect::<Vec<_>>());
        for token in &old {
            cache.add(token, 1);
        }
        (cache, old, tokens(32).skip(16).collect())
    }

    fn tokens(count: usize) -> impl Iterator<Item = String> {
        (0..count).map(|number| sign("{}", &number.to_string()))
    }

    #[test]
    fn nothing_is_cached_without_capacity() {
        let cache = TokenCache::new(0);
        cache.add("a.b.c", 1);
        assert!(!cache.has("a.b.c", 1));
    }

    #[test]
    fn never_more_entries_than_the_capacity() {
        for (capacity, kept) in [(1, 1), (2, 2), (15, 15), (16, 16), (17, 16), (40, 32), (10_000, 10_000)] {
            let cache = TokenCache::new(capacity);
            assert_eq!(cache.capacity(), kept);
            for (number, token) in tokens(30_000.min(capacity * 20)).chain(tokens(100)).enumerate() {
                cache.add(&token, 1);
                cache.add(&token, 1);
                // Counting takes longer than anything else here.
                if number.is_multiple_of(50) {
                    assert!(cache.len() <= kept);
                }
            }
            assert_eq!(cache.len(), kept, "{capacity}");
        }
    }

    #[test]
    fn tokens_are_compared_as_a_whole() {
        let cache = TokenCache::new(100);
        let token = sign("{}", "good");
        cache.add(&token, 1);
        assert!(cache.has(&token, 1));
        for (index, byte) in token.bytes().enumerate() {
            let other = if byte == b'A' { "B" } else { "A" };
            let mut changed = token.clone();
            changed.replace_range(index..=index, other);
            assert!(!cache.has(&changed, 1), "{changed}");
            assert!(!cache.has(&token[..index], 1));
            assert!(!cache.has(&token[index + 1..], 1));
        }
        assert!(!cache.has(&format!("{token}A"), 1));
        assert!(!cache.has(&format!("A{token}"), 1));
    }

    /// The hash covers only the last 16 bytes, so these two tokens share it.
    #[test]
    fn the_same_hash_is_not_enough() {
        let cache = TokenCache::new(1);
        let token = sign("{}", "good");
        let forged = format!("e30.Zm9yZ2Vk{}", &token[token.len() - 44..]);
        cache.add(&token, 1);
        assert!(!cache.has(&forged, 1));
    }

    #[test]
    fn no_entry_outlives_its_keys() {
        let cache = TokenCache::new(100);
        cache.add("a.b.c", 1);
        assert!(!cache.has("a.b.c", 2));
        // Nor for anyone who still has the older keys, or inserts a token late.
        assert!(!cache.has("a.b.c", 1));
        cache.add("a.b.c", 1);
        assert!(!cache.has("a.b.c", 2) && !cache.has("a.b.c", 1));
        cache.add("a.b.c", 2);
        assert!(cache.has("a.b.c", 2) && !cache.has("a.b.c", 1));
    }

    /// Except for the few, one in 2340, whose tag happens to be that of a candidate.
    #[test]
    fn one_time_tokens_evict_no_entry_in_use() {
        let (cache, used, _) = full();
        let admitted = tokens(5000).skip(16).filter(|token| {
            cache.add(token, 1);
            cache.has(token, 1)
        });
        let admitted = admitted.count();
        assert!(admitted < 16, "{admitted}");
        let left = cache.count(&used);
        assert!(left >= 16 - admitted, "{left}");
    }

    #[test]
    fn a_second_arrival_evicts_an_entry_that_was_not_used_lately() {
        let (cache, old, new) = full();
        assert_eq!(cache.count(&old[..8]), 8);
        for token in &new[..8] {
            cache.add(token, 1);
            cache.add(token, 1);
            assert!(cache.has(token, 1));
        }
        assert_eq!((cache.count(&old[..8]), cache.count(&old[8..])), (8, 0));

        // If all were used, one of them is evicted anyway.
        cache.add(&new[8], 1);
        cache.add(&new[8], 1);
        assert!(cache.has(&new[8], 1));
    }

    /// Nobody can know in advance which tokens share a set.
    #[test]
    fn each_cache_has_its_own_seed() {
        let seeds: HashSet<_> = (0..50).map(|_| TokenCache::new(1).seed).collect();
        assert_eq!(seeds.len(), 50);
        assert!(seeds.iter().all(|seed| seed % 2 == 1));
        let halves: HashSet<_> = seeds.iter().map(|seed| seed >> 64).collect();
        assert_eq!(halves.len(), 50);
    }

    #[test]
    fn new_keys_empty_the_cache() {
        let (cache, _, new) = full();
        // The set looks full of old entries until a token arrives for the second time.
        cache.add(&new[0], 2);
        for token in &new {
            cache.add(token, 2);
            assert!(cache.has(token, 2));
        }
    }

    #[test]
    fn expired_entries_are_evicted_first() {
        let cache = TokenCache::new(16);
        let all: Vec<_> = tokens(17).collect();
        cache.add_until(1_699_999_000, &all[0], 1);
        for token in &all[1..16] {
            cache.add(token, 1);
        }
        assert_eq!(cache.count(&all[..16]), 16);
        cache.add(&all[16], 1);
        assert!(!cache.has(&all[0], 1));
        assert_eq!(cache.count(&all[1..]), 16);
    }

    #[test]
    fn expired_tokens_make_room() {
        let cache = TokenCache::new(16);
        for token in tokens(16) {
            cache.add_until(1_699_999_000, &token, 1);
        }
        for token in tokens(32).skip(16) {
            cache.add(&token, 1);
            assert!(cache.has(&token, 1));
        }
    }

    #[test]
    fn a_token_has_one_entry() {
        let cache = TokenCache::new(16);
        for _ in 0..100 {
            cache.add("a.b.c", 1);
        }
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn debug_shows_no_token() {
        let cache = TokenCache::new(1);
        cache.add("a.b.c", 1);
        assert_eq!(format!("{cache:?}"), "TokenCache { .. }");
    }
}
