//! What is sent, and what must come back.

use std::iter;

use serde_json::{Value, json};
use support::{
    client::{Answer, Request},
    oct,
    signing::{Key, Message, Signature},
    token,
};

use crate::keys::{Keys, OVERLAP};

/// So many of what it sent each maker keeps.
const KEPT: usize = 24;
const CHECK: &str = "/token-check";
const JSON: &str = "application/json";
const ECHO: Option<&str> = Some(r#"{"echo":{"amount":10,"to":"Ada"}}"#);
const UNSIGNED: &str = "signature_missing";
const SWAPPED: &str = "digest_mismatch";
const INVALID: &str = "signature_invalid";

/// No refusal.
pub(crate) const LET_IN: &str = "let in";
/// Any code with 401.
pub(crate) const ANY: &str = "";
pub(crate) const REPLAYED: &str = "request_replayed";

/// A name, how often it is drawn against the others, how it is made, and its code if the token is good.
type Kind = (&'static str, usize, fn(&mut Maker<'_>) -> Shot, &'static str);
type Sign = fn(Key, &Message) -> Request;

/// The kind that two threads send at the same time.
pub(crate) const TWICE: usize = 0;
/// The kind whose code is that of what is sent again.
pub(crate) const AGAIN: usize = 1;

pub(crate) const KINDS: [Kind; 21] = [
    ("transfer, twice at once", 24, |it| it.transfer(), LET_IN),
    ("sent before", 100, |it| it.again(), LET_IN),
    ("no token", 20, |it| it.without_token(), "token_missing"),
    ("good", 40, |it| it.good(600), LET_IN),
    ("good for seconds", 12, |it| it.good(3), LET_IN),
    ("JSON", 16, |it| it.json(10), LET_IN),
    ("large JSON", 2, |it| it.json(200_000), LET_IN),
    ("expired", 12, |it| it.token(0, json!({})), ANY),
    ("forgotten key", 8, |it| it.of_key(it.keys.known() - OVERLAP), ANY),
    ("unpublished key", 8, |it| it.of_key(it.keys.known() + 3), LET_IN),
    ("unknown key", 4, |it| it.of_key(0), ANY),
    ("forged", 20, |it| it.forged(), "token_signature"),
    ("altered", 16, |it| it.altered(), ANY),
    ("bound", 20, |it| it.bound(""), LET_IN),
    ("bound to another", 12, |it| it.bound("0"), "binding_mismatch"),
    ("signed", 20, |it| it.signed(None, sign), LET_IN),
    ("signed, altered", 8, |it| it.signed(None, sign_and_alter), INVALID),
    ("signed by another", 8, |it| it.signed(None, sign_as_another), INVALID),
    ("not signed", 8, |it| it.signed(None, |_, it| it.request()), UNSIGNED),
    ("signed JSON", 16, |it| it.signed(ECHO, sign), LET_IN),
    ("altered JSON", 8, |it| it.signed(ECHO, sign_and_swap), SWAPPED),
];

/// A request with a token, and what comes back.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) request: Request,
    /// If it is let in.
    body: String,
    /// If the token is good.
    pub(crate) code: &'static str,
    token: String,
    device: String,
    key: u64,
    expires: u64,
}

impl Shot {
    /// Whether the token is good, if that is certain.
    pub(crate) fn is_good(&self, keys: &Keys) -> Option<bool> {
        keys.is_good(self.key, self.expires)
    }

    pub(crate) fn is(&self, code: &str, answer: &Answer) -> bool {
        let (status, body, headers) = match code {
            LET_IN => (200, self.body.as_str(), 3),
            REPLAYED => (409, "{}", 4),
            _ => (401, "{}", 5),
        };
        let is_whole = answer.header("content-type") == Some(JSON) && answer.headers.len() == headers;
        is_whole && answer.status == status && answer.body == body
    }
}

