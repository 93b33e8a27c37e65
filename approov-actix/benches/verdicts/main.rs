//! What a verdict costs. `docs/performance-lab.md` says how to run this and what came out.
//!
//! Every fixture asserts that it succeeds or fails as its name says: a fast refusal must not pass for a fast
//! acceptance.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a benchmark stops at the first surprise"
)]

mod binding;
mod body;
mod growth;
mod guard;
mod hostile;
mod message_signature;
#[allow(dead_code, reason = "the benchmark `memory` needs more of it")]
mod minter;
#[cfg(feature = "single-use-redis")]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
#[path = "../../../tests/support/redis_server.rs"]
mod redis_server;
mod request;
mod single_use;
mod token;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    verdicts,
    token::all,
    growth::all,
    binding::all,
    guard::all,
    message_signature::all,
    body::all,
    single_use::all,
    hostile::all
);
criterion_main!(verdicts);
