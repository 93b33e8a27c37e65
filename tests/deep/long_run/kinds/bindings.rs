//! Tokens that are bound to headers.

use serde_json::json;
use support::{client::Request, token};

use crate::maker::{Draft, Maker, Token};

const ONE: &str = "/token-binding";
const TWO: &str = "/token-double-binding";
const USER: &str = "Authorization";
const DEVICE: &str = "X-Device-Id";

/// A token that is bound to a user, and this user.
fn user(maker: &mut Maker<'_>) -> (Token, String) {
    let user = format!("Bearer session-{:032x}", fastrand::u128(..));
    maker.keep_secret(&user);
    let token = maker.token(&json!({ "pay": token::binding(&[&user]) }));
    (token, user)
}

/// A token that is bound to a user and a device, and these.
fn user_and_device(maker: &mut Maker<'_>) -> (Token, String, String) {
    let (user, device) = (format!("Bearer {:032x}", fastrand::u128(..)), maker.device());
    let token = maker.token(&json!({ "pay": token::binding(&[&user, &device]) }));
    (token, user, device)
}

fn ask(path: &str, token: &Token) -> Request {
    Request::get(path).token(&token.text)
}

pub(super) fn good(maker: &mut Maker<'_>) -> Draft {
    let (token, user) = user(maker);
    Draft::let_in(ask(ONE, &token).header(USER, &user), &token, token.hello())
}

pub(super) fn other_value(maker: &mut Maker<'_>) -> Draft {
    let (token, user) = user(maker);
    Draft::refused(ask(ONE, &token).header(USER, &(user + "0")))
}

pub(super) fn no_value(maker: &mut Maker<'_>) -> Draft {
    let (token, _) = user(maker);
    Draft::refused(ask(ONE, &token))
}

pub(super) fn repeated_value(maker: &mut Maker<'_>) -> Draft {
    let (token, user) = user(maker);
    Draft::refused(ask(ONE, &token).header(USER, &user).header(USER, &user))
}

pub(super) fn unbound(maker: &mut Maker<'_>) -> Draft {
    let (_, user) = user(maker);
    let token = maker.token(&json!({}));
    Draft::refused(ask(ONE, &token).header(USER, &user))
}

pub(super) fn double(maker: &mut Maker<'_>) -> Draft {
    let (token, user, device) = user_and_device(maker);
    let request = ask(TWO, &token).header(DEVICE, &device).header(USER, &user);
    Draft::let_in(request, &token, token.hello())
}

pub(super) fn double_swapped(maker: &mut Maker<'_>) -> Draft {
    let (token, user, device) = user_and_device(maker);
    Draft::refused(ask(TWO, &token).header(DEVICE, &user).header(USER, &device))
}

pub(super) fn double_half(maker: &mut Maker<'_>) -> Draft {
    let (token, user, _) = user_and_device(maker);
    Draft::refused(ask(TWO, &token).header(USER, &user))
}
