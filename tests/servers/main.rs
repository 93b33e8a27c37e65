//! The example servers as a user starts them: what they print, what they answer, and when they do not start.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a panic is a failed test")]

mod cli;
#[cfg(feature = "neighbours")]
mod device_limit;
mod examples;
mod hello;
mod key_sources;
#[cfg(target_os = "linux")]
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
const SHAPES_API: &str = env!("CARGO_BIN_EXE_shapes-api");
const SHAPES_API_UNPROTECTED: &str = env!("CARGO_BIN_EXE_shapes-api-unprotected");
#[cfg(feature = "neighbours")]
const DEVICE_LIMIT: &str = env!("CARGO_BIN_EXE_device-limit");
#[cfg(feature = "neighbours")]
const OPENAPI: &str = env!("CARGO_BIN_EXE_openapi");
#[cfg(feature = "neighbours")]
const PROMETHEUS: &str = env!("CARGO_BIN_EXE_prometheus");
#[cfg(feature = "neighbours")]
const TRACING_SPANS: &str = env!("CARGO_BIN_EXE_tracing-spans");
const APPROOV_TOKEN: &str = env!("CARGO_BIN_EXE_approov-token");
