//! The crates from outside, most of it over real HTTP.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is a failed test"
)]

mod acceptances;
mod algorithms;
mod api;
mod architecture;
mod binding;
mod bodies;
mod checks;
mod configuration;
mod connections;
mod differential;
mod documented;
mod events;
mod extractors;
#[path = "../keys/sender.rs"]
mod keys;
mod layers;
mod middleware;
mod names;
mod nearest;
mod neighbours;
mod openapi;
mod properties;
mod refresh;
mod refusals;
mod remembered;
mod report;
mod signatures;
mod single_use;
mod tokens;
mod ui;
mod ways;
#[path = "../wire/mod.rs"]
mod wire;

use std::time::Duration;

use actix_test::TestServerConfig;
use approov_actix::{Approov, ApproovBuilder, Key};
use support::token::SECRET;

/// The configuration of most tests.
fn builder() -> ApproovBuilder {
    with_secret(SECRET)
}

/// With this secret and no other key.
fn with_secret(base64: &str) -> ApproovBuilder {
    Approov::builder().keys(key(base64))
}

fn key(base64_secret: &str) -> Key {
    Key::from_base64_secret(base64_secret).unwrap()
}

/// For servers: a slow machine is no reason for 408.
fn patient() -> TestServerConfig {
    actix_test::config().client_request_timeout(Duration::from_secs(60))
}

fn approov() -> Approov {
    builder().build().unwrap()
}
