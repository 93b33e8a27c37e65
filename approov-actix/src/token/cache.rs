//! Tokens that were found good, so that one that an app sends for minutes is verified once.
//!
//! A table of small sets, each with a lock of its own, so that every step takes the same short time, however many tokens there are.
//! Whoever sends many tokens of which each is used once pushes none out that is used: where a set is full of tokens that are still good, a new one
//! has to come a second time. Measured against a crate in `docs/performance.md`.

use std::{
    fmt,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, AtomicU32, Ordering::Relaxed},
    },
};

use super::claims::ApproovClaims;
use crate::time::Moment;

/// The most that can be configured.
pub(crate) const MAX_CACHE_CAPACITY: usize = 10_000_000;
const DEFAULT_CAPACITY: usize = 10_000;

/// How many tokens a set has room for.
const WAYS: usize = 16;

/// The remembered tokens of one [`Approov`](crate::Approov), shared by all threads.
pub(crate) struct TokenCache {
    /// Odd, and another one in each process.
    seed: u128,
    hints: Box<[Hints]>,
    sets: Box<[Mutex<Set>]>,
    ways: usize,
}

/// Enough to tell most new tokens that there is neither an entry nor a place for them, in one line of the processor's cache and without a lock.
///
/// Whatever another thread writes at the same time, a hint decides on no verdict: at worst a token is verified once more, or an entry
/// pushed out that was worth more than the new one.
#[derive(Default)]
#[repr(align(64))]
struct Hints {
    /// Of the entries of the set. 0 where there is none.
    tags: [AtomicU16; WAYS],
    /// Of tokens that found the set full, each at the place that its tag has.
    turned_away: [AtomicU16; WAYS - 2],
    /// When the first of the entries can go.
    first_end: AtomicU32,
}

const _: () = assert!(size_of::<Hints>() == 64);

/// Tokens whose hashes lead to the same place.
#[derive(Default)]
struct Set {
    /// The keys that have verified the entries.
    generation: u64,
    entries: Vec<Entry>,
    /// The entry whose use is looked at next.
    hand: usize,
}

/// A part of a token's hash. Never 0.
type Tag = u16;

/// Since 1970. Good enough to tell who may go.
type Seconds = u32;

struct Entry {
    token: Box<[u8]>,
    claims: ApproovClaims,
    end: Seconds,
    /// Whether it was asked for since the hand passed.
    is_used: bool,
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new(default_capacity())
    }
}

/// The tests of this workspace run with other capacities too.
fn default_capacity() -> usize {
    #[cfg(any(test, feature = "testing"))]
    if let Some(capacity) = std::env::var("TEST_TOKEN_CACHE_CAPACITY")
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return capacity;
    }
    DEFAULT_CAPACITY
}

impl TokenCache {
    /// A cache for at most so many tokens. With 0 it remembers nothing.
    pub(crate) fn new(capacity: usize) -> Self {
        let ways = capacity.clamp(1, WAYS);
        Self {
            seed: random() << 64 | random() | 1,
            hints: (0..capacity / ways).map(|_| Hints::default()).collect(),
            sets: (0..capacity / ways).map(|_| Mutex::default()).collect(),
            ways,
        }
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.sets.len() * self.ways
    }

    /// The place of a token. None if nothing is remembered.
    #[allow(clippy::cast_possible_truncation, reason = "the hash is to be cut in halves")]
    pub(super) fn place<'a>(&'a self, token: &'a [u8]) -> Option<Place<'a>> {
        // The end of a token is of its signature, which nobody can choose, so a multiplication is hash enough.
        let end = token.last_chunk().copied().map(u128::from_ne_bytes);
        let hash = end.unwrap_or_default().wrapping_mul(self.seed) >> 64;
        let (tag, index) = (hash as Tag | 1, (hash >> 32) as usize);
        let index = index % self.sets.len().max(1);
        Some(Place {
            hints: self.hints.get(index)?,
            set: self.sets.get(index)?,
            ways: self.ways,
            tag,
            token,
        })
    }
}

fn random() -> u128 {
    RandomState::new().build_hasher().finish().into()
}

/// Where a token is remembered, if it is.
pub(super) struct Place<'a> {
    hints: &'a Hints,
    set: &'a Mutex<Set>,
    ways: usize,
    tag: Tag,
    token: &'a [u8],
}

