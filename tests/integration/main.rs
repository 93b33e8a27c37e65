//! The crates from outside, most of it over real HTTP.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a panic is a failed test")]

mod acceptances;
mod algorithms;
mod api;
mod architecture;
mod binding;
mod bodies;
mod configuration;
mod connections;
mod corpus;
mod differential;
mod documented;
mod events;
mod extractors;
mod layers;
mod middleware;
mod neighbours;
mod openapi;
mod properties;
mod refresh;
mod remembered;
mod report;
mod signatures;
mod testing;
#[rustfmt::skip]
mod testing_example;
mod tokens;
mod ui;
mod ways;

use std::time::Duration;

use actix_test::TestServerConfig;
use approov_actix::{Approov, ApproovBuilder};
use support::token::SECRET;

/// The configuration of most tests.
fn builder() -> ApproovBuilder {
    Approov::builder().base64_secret(SECRET)
}

/// For servers: a slow machine is no reason for 408.
fn patient() -> TestServerConfig {
    actix_test::config().client_request_timeout(Duration::from_secs(60))
}

fn approov() -> Approov {
    builder().build().unwrap()
}
