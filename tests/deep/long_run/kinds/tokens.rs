//! Every kind of token, at the routes that look at tokens alone.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use support::{client::Request, token};

use crate::{
    keys::Keys,
    maker::{Draft, Maker, Token},
    shot::{Expected, Premise},
};

const OPEN: &str = "/unprotected";
const PATH: &str = "/token-check";
const FORGER: &str = "forger";
const JSON: &str = "application/json";

fn check(token: &str) -> Request {
    Request::get(PATH).token(token)
}

/// What a stranger without any key can make.
fn forge(maker: &mut Maker<'_>) -> String {
    let device = maker.device();
    let named = Keys::id(maker.keys.current());
    maker.sign(&named, FORGER, &json!({ "did": device }))
}

pub(super) fn open_route(_: &mut Maker<'_>) -> Draft {
    Draft::open(Request::get(OPEN), r#"{"message":"Hello, World!"}"#)
}

pub(super) fn open_route_forged(maker: &mut Maker<'_>) -> Draft {
    let request = Request::get(OPEN).token(&forge(maker));
    Draft::open(request, r#"{"message":"Hello, World!"}"#)
}

pub(super) fn good(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    maker.keep_used(&token);
    Draft::let_in(check(&token.text), &token, token.hello())
}

pub(super) fn good_bearer(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    Draft::let_in(check(&format!("Bearer {}", token.text)), &token, token.hello())
}

pub(super) fn good_again(maker: &mut Maker<'_>) -> Draft {
    match maker.used(true) {
        Some(token) => Draft::let_in(check(&token.text), &token, token.hello()),
        None => good(maker),
    }
}

pub(super) fn good_long(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({ "filler": "x".repeat(4500) }));
    Draft::let_in(check(&token.text), &token, token.hello())
}

/// It comes again until it expires, and after that.
pub(super) fn good_for_seconds(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token_for(3, &json!({}));
    maker.keep_used(&token);
    Draft::let_in(check(&token.text), &token, token.hello())
}

/// The body that is sent with a token, and the one that comes back.
fn echo(token: &Token, filler: &str) -> (String, String) {
    let sent = json!({ "from": token.device, "filler": filler });
    let back = json!({ "device_id": token.device, "echo": sent });
    (sent.to_string(), back.to_string())
}

fn json_of(maker: &mut Maker<'_>, filler: &str) -> Draft {
    let token = maker.token(&json!({}));
    let (sent, back) = echo(&token, filler);
    Draft::let_in(Request::post(PATH, JSON, &sent).token(&token.text), &token, back)
}

pub(super) fn good_json(maker: &mut Maker<'_>) -> Draft {
    json_of(maker, "")
}

pub(super) fn good_large_json(maker: &mut Maker<'_>) -> Draft {
    json_of(maker, &large_text())
}

pub(super) fn good_chunked(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    let (sent, back) = echo(&token, "");
    let (first, second) = sent.split_at(sent.len() / 2);
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let body = chunk(first) + &chunk(second) + &chunk("");
    let request = Request::new("POST", PATH)
        .header("Content-Type", JSON)
        .header("Transfer-Encoding", "chunked")
        .token(&token.text)
        .body(body.as_bytes());
    Draft::let_in(request, &token, back)
}

fn large_text() -> String {
    "large ".repeat(fastrand::usize(20_000..50_000))
}

/// Expired since, or its key is gone. The server may have cached it.
pub(super) fn once_good(maker: &mut Maker<'_>) -> Draft {
    match maker.used(false) {
        Some(token) => Draft::refused(check(&token.text)),
        None => expired(maker),
    }
}

fn with(maker: &mut Maker<'_>, claims: &Value) -> Draft {
    let token = maker.token(claims);
    Draft::refused(check(&token.text))
}

pub(super) fn expired(maker: &mut Maker<'_>) -> Draft {
    with(maker, &json!({ "exp": token::now() - fastrand::u64(1..1000) }))
}

pub(super) fn not_yet_valid(maker: &mut Maker<'_>) -> Draft {
    with(maker, &json!({ "nbf": token::now() + 300 }))
}

pub(super) fn without_expiry(maker: &mut Maker<'_>) -> Draft {
    with(maker, &json!({ "exp": null }))
}

pub(super) fn forged(maker: &mut Maker<'_>) -> Draft {
    Draft::refused(check(&forge(maker)))
}

pub(super) fn forged_json(maker: &mut Maker<'_>) -> Draft {
    Draft::refused(Request::post(PATH, JSON, r#"{"from":"a stranger"}"#).token(&forge(maker)))
}

pub(super) fn forged_large_json(maker: &mut Maker<'_>) -> Draft {
    let body = json!({ "filler": large_text() }).to_string();
    Draft::refused(Request::post(PATH, JSON, &body).token(&forge(maker)))
}

pub(super) fn altered(maker: &mut Maker<'_>) -> Draft {
    let token = maker.used(true).unwrap_or_else(|| maker.token(&json!({})));
    let mut bytes = token.text.into_bytes();
    let places: Vec<_> = (0..bytes.len()).filter(|place| bytes[*place] != b'.').collect();
    let place = fastrand::choice(places).unwrap_or_default();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    Draft::refused(check(&String::from_utf8_lossy(&bytes)))
}

pub(super) fn alg_none(maker: &mut Maker<'_>) -> Draft {
    let header = json!({ "alg": "none", "kid": Keys::id(maker.keys.current()) }).to_string();
    let claims = token::claims(&json!({})).to_string();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    Draft::refused(check(&format!("{}.{}.", encode(&header), encode(&claims))))
}

fn of_key(maker: &mut Maker<'_>, key: &str) -> (String, String) {
    let device = maker.device();
    (maker.sign(key, key, &json!({ "did": device })), device)
}

pub(super) fn forgotten_key(maker: &mut Maker<'_>) -> Draft {
    let key = Keys::id(maker.keys.forgotten());
    Draft::refused(check(&of_key(maker, &key).0))
}

pub(super) fn unpublished_key(maker: &mut Maker<'_>) -> Draft {
    let key = maker.keys.unpublished();
    let (text, device) = of_key(maker, &Keys::id(key));
    let premise = Premise::Unpublished { key };
    let token = Token { text, device, premise };
    let mut draft = Draft::refused(check(&token.text));
    draft.unless = Some((premise, Expected::LetIn(token.hello())));
    draft
}

pub(super) fn key_of_nobody(maker: &mut Maker<'_>) -> Draft {
    Draft::refused(check(&of_key(maker, "nobody").0))
}

pub(super) fn none(_: &mut Maker<'_>) -> Draft {
    Draft::refused(Request::get(PATH))
}

pub(super) fn empty(_: &mut Maker<'_>) -> Draft {
    Draft::refused(check(""))
}

pub(super) fn status_word(_: &mut Maker<'_>) -> Draft {
    Draft::refused(check("NO_NETWORK"))
}

pub(super) fn repeated(maker: &mut Maker<'_>) -> Draft {
    let token = maker.token(&json!({}));
    Draft::refused(check(&token.text).token(&token.text))
}

pub(super) fn too_long(maker: &mut Maker<'_>) -> Draft {
    with(maker, &json!({ "filler": "x".repeat(fastrand::usize(6200..40_000)) }))
}
