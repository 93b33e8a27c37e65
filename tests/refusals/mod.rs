//! Requests that must be refused, in a file for each code of a refusal: the attacks, what is next to them and passes,
//! and the server that they are for. `tests/refusals/sender.rs` sends them all; the fuzzers start from them.
//!
//! Unless a row says otherwise, it would be good but for what it tries, so that nothing else can be the reason for its
//! refusal.

mod application_check;
mod binding_claim_missing;
mod binding_header_missing;
mod binding_header_repeated;
mod binding_mismatch;
mod digest_malformed;
mod digest_mismatch;
mod digest_missing;
mod prelude;
mod signature_algorithm;
mod signature_component;
mod signature_coverage;
mod signature_expired;
mod signature_invalid;
mod signature_key_invalid;
mod signature_key_missing;
mod signature_malformed;
mod signature_missing;
mod signature_not_yet_valid;
mod signature_target;
mod signature_time_missing;
mod token_algorithm;
mod token_audience;
mod token_claim_invalid;
mod token_critical_header;
mod token_empty;
mod token_encrypted;
mod token_expired;
mod token_expiry_missing;
mod token_issuer;
mod token_key_unknown;
mod token_malformed;
mod token_missing;
mod token_not_yet_valid;
mod token_repeated;
mod token_signature;
mod token_status_word;
mod token_too_long;

use std::{fmt::Display, time::Duration};

use approov_actix::{Approov, ApproovBuilder, CheckFailed, MessageSigning, Policy, SignaturePolicy};

use self::prelude::*;

/// Calls a macro with the name of each file here.
#[macro_export]
macro_rules! each_refusal {
    ($then:ident) => {
        $then! {
            token_missing token_empty token_status_word token_repeated token_too_long token_encrypted token_malformed
            token_critical_header token_key_unknown token_algorithm token_signature
            token_claim_invalid token_expiry_missing token_expired token_not_yet_valid token_issuer token_audience
            binding_header_missing binding_header_repeated binding_claim_missing binding_mismatch
            signature_missing signature_malformed signature_key_missing signature_key_invalid signature_algorithm
            signature_coverage signature_component signature_target signature_time_missing signature_not_yet_valid
            signature_expired signature_invalid digest_missing digest_malformed digest_mismatch
            application_check
        }
    };
}

macro_rules! files {
    ($($code:ident)+) => {
        const FILES: &[(&str, fn(Case) -> Case)] = &[$((stringify!($code), $code::rows)),+];
    };
}

each_refusal!(files);

/// All files.
pub fn all() -> impl Iterator<Item = Case> {
    FILES.iter().map(|(code, rows)| rows(Case::of(code)))
}

/// The file of this code.
pub fn of(code: &str) -> Case {
    let (code, rows) = FILES.iter().find(|(known, _)| *known == code).unwrap();
    rows(Case::of(code))
}

/// In place of a refusal: the request passes.
pub const PASSES: &str = "200";
/// In place of a refusal: HTTP cannot carry such a request, so the server answers 400 by itself and the library never
/// sees it.
pub const NOT_HTTP: &str = "400";

/// The id of the key, where it has one.
pub const KID: &str = "2026-11";
/// What `iss` must be, where that is asked for.
pub const ISSUER: &str = "acme.approov.io";
/// What `aud` must have, where that is asked for.
pub const AUDIENCE: &str = "api.example.com";

/// What a request is sent to. All have the same secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// Has this secret and nothing else.
    Secret,
    /// Its key has the id [`KID`].
    KeyWithId,
    /// Asks for [`ISSUER`] and [`AUDIENCE`].
    IssuerAndAudience,
    /// Its token header is `Authorization`, where what belongs to others is as well.
    Authorization,
    /// Tokens are bound to `Authorization`.
    Bound,
    /// Routes ask for a binding to `Authorization` and `X-Device-Id`, in this order, in place of `Authorization`.
    BoundToTwo,
    /// Tokens are bound to `Authorization`, or to nothing.
    Lenient,
    /// Asks for a message signature, at one public origin and with the account's key. Ten minutes are the maximum age
    /// of signatures and the skew of clocks.
    Signing,
    /// Asks for one that covers the body as well.
    SigningBodies,
    /// Has a check of its own, for one device.
    Blocking,
}

/// A request, and what must become of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is tried.
    pub name: String,
    /// Where it is sent.
    pub server: Server,
    /// What is sent.
    pub sent: Sent,
    /// The refusal as the log shows it, its code with its detail in brackets; [`PASSES`], or [`NOT_HTTP`].
    pub verdict: String,
}

/// What is sent.
#[derive(Debug, Clone)]
pub enum Sent {
    /// The value of the token header.
    Token(Vec<u8>),
    /// All of a request that follows its path.
    Rest(Vec<u8>),
    /// A whole request, whose path is signed.
    Whole(Request),
}

/// The file of one code.
#[derive(Debug)]
pub struct Case {
    /// The code.
    pub code: &'static str,
    /// Attacks, and what is next to them and passes.
    pub rows: Vec<Row>,
    servers: Vec<Server>,
    verdict: String,
}

impl Case {
    fn of(code: &'static str) -> Self {
        Self {
            code,
            rows: Vec::new(),
            servers: vec![Server::Secret],
            verdict: code.to_owned(),
        }
    }

    /// What follows is sent to these, in place of [`Server::Secret`].
    fn at<const N: usize>(mut self, servers: [Server; N]) -> Self {
        self.servers = servers.into();
        self
    }

    /// What follows has this detail.
    fn detail(mut self, detail: &str) -> Self {
        self.verdict = format!("{}({detail})", self.code);
        self
    }

