//! Attacks with the token. Each value is in the token header.
//!
//! Unless a row says otherwise its token would be good but for what it tries, so that nothing else can be the reason
//! for its refusal.

mod algorithms;
mod claims;
mod encoding;
mod form;
mod header;
mod json;
mod presented;
mod secrets;
mod signatures;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::json;

use super::Attack;
use crate::{
    keys::TestKey,
    token::{self, SECRET, now},
};

/// The id of the key, where it has one.
pub const KID: &str = "2026-11";
/// What `iss` must be, where that is asked for.
pub const ISSUER: &str = "acme.approov.io";
/// What `aud` must have, where that is asked for.
pub const AUDIENCE: &str = "api.example.com";

/// Against a server that has the secret [`SECRET`] and nothing else.
#[must_use]
pub fn tokens() -> Vec<Attack> {
    [
        presented::rows(),
        form::rows(),
        encoding::rows(),
        json::rows(),
        header::rows(),
        algorithms::rows(),
        signatures::rows(),
        secrets::rows(),
        claims::rows(),
    ]
    .concat()
}

/// Against a server whose only key, of the same secret, has the id [`KID`].
#[must_use]
pub fn tokens_for_a_key_with_an_id() -> Vec<Attack> {
    header::rows_for_a_key_with_an_id()
}

/// Against a server that asks for [`ISSUER`] and [`AUDIENCE`].
#[must_use]
pub fn tokens_for_an_issuer_and_an_audience() -> Vec<Attack> {
    claims::rows_for_an_issuer_and_an_audience()
}

/// Tokens that look odd and are good all the same: the neighbours of rows that are refused.
#[must_use]
pub fn odd_but_good() -> Vec<(&'static str, String)> {
    [
        presented::odd_but_good(),
        form::odd_but_good(),
        header::odd_but_good(),
        claims::odd_but_good(),
    ]
    .concat()
}

/// The usual header.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Claims for an hour: however long all rows take, none of them expires by itself.
fn payload() -> String {
    token::claims(&json!({ "exp": now() + 3600 })).to_string()
}

/// What the server has.
fn secret() -> Vec<u8> {
    STANDARD.decode(SECRET).unwrap()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A well-signed token of these bytes.
fn sign(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_segments(&encode(header), &encode(payload))
}

/// A well-signed token whose segments are already encoded, in whatever way.
fn sign_segments(header: &str, payload: &str) -> String {
    sign_with(&secret(), header, payload)
}

/// The same with any secret.
fn sign_with(secret: &[u8], header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature = TestKey::hmac("HS256", secret).signature(message.as_bytes());
    format!("{message}.{}", encode(signature))
}

/// As many members as asked for, each behind a comma.
fn members(count: usize) -> String {
    (0..count).map(|i| format!(r#","{i}":0"#)).collect::<Vec<_>>().concat()
}

/// Two letters for each byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// A good token.
fn good() -> String {
    sign(HEADER, payload())
}

/// Header and payload of a good token, and its signature.
fn message_and_signature() -> (String, Vec<u8>) {
    let good = good();
    let (message, signature) = good.rsplit_once('.').unwrap();
    (message.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap())
}

/// Rows of one kind with one refusal.
fn all<V: Into<Vec<u8>>>(
    kind: &str,
    refusal: &'static str,
    rows: impl IntoIterator<Item = (impl AsRef<str>, V)>,
) -> Vec<Attack> {
    rows.into_iter()
        .map(|(name, value)| Attack::new(format!("{kind}: {}", name.as_ref()), value, refusal))
        .collect()
}
