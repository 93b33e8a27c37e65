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
const ACCEPTED: Option<&str> = Some(r#"{"accepted":true}"#);
const ECHO: Option<&str> = Some(r#"{"echo":{"amount":10,"to":"Ada"}}"#);

/// The statuses of answers.
pub(crate) const LET_IN: u16 = 200;
pub(crate) const REFUSED: u16 = 401;
pub(crate) const REPLAYED: u16 = 409;

/// A name, how often it is drawn against the others, how it is made, and its status if the token is good.
type Kind = (&'static str, usize, fn(&mut Maker<'_>) -> Shot, u16);
type Sign = fn(Key, &Message) -> Request;

/// The kind that two threads send at the same time.
pub(crate) const TWICE: usize = 0;
/// The kind whose status is that of what is sent again.
pub(crate) const AGAIN: usize = 1;

pub(crate) const KINDS: [Kind; 19] = [
    ("transfer, twice at once", 24, |it| it.signed(ACCEPTED, sign), LET_IN),
    ("sent before", 100, |it| it.again(), LET_IN),
    ("no token", 20, |it| it.without_token(), REFUSED),
    ("good", 40, |it| it.good(600), LET_IN),
    ("good for seconds", 12, |it| it.good(3), LET_IN),
    ("expired", 12, |it| it.token(0, json!({})), REFUSED),
    ("forgotten key", 8, |it| of_key(it.keys.known() - OVERLAP), REFUSED),
    ("unpublished key", 8, |it| of_key(it.keys.known() + 3), LET_IN),
    ("unknown key", 4, |_| of_key(0), REFUSED),
    ("forged", 20, |it| it.forged(), REFUSED),
    ("altered", 16, |it| it.altered(), REFUSED),
    ("bound", 20, |it| it.bound(""), LET_IN),
    ("bound to another", 12, |it| it.bound("0"), REFUSED),
    ("signed", 20, |it| it.signed(None, sign), LET_IN),
    ("signed, altered", 8, |it| it.signed(None, sign_and_alter), REFUSED),
    ("signed by another", 8, |it| it.signed(None, sign_as_another), REFUSED),
    ("not signed", 8, |it| it.signed(None, |_, it| it.request()), REFUSED),
    ("signed JSON", 16, |it| it.signed(ECHO, sign), LET_IN),
    ("altered JSON", 8, |it| it.signed(ECHO, sign_and_swap), REFUSED),
];

/// A request with a token, and what comes back.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) request: Request,
    /// If it is let in.
    body: String,
    /// If the token is good.
    pub(crate) status: u16,
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

    pub(crate) fn is(&self, status: u16, answer: &Answer) -> bool {
        let (body, headers) = match status {
            LET_IN => (self.body.as_str(), 3),
            REPLAYED => ("{}", 4),
            _ => ("{}", 5),
        };
        let is_whole = answer.header("content-type") == Some(JSON) && answer.headers.len() == headers;
        is_whole && answer.status == status && answer.body == body
    }
}

/// Makes the requests of one thread. Each token has a device id of its own, so that claims that get mixed up are seen.
pub(crate) struct Maker<'a> {
    keys: &'a Keys,
    /// Tokens that were good when they were made, and transfers that were accepted.
    sent: Vec<Shot>,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(keys: &'a Keys) -> Self {
        let sent = Vec::new();
        Self { keys, sent }
    }

    /// To send it again later, in place of any other if there are enough.
    pub(crate) fn keep(&mut self, shot: Shot) {
        if self.sent.len() < KEPT {
            self.sent.push(shot);
        } else {
            self.sent[fastrand::usize(..KEPT)] = shot;
        }
    }

    /// A request of any kind.
    pub(crate) fn draw(&mut self) -> (usize, Shot) {
        let weighted = (0..KINDS.len()).flat_map(|kind| iter::repeat_n(kind, KINDS[kind].1));
        let kind = fastrand::choice(weighted.collect::<Vec<_>>()).unwrap();
        let (_, _, make, status) = KINDS[kind];
        let shot = make(self);
        let status = if kind == AGAIN { shot.status } else { status };
        (kind, Shot { status, ..shot })
    }

    /// Not of the key that leaves next.
    fn token(&mut self, seconds: u64, claims: Value) -> Shot {
        let key = self.keys.known() - fastrand::u64(..OVERLAP - 1);
        mint(key, &Keys::id(key), seconds, claims)
    }

    fn without_token(&mut self) -> Shot {
        Shot {
            request: Request::get(CHECK),
            ..self.good(600)
        }
    }

    fn good(&mut self, seconds: u64) -> Shot {
        let shot = self.token(seconds, json!({}));
        self.keep(shot.clone());
        shot
    }

    /// The server may have it in its cache, whether it is still good or not.
    fn again(&mut self) -> Shot {
        let sent = fastrand::choice(&self.sent).cloned();
        sent.unwrap_or_else(|| self.good(600))
    }

    /// What a stranger without any key can make.
    fn forged(&mut self) -> Shot {
        mint(self.keys.known(), "forger", 600, json!({}))
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
        let user = format!("Bearer of-a-user-{:032x}", fastrand::u128(..));
        let shot = self.token(600, json!({ "pay": token::binding(&[&user]) }));
        let request = Request::get("/token-binding").token(&shot.token);
        let request = request.header("Authorization", &format!("{user}{after}"));
        Shot { request, ..shot }
    }

    /// From any installation, and signed if `sign` does so. JSON is sent where JSON is the answer.
    fn signed(&mut self, answer: Option<&str>, sign: Sign) -> Shot {
        let is_transfer = answer == ACCEPTED;
        let path = if is_transfer { "/transfer" } else { "/message-signing" };
        let (key, method) = (Key::install(fastrand::u8(1..200)), answer.map_or("GET", |_| "POST"));
        let mut shot = self.token(30, json!({ "ipk": key.ipk() }));
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

pub(crate) fn of_key(key: u64) -> Shot {
    mint(key, &Keys::id(key), 600, json!({}))
}

fn mint(key: u64, signer: &str, seconds: u64, mut claims: Value) -> Shot {
    let (device, expires) = (format!("{:016x}==", fastrand::u64(..)), token::now() + seconds);
    claims["exp"] = expires.into();
    claims["did"] = device.as_str().into();
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": Keys::id(key) }).to_string();
    let token = token::sign(&oct::secret(signer), &header, &token::claims(&claims).to_string());
    Shot {
        request: Request::get(CHECK).token(&token),
        body: json!({ "device_id": device, "message": "Hello, World!" }).to_string(),
        status: LET_IN,
        token,
        device,
        key,
        expires,
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
