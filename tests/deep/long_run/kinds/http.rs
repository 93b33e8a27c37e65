//! What is answered with an error by others than us: a handler's arguments, or actix, which then closes.

use serde_json::json;
use support::client::Request;

use crate::{
    maker::{Draft, Maker},
    shot::Expected,
};

/// The head that actix takes no more of. Not a byte more is sent: what actix leaves unread makes the system take the
/// answer back.
const LONGEST_HEAD: usize = 128 * 1024;

pub(super) fn broken_json(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    let request = Request::post("/token-check", "application/json", "{not even JSON").token(&token.text);
    Draft::instead(request, &token, Expected::Other(400))
}

pub(super) fn malformed_line(_: &mut Maker<'_>) -> Draft {
    Draft::new(Request::get("/token check"), Expected::Other(400))
}

pub(super) fn too_many_headers(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    let request = (0..120).fold(Request::get("/token-check").token(&token.text), |request, number| {
        request.header(&format!("X-{number}"), "1")
    });
    Draft::new(request, Expected::Other(431))
}

pub(super) fn endless_head(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    let request = Request::get("/token-check")
        .token(&token.text)
        .header("X-Filler", &"x".repeat(LONGEST_HEAD));
    Draft {
        at_most: LONGEST_HEAD,
        ..Draft::new(request, Expected::Other(431))
    }
}
