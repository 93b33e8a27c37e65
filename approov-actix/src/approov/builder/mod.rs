//! How an [`Approov`] is configured.

mod events;
#[cfg(feature = "message-signing")]
mod message_signing;

use std::{fmt, sync::Mutex, time::Duration};

use actix_web::{HttpRequest, http::header::HeaderName};

use super::{
    Approov, DEFAULT_TOKEN_HEADER, RejectWith, Settings,
    application_check::{ApplicationCheck, CheckFailed},
};
use crate::{
    body_budget::BodyBudget,
    config::{ConfigError, ConfigErrorKind, Setting, text_fault},
    event::{Listeners, OnAcceptance, OnRejection, RequestId},
    keys::{KeyRing, KeySource},
    message_signing::MessageSigning,
    one_or_many::{OneOrMany, texts},
    policy::{
        EffectivePolicy, NO_HEADER_NAME, NameFault, Policy, PolicyOrigin, SignatureRequirement, interned_binding,
        is_header_name,
    },
    signature::SignatureSettings,
    single_use::SingleUse,
    token::{ApproovClaims, Leeway, MAX_CACHE_CAPACITY, TokenCache, TokenRules},
};

impl Approov {
    /// Reads the configuration from the environment: short for `Approov::builder().env()?.build()`.
    ///
    /// See [`ApproovBuilder::env`] for the variables.
    ///
    /// # Errors
    ///
    /// If a variable is wrong, no key is configured, or a source of keys cannot be read. Let the error stop the
    /// start-up.
    ///
    /// # Security
    ///
    /// A variable that is wrong, empty, or belongs to a feature that is not compiled in is an error. It never falls
    /// back to a default.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// let approov = approov_actix::Approov::from_env()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().env()?.build()
    }

    /// Starts a configuration in code, with or without the environment.
    pub fn builder() -> ApproovBuilder {
        ApproovBuilder::default()
    }
}

/// Configures an [`Approov`]. Returned by [`Approov::builder`].
///
/// Keys, account keys, checks and hooks add up. For every other setting the last call wins, including
/// [`env`](Self::env): calls after it override the environment.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use approov_actix::{Approov, ConfigError, Key};
///
/// # fn main() -> Result<(), ConfigError> {
/// # let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// let approov = Approov::builder()
///     .keys(Key::from_base64_secret(secret)?)
///     .binding("Authorization")
///     .leeway(Duration::from_secs(5))
///     .on_rejection(|event| println!("{} for {}", event.rejection.code(), event.request.uri.path()))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Security
///
/// Settings that you leave out are strict: every check is enforced, with no leeway and no exemption. A wrong setting is
/// an error of [`build`](Self::build). Neither the error nor `Debug` shows a secret.
#[derive(Default)]
#[must_use]
pub struct ApproovBuilder {
    name: Option<String>,
    keys: Vec<KeySource>,
    message_signing: MessageSigning,
    single_use: Option<SingleUse>,
    token_header: Option<Setting>,
    token_cache: Option<Setting<usize>>,
    leeway: Option<Setting<Duration>>,
    rules: TokenRules,
    policy: Policy,
    binding: Option<Setting<Vec<String>>>,
    checks: Vec<Box<ApplicationCheck>>,
    request_id: Option<Box<RequestId>>,
    logging: Option<bool>,
    reject_with: Option<Box<RejectWith>>,
    on_rejection: Vec<Box<OnRejection>>,
    on_acceptance: Vec<Box<OnAcceptance>>,
}

