//! What an application requires of message signatures, besides a route's policy.

use std::{sync::Once, time::Duration};

use super::{
    public_origin::PublicOrigin,
    window::{ClockSkew, Window},
};
use crate::{
    config::{ConfigError, Setting, text_fault},
    crypto::algorithm::Algorithm,
    keys::{Key, LONG_ID},
    logging::{LOG_TARGET, Name},
    message_signing::MessageSigning,
    one_or_many::{OneOrMany, texts},
};

const MAX_ACCOUNT_KEYS: usize = 2;

impl MessageSigning {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The origins under which apps reach this server, such as `https://api.example.com`. If a proxy strips a path
    /// prefix, include it. If there are several origins, the request's host and port select one. Replaces origins that
    /// were set before. Default: the connection's scheme and the request's host.
    ///
    /// # Security
    ///
    /// Without an origin, a signature is compared with the host that the request itself names, so a request that was
    /// signed for another server with the same keys is accepted here. `Forwarded` and similar headers are never
    /// read.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::MessageSigning;
    ///
    /// let signing = MessageSigning::new().public_origins(["https://api.example.com", "https://api.example.org"]);
    /// ```
    pub fn public_origins(mut self, origins: impl OneOrMany) -> Self {
        let origin = "an origin given to `MessageSigning::public_origins`";
        self.public_origins = Some(Setting::new(origin, texts(origins)));
        self
    }

    /// The account's message signing key, as `approov secret -messageSigningKey get-base64url` prints it: a [`Key`] for
    /// HS256. You can add two at most; both are accepted.
    ///
    /// A key with a [key id](Key::with_key_id) is tried only for tokens with the same `mskid`.
    ///
    /// # Security
    ///
    /// Anyone who has the key can sign for every app of the account. Without an id, the key is tried for tokens with
    /// any `mskid` or none.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Key, MessageSigning};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = Key::from_base64_secret(&std::fs::read_to_string("/run/secrets/message-signing-key")?)?;
    /// let signing = MessageSigning::new().account_key(key.with_key_id("2026-11"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn account_key(mut self, key: Key) -> Self {
        let origin = "the key given to `MessageSigning::account_key`";
        self.account_keys.push(Setting {
            origin: origin.to_owned(),
            value: key,
        });
        self
    }

    /// How far a phone's clock may be off. Default: 60 seconds. At most an hour.
    ///
    /// # Security
    ///
    /// A signature can be replayed for that much longer.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = Some(Setting::new("the time given to `MessageSigning::clock_skew`", skew));
        self
    }

    /// Whether a signature must say when it was made: `created`. Default: yes.
    ///
    /// # Security
    ///
    /// A signature with neither `created` nor `expires` can be replayed until its token expires.
    pub fn require_created(mut self, require: bool) -> Self {
        self.require_created = Some(require);
        self
    }

    /// Whether a signature must say when it expires: `expires`. Default: no.
    ///
    /// # Security
    ///
    /// A signature without `expires` can be replayed until its token expires, unless
    /// [`SignaturePolicy::max_age`](crate::SignaturePolicy::max_age) limits its age.
    pub fn require_expires(mut self, require: bool) -> Self {
        self.require_expires = Some(require);
        self
    }

    /// How many bytes of bodies all requests together may hold in memory until their digests are checked. Default: 128
    /// MiB, or the default policy's limit for one body if that is more.
    ///
    /// A request that would need more is refused with [`Rejection::BodyBudget`](crate::Rejection::BodyBudget), status
    /// 503. The limit for one body is [`SignaturePolicy::body_limit`](crate::SignaturePolicy::body_limit): a budget
    /// below the default policy's limit is an error. The library waits for a body only while its
    /// token and signature are valid.
    ///
    /// # Security
    ///
    /// Anyone who has recorded a signed request can send it many times and hold its bodies back. The budget limits the
    /// memory that this takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::MessageSigning;
    ///
    /// let signing = MessageSigning::new().body_budget(512 * 1024 * 1024);
    /// ```
    pub fn body_budget(mut self, bytes: usize) -> Self {
        self.body_budget = Some(Setting::new("the number given to `MessageSigning::body_budget`", bytes));
        self
    }
}

/// Settings that the builder has checked.
#[derive(Debug)]
pub(crate) struct SignatureSettings {
    pub(crate) origins: Vec<PublicOrigin>,
    account_keys: Vec<Key>,
    pub(crate) window: Window,
    name: Option<String>,
    warned: Once,
}

impl SignatureSettings {
    /// The name is that of the configuration, for the log.
    pub(crate) fn build(config: MessageSigning, name: Option<String>) -> Result<Self, ConfigError> {
        let defaults = Window::default();
        Ok(Self {
            origins: config.public_origins.as_ref().map_or(Ok(Vec::new()), parse_origins)?,
            window: Window {
                require_created: config.require_created.unwrap_or(defaults.require_created),
                require_expires: config.require_expires.unwrap_or(defaults.require_expires),
                skew: config.clock_skew.as_ref().map_or(Ok(defaults.skew), clock_skew)?,
            },
            account_keys: account_keys(config.account_keys)?,
            name,
            warned: Once::new(),
        })
    }

    /// Warns, once, that signatures are checked without a public origin.
    pub(crate) fn warn_without_origin(&self) {
        if !self.origins.is_empty() {
            return;
        }
        self.warned.call_once(|| {
            log::warn!(
                target: LOG_TARGET,
                "message signatures are checked without a public origin: behind a proxy that ends TLS none will match, and the host is not \
                 bound; set APPROOV_PUBLIC_ORIGIN{}",
                Name(self.name.as_deref())
            );
        });
    }

    /// The account keys that may have signed: those with the token's `mskid`, and those without an id.
    pub(crate) fn account_keys(&self, mskid: Option<&str>) -> Vec<&Key> {
        let may_have_signed = |key: &&Key| key.key_id().is_none() || key.key_id() == mskid;
        self.account_keys.iter().filter(may_have_signed).collect()
    }
}

fn clock_skew(setting: &Setting<Duration>) -> Result<ClockSkew, ConfigError> {
    ClockSkew::new(setting.value).ok_or_else(|| setting.error("is longer than an hour"))
}

fn account_keys(settings: Vec<Setting<Key>>) -> Result<Vec<Key>, ConfigError> {
    for (index, setting) in settings.iter().enumerate() {
        if setting.value.algorithm() != Algorithm::HS256 {
            return Err(setting.error("is not a key for HS256, with which accounts sign messages"));
        }
        if let Some(fault) = setting.value.key_id().and_then(text_fault) {
            return Err(setting.error(format_args!("has a key id that {fault}")));
        }
        if !setting.value.has_fit_id() {
            return Err(setting.error(LONG_ID));
        }
        if index == MAX_ACCOUNT_KEYS {
            return Err(setting.error("is the third message signing key of the account; the maximum is two"));
        }
    }
    Ok(settings.into_iter().map(|setting| setting.value).collect())
}

fn parse_origins(setting: &Setting<Vec<String>>) -> Result<Vec<PublicOrigin>, ConfigError> {
    let mut origins: Vec<PublicOrigin> = Vec::new();
    for text in &setting.value {
        let origin = PublicOrigin::parse(text.trim()).map_err(|fault| setting.error(fault))?;
        if origins.iter().any(|other| other.is_of_host(&origin)) {
            return Err(setting.error("names one host and port twice"));
        }
        origins.push(origin);
    }
    if origins.is_empty() {
        return Err(setting.error("is missing: the list is empty"));
    }
    Ok(origins)
}
