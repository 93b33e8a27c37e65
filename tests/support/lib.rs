//! What the tests need: tokens made by another implementation than the one under test, a client that sends any bytes, and a log
//! that can be read.

#![allow(
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is a failed test"
)]

use std::io::Write as _;

pub mod client;
pub mod keys;
pub mod log;
pub mod token;

/// Says aloud that a test was skipped: `cargo test` hides what a passing test prints with `println!`.
pub fn skipped(test: &str, why: &str) {
    // Nothing can be done if nobody listens.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// The code in the guides compiles.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/deployment.md")]
    mod deployment {}
    #[doc = include_str!("../../docs/from-python.md")]
    mod from_python {}
    #[doc = include_str!("../../docs/key-sets.md")]
    mod key_sets {}
    #[doc = include_str!("../../docs/roll-out.md")]
    mod roll_out {}
    #[doc = include_str!("../../docs/shapes-api.md")]
    mod shapes_api {}
    #[doc = include_str!("../../docs/testing.md")]
    mod testing {}
    #[doc = include_str!("../../docs/token-binding.md")]
    mod token_binding {}
    #[doc = include_str!("../../docs/token-check.md")]
    mod token_check {}
}