/// Makes the requests of one thread. Each token has a device id of its own, so that claims that get mixed up are seen.
pub(crate) struct Maker<'a> {
    keys: &'a Keys,
    /// Tokens that were good when they were made, and transfers that were accepted.
    pub(crate) sent: Vec<Shot>,
    /// Some of what must not be in the log.
    pub(crate) secrets: Vec<String>,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(keys: &'a Keys) -> Self {
        Self {
            keys,
            sent: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// A request of any kind.
    pub(crate) fn draw(&mut self) -> (usize, Shot) {
        let weighted = (0..KINDS.len()).flat_map(|kind| iter::repeat_n(kind, KINDS[kind].1));
        let kind = fastrand::choice(weighted.collect::<Vec<_>>()).unwrap();
        let (_, _, make, code) = KINDS[kind];
        let shot = make(self);
        let code = if kind == AGAIN { shot.code } else { code };
        (kind, Shot { code, ..shot })
    }

    pub(crate) fn of_key(&mut self, key: u64) -> Shot {
        self.mint(key, &Keys::id(key), 600, json!({}))
    }

    /// Not of the key that leaves next.
    fn token(&mut self, seconds: u64, claims: Value) -> Shot {
        let key = self.keys.known() - fastrand::u64(..OVERLAP - 1);
        self.mint(key, &Keys::id(key), seconds, claims)
    }

    fn mint(&mut self, key: u64, signer: &str, seconds: u64, mut claims: Value) -> Shot {
        let (device, expires) = (format!("{:016x}==", fastrand::u64(..)), token::now() + seconds);
        claims["exp"] = expires.into();
        claims["did"] = device.as_str().into();
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": Keys::id(key) }).to_string();
        let token = token::sign(&oct::secret(signer), &header, &token::claims(&claims).to_string());
        keep(&mut self.secrets, token.rsplit('.').next().unwrap().to_owned());
        Shot {
            request: Request::get(CHECK).token(&token),
            body: json!({ "device_id": device, "message": "Hello, World!" }).to_string(),
            code: LET_IN,
            token,
            device,
            key,
            expires,
        }
    }

    fn without_token(&mut self) -> Shot {
        let shot = self.token(600, json!({}));
        let request = Request::get(CHECK);
        Shot { request, ..shot }
    }

    fn good(&mut self, seconds: u64) -> Shot {
        let shot = self.token(seconds, json!({}));
        keep(&mut self.sent, shot.clone());
        shot
    }

    /// The server may have it in its cache, whether it is still good or not.
    fn again(&mut self) -> Shot {
        let sent = fastrand::choice(&self.sent).cloned();
        sent.unwrap_or_else(|| self.good(600))
    }

    fn json(&mut self, size: usize) -> Shot {
        let shot = self.token(600, json!({}));
        let sent = json!({ "from": shot.device, "filler": "x".repeat(size) });
        let request = Request::post(CHECK, JSON, &sent.to_string()).token(&shot.token);
        let body = json!({ "device_id": shot.device, "echo": sent }).to_string();
        Shot { request, body, ..shot }
    }

    /// What a stranger without any key can make.
    fn forged(&mut self) -> Shot {
        self.mint(self.keys.known(), "forger", 600, json!({}))
    }

    /// The server may have what it was before in its cache.
    fn altered(&mut self) -> Shot {
        let mut shot = self.again();
        let place = fastrand::usize(..shot.token.len());
        let other = if shot.token[place..].starts_with('A') { "B" } else { "A" };
        shot.token.replace_range(place..=place, other);
        shot.request = Request::get(CHECK).token(&shot.token);
        shot
    }

    /// With a token that is bound to a user, and this user with something after the name.
    fn bound(&mut self, after: &str) -> Shot {
        let user = format!("Bearer {:032x}", fastrand::u128(..));
        let shot = self.token(600, json!({ "pay": token::binding(&[&user]) }));
        let request = Request::get("/token-binding").token(&shot.token);
        let request = request.header("Authorization", &format!("{user}{after}"));
        keep(&mut self.secrets, user);
        Shot { request, ..shot }
    }

    fn signed(&mut self, answer: Option<&str>, sign: Sign) -> Shot {
        self.sign("/message-signing", 600, answer, sign)
    }

    /// The same order each time, but with a token of its own: so it is another one.
    fn transfer(&mut self) -> Shot {
        self.sign("/transfer", 10, Some(r#"{"accepted":true}"#), sign)
    }

    /// From any installation, and signed if `sign` does so. JSON is sent where JSON is the answer.
    fn sign(&mut self, path: &str, seconds: u64, answer: Option<&str>, sign: Sign) -> Shot {
        let (key, method) = (Key::install(fastrand::u8(1..200)), answer.map_or("GET", |_| "POST"));
        let mut shot = self.token(seconds, json!({ "ipk": key.ipk() }));
        let url = format!("https://api.example.com{path}?of={}", shot.device);
        let mut message = Message::new(method, &url).header("Approov-Token", &shot.token);
        if let Some(answer) = answer {
            let order = br#"{"to":"Ada","amount":10}"#;
            message = message.header("Content-Type", JSON).body(order);
            answer.clone_into(&mut shot.body);
        }
        shot.request = sign(key, &message);
        shot
    }
}

fn sign(key: Key, message: &Message) -> Request {
    message.request().signed(&[&Signature::new(key, message)])
}

fn sign_as_another(_: Key, message: &Message) -> Request {
    sign(Key::install(200), message)
}

fn sign_and_alter(key: Key, message: &Message) -> Request {
    let target = message.target() + "0";
    message.request_to(&target).signed(&[&Signature::new(key, message)])
}

fn sign_and_swap(key: Key, message: &Message) -> Request {
    let signature = Signature::new(key, message);
    message.clone().alter_body().request().signed(&[&signature])
}

/// Adds one, in place of any other if there are enough.
pub(crate) fn keep<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() < KEPT {
        kept.push(one);
    } else {
        kept[fastrand::usize(..KEPT)] = one;
    }
}
