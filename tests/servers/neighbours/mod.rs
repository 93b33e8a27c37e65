//! The examples beside other crates.

mod device_limit;
mod openapi;
mod prometheus;
mod tracing_spans;
