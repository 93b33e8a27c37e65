//! Signed requests. Each connection is an installation of the app with a key of its own, or shares it with few others.

use serde_json::json;
use support::{
    signing::{Key, Message, Signature},
    token::now,
};

use crate::{
    maker::{Draft, Maker, Token},
    shot::Expected,
};

/// The server's public origin.
pub(crate) const ORIGIN: &str = "https://api.example.com";

/// The largest body whose digest the server computes.
pub(crate) const BODY_LIMIT: usize = 100_000;

fn key(maker: &Maker<'_>) -> Key {
    Key::install(u8::try_from(maker.number % 100 + 1).unwrap_or(1))
}

fn token(maker: &mut Maker<'_>) -> Token {
    let ipk = key(maker).ipk();
    maker.token(&json!({ "ipk": ipk }))
}

fn message(method: &str, token: &Token) -> Message {
    Message::new(method, &format!("{ORIGIN}/message-signing?of={}", token.device)).header("Approov-Token", &token.text)
}

fn post(token: &Token, filler: &str) -> (Message, String) {
    let sent = json!({ "from": token.device, "filler": filler });
    let message = message("POST", token)
        .header("Content-Type", "application/json")
        .body(sent.to_string().as_bytes());
    (message, json!({ "echo": sent }).to_string())
}

pub(super) fn good(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let message = message("GET", &token);
    let signature = Signature::new(key(maker), &message);
    Draft::let_in(message.request().signed(&[&signature]), &token, token.hello())
}

pub(super) fn good_json(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let (message, back) = post(&token, "");
    let signature = Signature::new(key(maker), &message);
    Draft::let_in(message.request().signed(&[&signature]), &token, back)
}

pub(super) fn account(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let message = message("GET", &token);
    let signature = Signature::account(&message);
    Draft::let_in(message.request().signed(&[&signature]), &token, token.hello())
}

pub(super) fn altered(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let message = message("GET", &token);
    let signature = Signature::new(key(maker), &message);
    let target = message.target() + "0";
    Draft::refused(message.request_to(&target).signed(&[&signature]))
}

pub(super) fn by_another(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let message = message("GET", &token);
    let signature = Signature::new(Key::install(200), &message);
    Draft::refused(message.request().signed(&[&signature]))
}

pub(super) fn too_old(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let message = message("GET", &token);
    let created = now() - 3600;
    let parameters = format!(";alg=\"ecdsa-p256-sha256\";created={created};expires={}", created + 15);
    let signature = Signature::new(key(maker), &message).parameters(&parameters);
    Draft::refused(message.request().signed(&[&signature]))
}

pub(super) fn missing(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    Draft::refused(message("GET", &token).request())
}

pub(super) fn other_json(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let (message, _) = post(&token, "");
    let signature = Signature::new(key(maker), &message);
    Draft::refused(message.alter_body().request().signed(&[&signature]))
}

pub(super) fn too_large(maker: &mut Maker<'_>) -> Draft {
    let token = token(maker);
    let (message, _) = post(&token, &"x".repeat(fastrand::usize(BODY_LIMIT..2 * BODY_LIMIT)));
    let signature = Signature::new(key(maker), &message);
    Draft::instead(message.request().signed(&[&signature]), &token, Expected::TooLarge)
}
