//! Keys of every algorithm: what they accept, and every cheat that we know of. Each cheat is a row with the code of its
//! refusal.

mod confusion;
mod jwks;
mod pem;
mod selection;
mod signatures;

use approov_actix::{Algorithm, Approov, ApproovBuilder, Key};
use support::keys::TestKey;

fn algorithm(key: &TestKey) -> Algorithm {
    key.algorithm().parse().unwrap()
}

/// What a server has that verifies with this key.
pub(crate) fn verifying(key: &TestKey) -> Key {
    match key.secret() {
        Some(secret) => Key::from_secret(algorithm(key), secret),
        None => Key::from_pem(algorithm(key), &key.pem()),
    }
    .unwrap()
}

pub(crate) fn approov_with(keys: impl IntoIterator<Item = Key>) -> Approov {
    builder_with(keys).build().unwrap()
}

fn builder_with(keys: impl IntoIterator<Item = Key>) -> ApproovBuilder {
    keys.into_iter().fold(Approov::builder(), ApproovBuilder::keys)
}
