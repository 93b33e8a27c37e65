//! Key sets of secrets, and tokens that these sign. The name of a key is all that a test has to know.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::token;

/// The secret of the key with this id, in base64.
#[must_use]
pub fn secret(kid: &str) -> String {
    STANDARD.encode(Sha256::digest(kid))
}

/// The key as an entry of a set.
#[must_use]
pub fn jwk(kid: &str) -> Value {
    json!({ "kty": "oct", "alg": "HS256", "kid": kid, "k": URL_SAFE_NO_PAD.encode(Sha256::digest(kid)) })
}

/// A set of these keys.
#[must_use]
pub fn key_set(kids: &[&str]) -> String {
    set_of(&kids.iter().map(|kid| jwk(kid)).collect::<Vec<_>>())
}

/// A set of any entries.
#[must_use]
pub fn set_of(entries: &[Value]) -> String {
    json!({ "keys": entries }).to_string()
}

/// A good token that is signed with the key with this id and says so.
#[must_use]
pub fn token(kid: &str) -> String {
    naming(kid, &secret(kid))
}

/// A good token that says it is signed with the key with this id, whatever the secret.
#[must_use]
pub fn naming(kid: &str, secret: &str) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
    token::sign(
        secret,
        &header.to_string(),
        &token::claims(&json!({ "exp": token::now() + 3600 })).to_string(),
    )
}