    /// What follows does not reach the library.
    fn not_http(mut self) -> Self {
        NOT_HTTP.clone_into(&mut self.verdict);
        self
    }

    /// What follows passes.
    fn passes(mut self) -> Self {
        PASSES.clone_into(&mut self.verdict);
        self
    }

    /// Values of the token header.
    fn tokens<V: Into<Vec<u8>>>(self, kind: &str, rows: impl IntoIterator<Item = (impl Display, V)>) -> Self {
        self.rows(kind, rows, |value| Sent::Token(value.into()))
    }

    /// Header lines, each with its end.
    fn lines<V: AsRef<[u8]>>(self, kind: &str, rows: impl IntoIterator<Item = (impl Display, V)>) -> Self {
        self.rows(kind, rows, |value| Sent::Rest(lines(value)))
    }

    /// All that follows the path.
    fn rest(self, kind: &str, rows: impl IntoIterator<Item = (impl Display, Vec<u8>)>) -> Self {
        self.rows(kind, rows, Sent::Rest)
    }

    /// Whole requests.
    fn whole(self, kind: &str, rows: impl IntoIterator<Item = (impl Display, Request)>) -> Self {
        self.rows(kind, rows, Sent::Whole)
    }

    /// The usual message, each with one signature.
    fn signed(self, kind: &str, rows: impl IntoIterator<Item = (impl Display, Signature)>) -> Self {
        self.rows(kind, rows, |signature| Sent::Whole(signed(&[&signature])))
    }

    fn rows<V>(
        mut self,
        kind: &str,
        rows: impl IntoIterator<Item = (impl Display, V)>,
        sent: impl Fn(V) -> Sent,
    ) -> Self {
        for (name, value) in rows {
            let (name, sent) = (format!("{kind}: {name}"), sent(value));
            self.rows.extend(self.servers.iter().map(|server| Row {
                name: name.clone(),
                server: *server,
                sent: sent.clone(),
                verdict: self.verdict.clone(),
            }));
        }
        self
    }
}

impl Row {
    /// As a request that is protected by what is at this path, and what must become of it there. None if a line end
    /// in the value makes it no header.
    pub fn request(&self, way: &str) -> Option<(Vec<u8>, &str)> {
        let at_path = |rest: &[u8]| [b"POST ", way.as_bytes(), rest].concat();
        let mut verdict = &*self.verdict;
        let request = match &self.sent {
            Sent::Token(value) if value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) => return None,
            Sent::Token(value) => {
                // Control characters have no place in a header but the tab (RFC 9110, section 5.5).
                if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
                    verdict = NOT_HTTP;
                }
                at_path(&lines([b"Approov-Token: ", value.as_slice(), b"\r\n"].concat()))
            }
            Sent::Rest(rest) => at_path(rest),
            Sent::Whole(request) => request.clone().header("X-Way", way).bytes(),
        };
        Some((request, verdict))
    }

    /// The value of the token header, where nothing but the token counts.
    pub fn token(&self) -> Option<&[u8]> {
        match &self.sent {
            Sent::Token(value) if self.server != Server::Blocking => Some(value),
            _ => None,
        }
    }
}

impl Server {
    /// Its configuration.
    pub fn builder(self) -> ApproovBuilder {
        let key = |base64| approov_actix::Key::from_base64_secret(base64).unwrap();
        let builder = Approov::builder().keys(key(token::SECRET));
        match self {
            Self::Secret => builder,
            Self::KeyWithId => Approov::builder().keys(key(token::SECRET).with_key_id(KID)),
            Self::IssuerAndAudience => builder.issuer(ISSUER).audience(AUDIENCE),
            Self::Authorization => builder.token_header("Authorization"),
            Self::Bound | Self::BoundToTwo => builder.binding("Authorization"),
            Self::Lenient => builder.policy(
                Policy::new()
                    .allow_missing_binding_claim(true)
                    .binding(&["authorization"]),
            ),
            Self::Signing | Self::SigningBodies => {
                let window = Duration::from_secs(600);
                let signature = SignaturePolicy::required()
                    .max_age(window)
                    .require_content_digest(self == Self::SigningBodies);
                let signing = MessageSigning::new()
                    .public_origins("https://api.example.com")
                    .account_key(key(signing::ACCOUNT_KEY));
                builder
                    .message_signing(signing.clock_skew(window))
                    .policy(Policy::new().signature(signature))
            }
            Self::Blocking => builder.check(|_, claims| match claims.device_id() {
                Some(BLOCKED) => Err(CheckFailed::new("device_blocked")),
                _ => Ok(()),
            }),
        }
    }

    /// What it must accept before and after all attacks.
    pub fn good(self) -> Row {
        let claims = json!({ "iss": ISSUER, "aud": ["x", AUDIENCE] });
        let sent = match self {
            Self::Secret | Self::KeyWithId | Self::Blocking => Sent::Token(token::good().into()),
            Self::IssuerAndAudience => Sent::Token(token::with(&claims).into()),
            Self::Authorization => Sent::Rest(lines(user(format!("Bearer {}", token::good())))),
            Self::Bound => Sent::Rest(lines(bound(USER, user(USER)))),
            Self::BoundToTwo => Sent::Rest(lines(bound(format!("{USER}{DEVICE}"), user_and_device(USER, DEVICE)))),
            Self::Lenient => Sent::Rest(lines(with_pay(Value::Null, user(USER)))),
            Self::Signing | Self::SigningBodies => Sent::Whole(order().signed()),
        };
        Row {
            name: format!("good at {self:?}"),
            server: self,
            sent,
            verdict: PASSES.to_owned(),
        }
    }
}
