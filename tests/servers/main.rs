//! The example servers as a user starts them: what they print, what they answer, and when they do not start.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a panic is a failed test")]

mod hello;
mod process;
mod quickstart;
mod start_up;

const QUICKSTART: &str = env!("CARGO_BIN_EXE_quickstart");
const HELLO: &str = env!("CARGO_BIN_EXE_hello");
