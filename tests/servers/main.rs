//! The example servers as a user starts them: what they print, what they answer, and when they do not start.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is a failed test"
)]

mod cli;
#[cfg(feature = "neighbours")]
mod device_limit;
mod examples;
mod hello;
mod key_sources;
#[cfg(target_os = "linux")]
#[path = "../with_others/nginx/mod.rs"]
mod nginx;
#[cfg(feature = "neighbours")]
mod openapi;
mod process;
#[cfg(feature = "neighbours")]
mod prometheus;
mod quickstart;
mod scripts;
mod shapes;
#[cfg(unix)]
mod shutdown;
mod start_up;
mod tls;
#[cfg(feature = "neighbours")]
mod tracing_spans;

const QUICKSTART: &str = env!("CARGO_BIN_EXE_quickstart");
const HELLO: &str = env!("CARGO_BIN_EXE_hello");
const HEALTH_CHECK: &str = env!("CARGO_BIN_EXE_health-check");
const SHAPES_API: &str = env!("CARGO_BIN_EXE_shapes-api");
const SHAPES_API_UNPROTECTED: &str = env!("CARGO_BIN_EXE_shapes-api-unprotected");
const APPROOV_TOKEN: &str = env!("CARGO_BIN_EXE_approov-token");
