//! Keys that change while the server runs: files and addresses that are read again, and keys that are replaced in code.

mod addresses;
mod failing_addresses;
mod files;
mod max_stale;
mod panics;
mod replace;
mod revocation;
mod rotation;
mod unavailable;
mod unknown_kid;

use std::time::Duration;

use approov_actix::{Approov, ApproovBuilder, JwksUrl, Rejection};
use support::{key_server::KeyServer, oct, wait_until};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Keys from a server, read again this often. They are secrets, which are not taken from an address by default.
fn keys_at(server: &KeyServer, interval: Duration) -> JwksUrl {
    JwksUrl::new(server.url())
        .allow_secrets(true)
        .refresh_interval(interval)
}

/// A configuration with these keys alone.
fn at(server: &KeyServer, interval: Duration) -> ApproovBuilder {
    Approov::builder().keys(keys_at(server, interval))
}

/// What becomes of the token of this key, which it names.
fn verdict(approov: &Approov, kid: &str) -> Result<(), Rejection> {
    approov.verify_token(&oct::token(kid)).map(drop)
}

fn wait_until_accepted(approov: &Approov, kid: &str) {
    wait_until(kid, || verdict(approov, kid).is_ok());
}

/// Until there is no key at all.
fn wait_until_unavailable(approov: &Approov, kid: &str) {
    wait_until(kid, || verdict(approov, kid) == Err(Rejection::KeysUnavailable));
}

fn wait_until_unknown(approov: &Approov, kid: &str) {
    wait_until(kid, || verdict(approov, kid) == Err(Rejection::TokenKeyUnknown));
}
