//! Key sets of secrets, and tokens that these sign. The name of a key is all that a test has to know.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{keys::TestKey, token};

/// A set of any entries.
pub use crate::keys::jwks as set_of;

/// The secret of the key with this id, in base64.
pub fn secret(kid: &str) -> String {
    STANDARD.encode(Sha256::digest(kid))
}

/// The key as an entry of a set.
pub fn jwk(kid: &str) -> Value {
    TestKey::hmac("HS256", &Sha256::digest(kid)).jwk(Some(kid))
}

pub fn key_set(kids: &[&str]) -> String {
    set_of(&kids.iter().map(|kid| jwk(kid)).collect::<Vec<_>>())
}

/// A good token that is signed with the key with this id and says so.
pub fn token(kid: &str) -> String {
    naming(kid, &secret(kid))
}

/// A good token that says it is signed with the key with this id, whatever the secret.
pub fn naming(kid: &str, secret: &str) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": kid }).to_string();
    let claims = token::claims(&json!({ "exp": token::now() + 3600 }));
    token::sign(secret, &header, &claims.to_string())
}