impl Place<'_> {
    /// The claims of the token, if these keys have verified it.
    pub(super) fn get(&self, generation: u64) -> Option<ApproovClaims> {
        if !self.hints.may_have(self.tag) {
            return None;
        }
        let mut set = self.set(generation)?;
        let index = self.find(&set)?;
        let entry = &mut set.entries[index];
        entry.is_used = true;
        Some(entry.claims.clone())
    }

    /// Remembers the token, whose verification started with these keys.
    pub(super) fn insert(&self, generation: u64, claims: &ApproovClaims, now: Moment) {
        let now = seconds(now.seconds());
        if self.hints.turns_away(self.tag, self.ways, now) {
            return;
        }
        let Some(mut set) = self.set(generation) else { return };
        let index = match self.find(&set) {
            Some(index) => index,
            None if set.entries.len() < self.ways => set.entries.len(),
            None => set.least_worth(now),
        };
        let entry = Entry {
            token: self.token.into(),
            claims: claims.clone(),
            end: seconds(claims.exp().unwrap_or_default()),
            is_used: false,
        };
        match set.entries.get_mut(index) {
            Some(place) => *place = entry,
            None => set.entries.push(entry),
        }
        self.hints.tags[index].store(self.tag, Relaxed);
        let first_end = set.entries.iter().map(|entry| entry.end).min();
        self.hints.first_end.store(first_end.unwrap_or_default(), Relaxed);
    }

    fn find(&self, set: &Set) -> Option<usize> {
        let tagged = self.hints.tags.iter().map(|tag| tag.load(Relaxed) == self.tag);
        let mut entries = tagged.zip(&set.entries);
        entries.position(|(is_tagged, entry)| is_tagged && *entry.token == *self.token)
    }

    /// The set, for those who have these keys. None if newer keys were there before.
    fn set(&self, generation: u64) -> Option<MutexGuard<'_, Set>> {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        if set.generation < generation {
            *set = Set {
                generation,
                ..Set::default()
            };
            self.hints.clear();
        }
        (set.generation == generation).then_some(set)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what does not fit is very long ago, or far away"
)]
fn seconds(time: f64) -> Seconds {
    time as Seconds
}

impl Hints {
    fn may_have(&self, tag: Tag) -> bool {
        self.tags.iter().any(|other| other.load(Relaxed) == tag)
    }

    /// Whether a new token is to come a second time, because the set is full of tokens that are still good.
    fn turns_away(&self, tag: Tag, ways: usize, now: Seconds) -> bool {
        let has_room = self.tags[..ways].iter().any(|other| other.load(Relaxed) == 0);
        if has_room || self.first_end.load(Relaxed) < now {
            return false;
        }
        // Without the lowest bit, which is always set.
        let earlier = &self.turned_away[usize::from(tag >> 1) % self.turned_away.len()];
        let came_before = earlier.load(Relaxed) == tag;
        if !came_before {
            earlier.store(tag, Relaxed);
        }
        !came_before
    }

    fn clear(&self) {
        for tag in &self.tags {
            tag.store(0, Relaxed);
        }
    }
}

