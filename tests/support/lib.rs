//! What the tests need: tokens made by another implementation than the one under test, a client that sends any bytes, a
//! log that can be read, and a server of keys.

// It has no tests of its own, but `--lib` would compile it for them.
#![cfg(not(test))]
#![allow(
    clippy::missing_errors_doc,
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

/// Says aloud that a test was skipped.
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

/// Prints a line although the test passes: `cargo test` hides what it prints with `println!`.
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
    macro_rules! guides {
        ($($name:ident: $page:literal,)*) => {$(
            #[doc = include_str!(concat!("../../", $page))]
            mod $name {}
        )*};
    }

    guides! {
        block_list: "docs/block-list.md",
        claims: "docs/claims.md",
        configuration: "docs/configuration.md",
        deployment: "docs/deployment.md",
        from_python: "docs/from-python.md",
        handlers: "docs/handlers.md",
        key_sets: "docs/key-sets.md",
        key_sets_reference: "docs/key-sets-reference.md",
        logs_and_metrics: "docs/logs-and-metrics.md",
        message_signing: "docs/message-signing.md",
        message_signing_reference: "docs/message-signing-reference.md",
        middleware: "docs/middleware.md",
        neighbours: "docs/neighbours.md",
        refusals: "docs/refusals.md",
        roll_out: "docs/roll-out.md",
        shapes_api: "docs/shapes-api.md",
        signatures_fail: "docs/signatures-fail.md",
        single_use: "docs/single-use.md",
        testing: "docs/testing.md",
        testing_recipes: "docs/testing-recipes.md",
        token_binding: "docs/token-binding.md",
        token_check: "docs/token-check.md",
        approov_protected: "approov-actix-macros/src/approov_protected.md",
    }

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