impl ApproovBuilder {
    /// A name for this configuration in events and in log lines about decisions and keys, such as the app or tenant if
    /// one server has several configurations. Default: none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use approov_actix::{Approov, Key};
    /// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// let retail = Approov::builder().name("retail").keys(key).build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Keys that verify tokens: a [`Key`](crate::Key), a [`KeySet`](crate::KeySet), a file
    /// ([`KeyFile`](crate::KeyFile)), or an address (`JwksUrl`). Calls add up, with each other and with the keys of
    /// the environment.
    ///
    /// To replace keys from code while the server runs, see [`Approov::replace_keys`].
    ///
    /// # Security
    ///
    /// A token of any of these keys is valid. Prefer public keys: anyone who has a secret can make tokens.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Algorithm, Approov, Key, KeyFile};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let secret = std::fs::read_to_string("/run/secrets/approov")?;
    /// let approov = Approov::builder()
    ///     .keys(Key::from_base64_secret(&secret)?)
    ///     .keys(KeyFile::pem(Algorithm::ES256, "/etc/approov/public.pem"))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn keys(mut self, keys: impl Into<KeySource>) -> Self {
        self.keys.push(keys.into());
        self
    }

    /// The header that carries the token. Default: `Approov-Token`.
    ///
    /// The name is case-insensitive and may have the characters that [`Policy::binding`] allows. A `Bearer ` prefix of
    /// the token is removed.
    ///
    /// # Security
    ///
    /// A header that tokens are bound to is an error. Do not choose a header that a proxy in front adds or joins:
    /// others could then choose the token.
    ///
    /// # Examples
    ///
    /// ```
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = approov_actix::Approov::builder().keys(key);
    /// let approov = builder.token_header("X-Approov-Token").build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn token_header(mut self, name: impl Into<String>) -> Self {
        self.token_header = Some(Setting::new("the header given to `token_header`", name));
        self
    }

    /// How many verified tokens are cached, so that a token that an app sends repeatedly is verified once. Default:
    /// 10,000, shared by all threads. 0 caches none, and 10,000,000 is the maximum. Numbers above 16 are rounded
    /// down to a multiple of 16.
    ///
    /// Choose the number of apps that call within the lifetime of a token, usually five minutes. For the memory that a
    /// token takes, see [cached tokens](crate::guide::performance#cached-tokens).
    ///
    /// # Security
    ///
    /// Only valid tokens are cached, and they are compared as a whole. Expiry and `nbf` are checked for each request,
    /// and a change of keys empties the cache.
    pub fn token_cache_capacity(mut self, tokens: usize) -> Self {
        self.token_cache = Some(Setting::new("the number given to `token_cache_capacity`", tokens));
        self
    }

    /// How far the server's clock may be off: a token is valid for that much longer than its `exp`, and that much
    /// earlier than its `nbf`. Default: zero, as in Approov's samples. Maximum: five minutes. It is better to
    /// synchronise the clock with NTP.
    ///
    /// # Security
    ///
    /// Stolen tokens are valid for that much longer, too.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = Some(Setting::new("the time given to `leeway`", leeway));
        self
    }

    /// Accepts only tokens whose `iss` is this text. By default, a token may have any `iss`, or none.
    ///
    /// # Security
    ///
    /// The key already identifies who made a token. Set an issuer if more than one account or service signs with the
    /// same key.
    ///
    /// # Examples
    ///
    /// ```
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = approov_actix::Approov::builder().keys(key);
    /// let approov = builder.issuer("example-account.approov.io").build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.rules.issuer = Some(issuer.into());
        self
    }

    /// Accepts only tokens whose `aud` is this text, or a list that contains it. By default, a token may have any
    /// `aud`, or none.
    ///
    /// # Security
    ///
    /// If several API domains share a key, a token for one of them is valid for all, unless each requires its own
    /// `aud`.
    ///
    /// # Examples
    ///
    /// ```
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = approov_actix::Approov::builder().keys(key);
    /// let approov = builder.audience("api.example.com").build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audience = Some(audience.into());
        self
    }

    /// What routes require by default. Settings that this policy leaves open keep their previous values.
    ///
    /// # Examples
    ///
    /// Try out a binding before you enforce it:
    ///
    /// ```
    /// use approov_actix::{Approov, Enforcement, Key, Policy};
    ///
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// let policy = Policy::new().binding(&["Authorization"]).binding_enforcement(Enforcement::Report);
    /// let approov = Approov::builder().keys(key).policy(policy).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn policy(mut self, policy: Policy) -> Self {
        if policy.says_binding() {
            self.binding = None;
        }
        self.policy = policy.or(self.policy);
        self
    }

    /// The header or headers that tokens must be bound to by default, in order. The names may come from a
    /// configuration. No name means no binding, which is the default. Before you bind to several headers, see
    /// [`Policy::binding`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use approov_actix::{Approov, Key};
    /// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = || Ok::<_, approov_actix::ConfigError>(Approov::builder().keys(key.clone()));
    /// let approov = builder()?.binding("Authorization").build()?;
    /// let approov = builder()?.binding(["Authorization", "X-Device-Id"]).build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn binding(self, headers: impl OneOrMany) -> Self {
        self.set_binding(Setting::new("a header given to `binding`", texts(headers)))
    }

    /// Adds a check of your own, such as for blocked devices or revoked tokens. Each middleware, guard and argument
    /// runs it separately, after the library's own checks. Checks add up.
    ///
    /// If the check fails, the request is refused with
    /// [`Rejection::ApplicationCheck`](crate::Rejection::ApplicationCheck), or only reported, depending on
    /// [`Policy::check_enforcement`]. The check runs on the worker's thread, so it must not block.
    ///
    /// # Security
    ///
    /// [`verify_token`](Approov::verify_token) has no request and does not run the check. If a check panics, actix
    /// closes the connection without an answer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{collections::HashSet, sync::RwLock};
    /// use approov_actix::{Approov, CheckFailed, Key};
    ///
    /// static BLOCKED: RwLock<Option<HashSet<String>>> = RwLock::new(None);
    ///
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// let approov = Approov::builder()
    ///     .keys(key)
    ///     .check(|_request, claims| {
    ///         let blocked = BLOCKED.read().map_err(|_| CheckFailed::new("block_list_unavailable"))?;
    ///         let is_in = |blocked: &HashSet<String>| claims.device_id().is_some_and(|id| blocked.contains(id));
    ///         let is_blocked = blocked.as_ref().is_some_and(|blocked| is_in(blocked));
    ///         if is_blocked { Err(CheckFailed::new("device_blocked")) } else { Ok(()) }
    ///     })
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn check(
        mut self,
        check: impl Fn(&HttpRequest, &ApproovClaims) -> Result<(), CheckFailed> + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// Checks all settings, reads the keys, and creates the [`Approov`].
    ///
    /// # Errors
    ///
    /// If there is no key, a source of keys cannot be read, or a setting is wrong. Let the error stop the start-up.
    pub fn build(self) -> Result<Approov, ConfigError> {
        if self.name.as_ref().is_some_and(String::is_empty) {
            return Err(ConfigError::invalid("the text given to `name` is empty"));
        }
        let token_header = token_header(self.token_header.as_ref())?;
        let mut default_policy = self.policy.over(&EffectivePolicy::default());
        if let Some(setting) = &self.binding {
            default_policy.binding = binding(setting)?;
        }
        if default_policy.is_bound_to(&token_header) {
            let origin = self
                .binding
                .map_or("the default policy's binding".to_owned(), |setting| setting.origin);
            let sentence = format!("{origin} is the header that carries the token; bind to another one");
            return Err(ConfigError::new(ConfigErrorKind::Conflict, sentence));
        }
        if let Some(fault) = default_policy.single_use_fault(self.single_use.is_some()) {
            let sentence = format!("the default policy {fault}");
            return Err(ConfigError::new(ConfigErrorKind::Conflict, sentence));
        }
        let mut rules = self.rules;
        rules.leeway = leeway(self.leeway.as_ref())?;
        for (setting, text) in [("issuer", &rules.issuer), ("audience", &rules.audience)] {
            if let Some(fault) = text.as_deref().and_then(text_fault) {
                return Err(ConfigError::invalid(format!("the text given to `{setting}` {fault}")));
            }
        }
        let token_cache = token_cache(self.token_cache.as_ref())?;
        let body_budget = body_budget(
            self.message_signing.body_budget.as_ref(),
            default_policy.signature.body_limit,
        )?;
        let signature = SignatureSettings::build(self.message_signing, self.name.clone())?;
        if default_policy.signature.requirement != SignatureRequirement::Off {
            signature.warn_without_origin();
        }
        // Last, as it may take a while.
        let keys = KeyRing::start(self.keys, self.name.clone())?;
        let approov = Approov::new(Settings {
            keys,
            rules,
            token_cache,
            token_header,
            signature,
            body_budget: BodyBudget::new(body_budget),
            single_use: self.single_use,
            default_policy,
            checks: self.checks,
            reject_with: self.reject_with,
            listeners: Listeners {
                name: self.name,
                request_id: self.request_id,
                logging: self.logging.unwrap_or(true),
                on_rejection: self.on_rejection,
                on_acceptance: self.on_acceptance,
                warned: Mutex::default(),
            },
        });
        let settings = approov.settings();
        settings.warn_of_reports(PolicyOrigin::Application, &settings.default_policy);
        Ok(approov)
    }
}

