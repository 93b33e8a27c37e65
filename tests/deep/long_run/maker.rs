//! Makes tokens, and requests with them.

use serde_json::{Value, json};
use support::{client::Request, oct, token};

use crate::{
    keys::Keys,
    shot::{Expected, Premise, Shot},
};

/// So many tokens of each maker are sent again later.
const USED: usize = 24;
/// So many of each maker are looked for in the log.
const SAMPLE: usize = 8;

/// Makes the requests of one connection after the other. Each token has a device id of its own, so that claims that get
/// mixed up are seen.
pub(crate) struct Maker<'a> {
    pub(crate) keys: &'a Keys,
    /// Its number among all makers, from 0.
    pub(crate) number: usize,
    count: usize,
    /// Tokens that were good when they were made, each sent at least once.
    used: Vec<Token>,
    /// What must not be in the log.
    pub(crate) sample: Vec<String>,
}

/// A token that was good when it was made.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// As it is sent.
    pub(crate) text: String,
    /// Its device id.
    pub(crate) device: String,
    /// What makes it good.
    pub(crate) premise: Premise,
}

/// A request, with what must come of it.
pub(crate) struct Draft {
    pub(crate) request: Request,
    pub(crate) expected: Expected,
    /// What is as good once this no longer holds.
    pub(crate) unless: Option<(Premise, Expected)>,
    /// Only so much of it is sent.
    pub(crate) at_most: usize,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(keys: &'a Keys, number: usize) -> Self {
        Self {
            keys,
            number,
            count: 0,
            used: Vec::new(),
            sample: Vec::new(),
        }
    }

    /// A device id that no other token has, and no other maker.
    pub(crate) fn device(&mut self) -> String {
        self.count += 1;
        format!("device-{:03}-{:08}==", self.number, self.count)
    }

    /// A good token with more claims.
    pub(crate) fn token(&mut self, more: &Value) -> Token {
        self.token_for(600, more)
    }

    /// A good token for some seconds, with more claims.
    pub(crate) fn token_for(&mut self, seconds: u64, more: &Value) -> Token {
        let (key, expires, device) = (self.keys.current(), token::now() + seconds, self.device());
        let mut claims = json!({ "exp": expires, "did": device });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let id = Keys::id(key);
        Token {
            text: self.sign(&id, &id, &claims),
            device,
            premise: Premise::Alive { key, expires },
        }
    }

    /// A token that says it is signed with the first key and is signed with the second.
    pub(crate) fn sign(&mut self, named: &str, key: &str, claims: &Value) -> String {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": named }).to_string();
        let token = token::sign(&oct::secret(key), &header, &token::claims(claims).to_string());
        let signature = token.rsplit('.').next().unwrap_or_default();
        self.keep_secret(signature);
        token
    }

    /// May look for this in the log.
    pub(crate) fn keep_secret(&mut self, text: &str) {
        keep(&mut self.sample, SAMPLE, text.to_owned());
    }

    /// May send this one again.
    pub(crate) fn keep_used(&mut self, token: &Token) {
        keep(&mut self.used, USED, token.clone());
    }

    /// A token that was sent before, and is good or not, for certain.
    pub(crate) fn used(&self, is_good: bool) -> Option<Token> {
        let fits = |token: &&Token| token.premise.holds(self.keys) == Some(is_good);
        let tokens: Vec<_> = self.used.iter().filter(fits).collect();
        fastrand::choice(tokens).cloned()
    }

    /// What is sent for a draft.
    pub(crate) fn shot(kind: usize, draft: Draft, connection: &str) -> Shot {
        let mut bytes = draft.request.connection(connection).bytes();
        bytes.truncate(draft.at_most);
        Shot {
            kind,
            bytes,
            is_last: connection == "close",
            expected: draft.expected,
            unless: draft.unless,
        }
    }
}

/// Adds one, in place of any other if there are enough.
fn keep<T>(kept: &mut Vec<T>, limit: usize, one: T) {
    if kept.len() < limit {
        kept.push(one);
    } else {
        kept[fastrand::usize(..limit)] = one;
    }
}

impl Token {
    /// What `quickstart` says to its device.
    pub(crate) fn hello(&self) -> String {
        format!(r#"{{"device_id":"{}","message":"Hello, World!"}}"#, self.device)
    }
}

impl Draft {
    pub(crate) fn new(request: Request, expected: Expected) -> Self {
        Self {
            request,
            expected,
            unless: None,
            at_most: usize::MAX,
        }
    }

    /// Everyone gets this.
    pub(crate) fn open(request: Request, body: &str) -> Self {
        Self::new(request, Expected::LetIn(body.to_owned()))
    }

    /// Let in as long as the token is good.
    pub(crate) fn let_in(request: Request, token: &Token, body: String) -> Self {
        Self::instead(request, token, Expected::LetIn(body))
    }

    /// Refused, whatever happens meanwhile.
    pub(crate) fn refused(request: Request) -> Self {
        Self::new(request, Expected::Refused)
    }

    /// As long as the token is good, this is what must come back.
    pub(crate) fn instead(request: Request, token: &Token, expected: Expected) -> Self {
        Self {
            unless: Some((token.premise, Expected::Refused)),
            ..Self::new(request, expected)
        }
    }
}
