//! Tokens, signed with the `hmac` crate.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::Hmac;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::keys::mac;

/// The development secret of `.env.example`.
pub const SECRET: &str = "h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==";

/// Another one.
pub const OTHER_SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// The device id of every token here.
pub const DEVICE_ID: &str = "ExampleApproovTokenDID==";

/// The `arc` of every token here.
pub const ARC: &str = "IXPSB7TRK26LXE3M";

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Claims of a token that is good for some minutes, with `more` over them. A `null` takes a claim out.
pub fn claims(more: &Value) -> Value {
    changed(json!({ "exp": now() + 300, "did": DEVICE_ID, "arc": ARC }), more)
}

/// A JSON object with `changes` over it. A `null` takes a member out.
pub fn changed(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
    object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    object
}

/// A token as Approov makes it for a genuine app.
pub fn good() -> String {
    with(&json!({}))
}

/// A good token with other claims.
pub fn with(more: &Value) -> String {
    sign(SECRET, HEADER, &claims(more).to_string())
}

/// A good token that is bound to these values.
pub fn bound(values: &[&str]) -> String {
    with(&json!({ "pay": binding(values) }))
}

/// A token that expired a moment ago.
pub fn expired() -> String {
    with(&json!({ "exp": now() - 1 }))
}

/// What a device that failed attestation sends.
pub fn forged() -> String {
    signed_by(OTHER_SECRET)
}

/// A good token but for the key.
pub fn signed_by(secret: &str) -> String {
    sign(secret, HEADER, &claims(&json!({})).to_string())
}

/// The `pay` claim for these values.
pub fn binding<V: AsRef<[u8]>>(values: &[V]) -> String {
    let digest = values.iter().fold(Sha256::new(), sha2::Digest::chain_update);
    STANDARD.encode(digest.finalize())
}

/// A token of any header and payload.
pub fn sign(secret: &str, header: &str, payload: &str) -> String {
    sign_bytes(secret, header.as_bytes(), payload.as_bytes())
}

/// As [`sign`], where they need not be text.
pub fn sign_bytes(secret: &str, header: &[u8], payload: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mac = mac::<Hmac<Sha256>>(&STANDARD.decode(secret).unwrap(), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
}
