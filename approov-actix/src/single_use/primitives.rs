//! What claims in memory are made with. `tests/interleavings` puts loom's in its place, hashes that are the same each time, and few shards.

pub(super) use std::{
    hash::RandomState,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

pub(super) const SHARDS: usize = 64;
