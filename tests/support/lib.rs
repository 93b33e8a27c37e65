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
pub mod log;
pub mod token;

/// Says aloud that a test was skipped: `cargo test` hides what a passing test prints with `println!`.
pub fn skipped(test: &str, why: &str) {
    // Nothing can be done if nobody listens.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}
