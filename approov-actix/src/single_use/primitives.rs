//! The primitives of claims in memory. `tests/interleavings` replaces them with loom's, with hashes that are the same
//! each time, and with few shards.

pub(super) use std::{
    hash::RandomState,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

pub(super) const SHARDS: usize = 64;