/// For the environment, where errors name the variable of a setting.
impl ApproovBuilder {
    pub(super) fn set_message_signing(mut self, signing: MessageSigning) -> Self {
        self.message_signing = signing.over(self.message_signing);
        self
    }

    pub(super) fn set_single_use(mut self, single_use: SingleUse) -> Self {
        self.single_use = Some(single_use);
        self
    }

    pub(super) fn set_token_header(mut self, setting: Setting) -> Self {
        self.token_header = Some(setting);
        self
    }

    pub(super) fn set_token_cache(mut self, setting: Setting<usize>) -> Self {
        self.token_cache = Some(setting);
        self
    }

    pub(super) fn set_binding(mut self, setting: Setting<Vec<String>>) -> Self {
        self.binding = Some(setting);
        self
    }
}

impl fmt::Debug for ApproovBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproovBuilder").finish_non_exhaustive()
    }
}

fn leeway(setting: Option<&Setting<Duration>>) -> Result<Leeway, ConfigError> {
    setting.map_or(Ok(Leeway::default()), |setting| {
        Leeway::new(setting.value).ok_or_else(|| setting.error("is longer than five minutes"))
    })
}

fn token_cache(setting: Option<&Setting<usize>>) -> Result<TokenCache, ConfigError> {
    match setting {
        None => Ok(TokenCache::default()),
        Some(setting) if setting.value > MAX_CACHE_CAPACITY => {
            Err(setting.error(format_args!("is more than {MAX_CACHE_CAPACITY}")))
        }
        Some(setting) => Ok(TokenCache::new(setting.value)),
    }
}