impl Set {
    /// Who is pushed out of a full set: one that has expired, or else one that was not used lately.
    fn least_worth(&mut self, now: Seconds) -> usize {
        if let Some(expired) = self.entries.iter().position(|entry| entry.end < now) {
            return expired;
        }
        // The clock algorithm: who was used gets a second chance, once.
        loop {
            self.hand = (self.hand + 1) % self.entries.len();
            if !mem::take(&mut self.entries[self.hand].is_used) {
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
        fn remembers(&self, token: &str, generation: u64) -> bool {
            self.place(token.as_bytes())
                .is_some_and(|place| place.get(generation).is_some())
        }

        /// Inserts a token that is good for an hour.
        fn add(&self, token: &str, generation: u64) {
            self.add_until(1_700_003_600, token, generation);
        }

        fn add_until(&self, expires: u64, token: &str, generation: u64) {
            if let Some(place) = self.place(token.as_bytes()) {
                place.insert(generation, &claims(expires), Moment::at(NOW));
            }
        }

        fn len(&self) -> usize {
            self.sets.iter().map(|set| set.lock().unwrap().entries.len()).sum()
        }
    }

    fn tokens(count: usize) -> impl Iterator<Item = String> {
        (0..count).map(|number| sign("{}", &number.to_string()))
    }

    #[test]
    fn nothing_is_remembered_without_capacity() {
        let cache = TokenCache::new(0);
        cache.add("a.b.c", 1);
        assert!(!cache.remembers("a.b.c", 1));
    }

    #[test]
    fn never_more_than_the_capacity() {
        for (capacity, kept) in [(1, 1), (2, 2), (15, 15), (16, 16), (17, 16), (40, 32), (10_000, 10_000)] {
            let cache = TokenCache::new(capacity);
            assert_eq!(cache.capacity(), kept);
            for (number, token) in tokens(30_000.min(capacity * 20)).chain(tokens(100)).enumerate() {
                cache.add(&token, 1);
                cache.add(&token, 1);
                // To count them takes longer than anything else here.
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
        assert!(cache.remembers(&token, 1));
        for (index, byte) in token.bytes().enumerate() {
            let other = if byte == b'A' { "B" } else { "A" };
            let mut changed = token.clone();
            changed.replace_range(index..=index, other);
            assert!(!cache.remembers(&changed, 1), "{changed}");
            assert!(!cache.remembers(&token[..index], 1));
            assert!(!cache.remembers(&token[index + 1..], 1));
        }
        assert!(!cache.remembers(&format!("{token}A"), 1));
        assert!(!cache.remembers(&format!("A{token}"), 1));
    }

    /// Not even by a hash that is the same, for which the last 16 bytes are enough.
    #[test]
    fn an_end_alone_is_not_enough() {
        let cache = TokenCache::new(1);
        let token = sign("{}", "good");
        let forged = format!("e30.Zm9yZ2Vk{}", &token[token.len() - 44..]);
        cache.add(&token, 1);
        assert!(!cache.remembers(&forged, 1));
    }

    #[test]
    fn nothing_outlives_its_keys() {
        let cache = TokenCache::new(100);
        cache.add("a.b.c", 1);
        assert!(!cache.remembers("a.b.c", 2));
        // Nor do the older keys, should somebody still have them, or bring a verdict late.
        assert!(!cache.remembers("a.b.c", 1));
        cache.add("a.b.c", 1);
        assert!(!cache.remembers("a.b.c", 2) && !cache.remembers("a.b.c", 1));
        cache.add("a.b.c", 2);
        assert!(cache.remembers("a.b.c", 2) && !cache.remembers("a.b.c", 1));
    }

    /// But for the few whose tag is by chance that of one that was turned away: one in 2340.
    #[test]
    fn one_time_tokens_push_out_none_that_is_used() {
        let cache = TokenCache::new(16);
        let used: Vec<_> = tokens(16).collect();
        for token in &used {
            cache.add(token, 1);
        }
        let one_time: Vec<_> = tokens(5000).skip(16).collect();
        let let_in = one_time.iter().filter(|token| {
            cache.add(token, 1);
            cache.remembers(token, 1)
        });
        let let_in = let_in.count();
        assert!(let_in < 16, "{let_in}");
        let left = used.iter().filter(|token| cache.remembers(token, 1)).count();
        assert!(left >= 16 - let_in, "{left}");
    }

    #[test]
    fn who_comes_again_is_let_in_for_one_that_was_not_used_lately() {
        let cache = TokenCache::new(16);
        let all: Vec<_> = tokens(32).collect();
        let (old, new) = all.split_at(16);
        for token in old {
            cache.add(token, 1);
        }
        assert!(old[..8].iter().all(|token| cache.remembers(token, 1)));
        for token in &new[..8] {
            cache.add(token, 1);
            cache.add(token, 1);
            assert!(cache.remembers(token, 1));
        }
        let kept = |tokens: &[String]| tokens.iter().filter(|token| cache.remembers(token, 1)).count();
        assert_eq!((kept(&old[..8]), kept(&old[8..])), (8, 0));

        // If all were used, one of them goes all the same.
        cache.add(&new[8], 1);
        cache.add(&new[8], 1);
        assert!(cache.remembers(&new[8], 1));
    }

    /// Nobody can know beforehand which tokens push each other out.
    #[test]
    fn each_memory_has_a_seed_of_its_own() {
        let seeds: HashSet<_> = (0..50).map(|_| TokenCache::new(1).seed).collect();
        assert_eq!(seeds.len(), 50);
        assert!(seeds.iter().all(|seed| seed % 2 == 1));
        let halves: HashSet<_> = seeds.iter().map(|seed| seed >> 64).collect();
        assert_eq!(halves.len(), 50);
    }

    #[test]
    fn new_keys_make_room() {
        let cache = TokenCache::new(16);
        for token in tokens(16) {
            cache.add(&token, 1);
        }
        let new: Vec<_> = tokens(32).skip(16).collect();
        // The set is full of old ones until a token has come twice.
        cache.add(&new[0], 2);
        for token in &new {
            cache.add(token, 2);
            assert!(cache.remembers(token, 2));
        }
    }

    #[test]
    fn who_has_expired_goes_first() {
        let cache = TokenCache::new(16);
        let all: Vec<_> = tokens(17).collect();
        cache.add_until(1_699_999_000, &all[0], 1);
        for token in &all[1..16] {
            cache.add(token, 1);
        }
        assert!(all[..16].iter().all(|token| cache.remembers(token, 1)));
        cache.add(&all[16], 1);
        assert!(!cache.remembers(&all[0], 1));
        assert!(all[1..].iter().all(|token| cache.remembers(token, 1)));
    }

    #[test]
    fn expired_tokens_make_room() {
        let cache = TokenCache::new(16);
        for token in tokens(16) {
            cache.add_until(1_699_999_000, &token, 1);
        }
        for token in tokens(32).skip(16) {
            cache.add(&token, 1);
            assert!(cache.remembers(&token, 1));
        }
    }

    #[test]
    fn a_token_is_kept_once() {
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
