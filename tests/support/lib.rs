//! What the tests need: tokens made by another implementation than the one under test, a client that sends any bytes, a
//! log that can be read, and a server of keys.

#![allow(
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is a failed test"
)]

use std::{
    env,
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

pub mod client;
pub mod codes;
pub mod ed25519;
pub mod key_server;
#[path = "../keys/mod.rs"]
pub mod key_sets;
pub mod keys;
pub mod log;
pub mod oct;
pub mod placeholders;
pub mod redis_server;
#[path = "../refusals/mod.rs"]
pub mod refusals;
pub mod requests;
pub mod second_opinion;
pub mod signing;
pub mod tables;
pub mod token;

/// Says aloud that a test was skipped: `cargo test` hides what a passing test prints with `println!`.
pub fn skipped(test: &str, why: &str) {
    say(&format!("SKIPPED {test}: {why}"));
}

/// Whether a test that installs what it needs may run. If not, says so.
pub fn may_install(test: &str) -> bool {
    is_asked_for(test, "APPROOV_SCRIPT_TESTS", "it installs what it needs")
}

/// Whether the environment asks for a test. If not, says so, and what running it takes.
pub fn is_asked_for(test: &str, variable: &str, what_it_takes: &str) -> bool {
    let is_set = env::var_os(variable).is_some();
    if !is_set {
        skipped(test, &format!("set {variable}=1 to run it; {what_it_takes}"));
    }
    is_set
}

/// Prints a line although the test passes.
pub fn say(line: &str) {
    // Nothing can be done if nobody listens.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Waits for something that happens elsewhere. The limit is for what never happens: a slow machine must not reach it.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(150), "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The code in the guides and in the attribute's documentation compiles, and what can run does. Here, because it takes
/// all features and the crates beside; the documentation shows the guides as `approov_actix::guide`.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/block-list.md")]
    mod block_list {}
    #[doc = include_str!("../../docs/claims.md")]
    mod claims {}
    #[doc = include_str!("../../docs/configuration.md")]
    mod configuration {}
    #[doc = include_str!("../../docs/deployment.md")]
    mod deployment {}
    #[doc = include_str!("../../docs/from-python.md")]
    mod from_python {}
    #[doc = include_str!("../../docs/handlers.md")]
    mod handlers {}
    #[doc = include_str!("../../docs/key-sets.md")]
    mod key_sets {}
    #[doc = include_str!("../../docs/key-sets-reference.md")]
    mod key_sets_reference {}
    #[doc = include_str!("../../docs/logs-and-metrics.md")]
    mod logs_and_metrics {}
    #[doc = include_str!("../../docs/message-signing.md")]
    mod message_signing {}
    #[doc = include_str!("../../docs/message-signing-reference.md")]
    mod message_signing_reference {}
    #[doc = include_str!("../../docs/middleware.md")]
    mod middleware {}
    #[doc = include_str!("../../docs/neighbours.md")]
    mod neighbours {}
    #[doc = include_str!("../../docs/refusals.md")]
    mod refusals {}
    #[doc = include_str!("../../docs/roll-out.md")]
    mod roll_out {}
    #[doc = include_str!("../../docs/shapes-api.md")]
    mod shapes_api {}
    #[doc = include_str!("../../docs/signatures-fail.md")]
    mod signatures_fail {}
    #[doc = include_str!("../../docs/single-use.md")]
    mod single_use {}
    #[doc = include_str!("../../docs/testing.md")]
    mod testing {}
    #[doc = include_str!("../../docs/testing-recipes.md")]
    mod testing_recipes {}
    #[doc = include_str!("../../docs/token-binding.md")]
    mod token_binding {}
    #[doc = include_str!("../../docs/token-check.md")]
    mod token_check {}
    #[doc = include_str!("../../approov-actix-macros/src/approov_protected.md")]
    mod approov_protected {}

    /// Up to edition 2021 the temporaries of a body's last expression outlive its variables, but not its parameters.
    ///
    /// ```edition2021
    /// use std::sync::Mutex;
    ///
    /// #[actix_web::get("/")]
    /// #[approov_actix::approov_protected]
    /// async fn count(count: actix_web::web::Data<Mutex<u32>>) -> String {
    ///     count.lock().unwrap().to_string()
    /// }
    /// # let _ = actix_web::App::new().service(count);
    /// ```
    struct LastExpression;
}
