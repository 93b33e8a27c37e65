//! Attacks with keys: JWK Sets and their entries that a server must not verify tokens with.

mod documents;
mod entries;

use serde_json::Value;

use crate::{keys::TestKey, token};

pub use documents::documents;
pub use entries::entries;

/// A document or an entry of one that must not be used.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What is tried.
    pub name: String,
    /// What is read.
    pub value: Vec<u8>,
    /// How the sentence of the error or of the log ends.
    pub refusal: &'static str,
}

impl Attack {
    /// What must be refused for this reason.
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>, refusal: &'static str) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            refusal,
        }
    }
}

/// An entry of a JWK Set that must not be used. Its refusal is how the sentence in the log ends.
#[derive(Debug, Clone)]
pub struct Unfit {
    /// The JWK, or whatever is in its place.
    pub entry: Attack,
    /// The `kid` that the log shows.
    pub kid: Option<String>,
    /// Whose tokens must not pass.
    pub signer: TestKey,
}

/// Rows: the key, what is changed in its JWK, and the reason in the log.
fn unfit<'a>(rows: impl IntoIterator<Item = (&'a TestKey, Value, &'static str)>) -> Vec<Unfit> {
    rows.into_iter()
        .map(|(key, changes, reason)| {
            // A kid of more than 256 bytes would be a fault of its own.
            let text = changes.to_string();
            let kid = format!("{} {text:.200} of {}", key.algorithm(), text.len());
            let mut jwk = changed(key, &changes);
            jwk["kid"] = kid.as_str().into();
            Unfit {
                entry: Attack::new(&kid, jwk.to_string(), reason),
                kid: Some(kid),
                signer: key.clone(),
            }
        })
        .collect()
}

/// A JWK with `changes` over it. A `null` takes a member out.
#[must_use]
pub fn changed(key: &TestKey, changes: &Value) -> Value {
    token::changed(key.jwk(None), changes)
}
