//! The crates from outside, most of it over real HTTP. The path of a test is the rule that it proves.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is a failed test"
)]

mod behaviour;
mod differential;
mod fuzzers;
mod http2;
#[path = "keys/sender.rs"]
mod keys;
mod project;
mod properties;
#[path = "refusals/sender.rs"]
mod refusals;
mod served;
mod ui;
mod ways;
mod wire;
mod with_others;

use std::time::Duration;

use actix_test::TestServerConfig;
use approov_actix::{Approov, ApproovBuilder, Key, MessageSigning, Policy, SignaturePolicy};
use support::{signing::ACCOUNT_KEY, token::SECRET};

/// The public origin of signed requests.
const ORIGIN: &str = "https://api.example.com";

/// The configuration of most tests.
fn builder() -> ApproovBuilder {
    with_secret(SECRET)
}

/// With this secret and no other key.
fn with_secret(base64: &str) -> ApproovBuilder {
    Approov::builder().keys(key(base64))
}

/// With a public origin and an account key.
fn signing() -> ApproovBuilder {
    let signing = MessageSigning::new().public_origins(ORIGIN);
    builder().message_signing(signing.account_key(key(ACCOUNT_KEY)))
}

/// The same, and by default routes ask for this.
fn signing_by(signature: SignaturePolicy) -> ApproovBuilder {
    signing().policy(Policy::new().signature(signature))
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