fn body_budget(setting: Option<&Setting<usize>>, body_limit: usize) -> Result<usize, ConfigError> {
    setting.map_or(Ok(BodyBudget::DEFAULT_BYTES.max(body_limit)), |setting| {
        if setting.value < body_limit {
            return Err(setting.error(format_args!("is less than the limit for a single body: {body_limit}")));
        }
        Ok(setting.value)
    })
}

/// Headers that every request has, or that are gone before an application could see them.
const OF_HTTP: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn token_header(setting: Option<&Setting>) -> Result<HeaderName, ConfigError> {
    setting.map_or(Ok(DEFAULT_TOKEN_HEADER), |setting| {
        if setting.value.is_empty() {
            return Err(setting.error("is empty"));
        }
        let name = setting.value.parse().ok().filter(|_| is_header_name(&setting.value));
        let name: HeaderName = name.ok_or_else(|| setting.error(NO_HEADER_NAME))?;
        if OF_HTTP.contains(&name.as_str()) {
            return Err(setting.error("is a header of HTTP itself, which carries no token"));
        }
        Ok(name)
    })
}

fn binding(setting: &Setting<Vec<String>>) -> Result<&'static [&'static str], ConfigError> {
    if setting.value.iter().any(String::is_empty) {
        return Err(setting.error("has an empty name in its list"));
    }
    match interned_binding(setting.value.clone()) {
        Ok(binding) => Ok(binding),
        Err(NameFault::Empty) => Ok(&[]),
        Err(NameFault::Invalid) => Err(setting.error(NO_HEADER_NAME)),
        Err(NameFault::Twice) => Err(setting.error("is named twice")),
    }
}
