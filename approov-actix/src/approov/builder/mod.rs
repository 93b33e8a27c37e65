//! How an [`Approov`] is configured.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::header::HeaderName};

use crate::{
    approov::{Approov, DEFAULT_TOKEN_HEADER, RejectWith, Settings},
    config::ConfigError,
    config::Setting,
    crypto::algorithm::Algorithm,
    event::{AcceptanceEvent, Listeners, OnAcceptance, OnRejection, RejectionEvent},
    keys::{Key, KeyConfig, KeySet},
    policy::{BoundHeaders, EffectivePolicy, Enforcement},
    token::{Leeway, MAX_CACHE_CAPACITY, TokenCache, TokenRules},
};
#[cfg(feature = "message-signing")]
use crate::{
    policy::{SignatureLabel, SignatureRequirement},
    signature::SignatureConfig,
};

impl Approov {
    /// Reads the configuration from the environment: short for `Approov::builder().env()?.build()`.
    ///
    /// See [`ApproovBuilder::env`] for the variables.
    ///
    /// # Errors
    ///
    /// If a variable is wrong or no key is configured. Let it stop the start-up.
    ///
    /// # Security
    ///
    /// A variable that is wrong, empty, or belongs to a feature that is not compiled in is an error, never a default: nobody believes that a check is on when it is not.
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

    /// Configures in code, with or without the environment.
    ///
    /// # Examples
    ///
    /// See [`ApproovBuilder`].
    pub fn builder() -> ApproovBuilder {
        ApproovBuilder::default()
    }
}

/// Configures an [`Approov`]. Made by [`Approov::builder`].
///
/// Later calls win over earlier ones, [`env`](Self::env) included: what is called after it overrides the environment.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use approov_actix::{Approov, ConfigError};
///
/// # fn main() -> Result<(), ConfigError> {
/// let approov = Approov::builder()
///     .base64_secret("h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==")
///     .binding(["Authorization"])
///     .leeway(Duration::from_secs(5))
///     .on_rejection(|event| println!("{} for {}", event.rejection.code(), event.request.uri.path()))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Security
///
/// What is not set is the strict choice: every check is enforced, no clock tolerance, no exemption. What is set wrongly is an error of [`build`](Self::build), which
/// never shows a secret, nor does `Debug`.
#[derive(Default)]
#[must_use]
pub struct ApproovBuilder {
    keys: KeyConfig,
    token_header: Option<Setting>,
    binding: Option<Setting<Vec<String>>>,
    policy: EffectivePolicy,
    rules: TokenRules,
    leeway: Duration,
    token_cache: Option<Setting<usize>>,
    #[cfg(feature = "message-signing")]
    signature: SignatureConfig,
    logging: Option<bool>,
    reject_with: Option<Box<RejectWith>>,
    on_rejection: Option<Box<OnRejection>>,
    on_acceptance: Option<Box<OnAcceptance>>,
}

impl ApproovBuilder {
    /// The account secret, as `approov secret -get base64` prints it: HS256, in either base64 alphabet, padded or not. Several with commas
    /// between them, the newest first, are all accepted.
    ///
    /// This replaces secrets that were set before; other sources of keys add up with it and with each other.
    ///
    /// # Security
    ///
    /// Who has the secret can make tokens. Read it from where secrets are kept, and never write it into source code. A public key is safer:
    /// see [`public_key_file`](Self::public_key_file).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let secret = std::fs::read_to_string("/run/secrets/approov")?;
    /// let approov = approov_actix::Approov::builder().base64_secret(secret).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn base64_secret(mut self, secret: impl Into<String>) -> Self {
        self.keys.secrets = Some(Setting::new("the secret given to `base64_secret`", secret));
        self
    }

    /// One more key. See [`Approov::replace_keys`] for changing keys that were set in code.
    ///
    /// # Examples
    ///
    /// See [`Key`].
    pub fn key(mut self, key: Key) -> Self {
        self.keys.keys.push(key);
        self
    }

    /// More keys, for example of a JWK Set that came from a secret store. See [`Approov::replace_keys`] for changing them.
    ///
    /// # Security
    ///
    /// A set that was read once is not refreshed: a key that is removed at its source counts until [`Approov::replace_keys`] or the next start.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Approov, KeySet};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let keys = KeySet::from_jwks(&std::fs::read_to_string("keys.json")?)?;
    /// let approov = Approov::builder().keys(keys).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[allow(clippy::needless_pass_by_value, reason = "to leave open how keys are kept")]
    pub fn keys(mut self, keys: KeySet) -> Self {
        self.keys.keys.extend(keys.iter().cloned());
        self
    }

    /// A file with a public key in PEM, as `approov keyset -kid KID -getPEM` prints it. It is [read again](Self::key_refresh_interval) while the
    /// server runs.
    ///
    /// See [`Key::from_pem`] for what the file may hold.
    ///
    /// # Security
    ///
    /// Who can write the file decides which tokens are good. The key makes no tokens, so it need not be secret.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use approov_actix::{Algorithm, Approov};
    ///
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// let approov = Approov::builder().public_key_file(Algorithm::RS256, "approov.pem").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn public_key_file(mut self, algorithm: Algorithm, path: impl Into<PathBuf>) -> Self {
        let file = Setting::new("the path given to `public_key_file`", path);
        self.keys.public_keys.push((file, algorithm));
        self
    }

    /// A file with a JWK Set (RFC 7517). It is [read again](Self::key_refresh_interval) while the server runs.
    ///
    /// See [`KeySet::from_jwks`] for which of its keys are used.
    ///
    /// # Security
    ///
    /// Who can write the file decides which tokens are good. Unlike from an address, secrets (`oct`) in it are used: then it must be readable for this server alone.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// let approov = approov_actix::Approov::builder().jwks_file("/etc/approov/keys.json").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn jwks_file(mut self, path: impl Into<PathBuf>) -> Self {
        let file = Setting::new("the path given to `jwks_file`", path);
        self.keys.jwks_files.push(file);
        self
    }

    /// The address of a JWK Set (RFC 7517), as `approov keyset -kid KID -getJWKSURI` prints it. Feature `jwks-url`.
    ///
    /// It is asked once at the start, within ten seconds, and [again](Self::key_refresh_interval) while the server runs, with conditional requests;
    /// also when a token has a `kid` that no key has, at most once in ten seconds. No request waits for that. If it fails later, the keys that
    /// are there are kept, see [`key_max_stale`](Self::key_max_stale). Redirects are followed within the same origin. See [`KeySet::from_jwks`] for
    /// which keys are used; secrets (`oct`) are not, unless [allowed](Self::allow_secrets_from_jwks_url).
    ///
    /// # Security
    ///
    /// Who controls the address decides which tokens are good. It must be an `https` address, whose certificate is checked against the
    /// authorities that the system trusts, or an `http` address of this machine (`127.0.0.0/8`, `::1`, `localhost`). `https` requests go
    /// through the proxy of the environment variables `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY`, the first that is set, unless `NO_PROXY` has the host.
    ///
    /// The HTTP client, `ureq`, has log lines of its own, which show the address at `debug` and the answers at `trace`. Keep the targets `ureq` and
    /// `ureq_proto` at `warn` if these are not for everyone.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// let approov = approov_actix::Approov::builder().jwks_url("https://keys.example.com/jwks.json").build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "jwks-url")]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.keys
            .jwks_urls
            .push(Setting::new("the address given to `jwks_url`", url));
        self
    }

    /// How often files and addresses with keys are read again, from one second to one day. Default: 60 seconds for files, 300 for addresses.
    ///
    /// A key that was removed is accepted until then. What was read is used only if it has changed. If it cannot be read, or has no usable
    /// key, the keys that are there are kept, an error is logged, and the next attempt comes after five seconds, or after the interval if that is
    /// shorter; the wait doubles with each further failure, up to a minute, or to the interval if that is longer.
    ///
    /// # Security
    ///
    /// This is how long a key that was removed because somebody stole it goes on making good tokens.
    pub fn key_refresh_interval(mut self, interval: Duration) -> Self {
        self.keys.refresh = Some(Setting::new("the time given to `key_refresh_interval`", interval));
        self
    }

    /// After which time without a successful refresh the keys of a file or an address no longer count, and their tokens are refused. At least twice
    /// the time between refreshes. Default: never.
    ///
    /// # Security
    ///
    /// Without a limit, who can keep this server from its source of keys can keep a key alive that was removed there. With one, who can do that
    /// locks all apps out in the end.
    pub fn key_max_stale(mut self, time: Duration) -> Self {
        self.keys.max_stale = Some(Setting::new("the time given to `key_max_stale`", time));
        self
    }

    /// Whether the server starts if an address of keys cannot be read at that moment. Default: no, that is an error.
    ///
    /// Until the address can be read, tokens that need its keys are refused.
    ///
    /// # Security
    ///
    /// Nothing is let in early: without a key, every token is `token_key_unknown`.
    #[cfg(feature = "jwks-url")]
    pub fn start_without_keys(mut self, start: bool) -> Self {
        self.keys.start_without_keys = start;
        self
    }

    /// Whether secrets (JWKs of the type `oct`) are accepted from an address. Default: no.
    ///
    /// # Security
    ///
    /// A secret that anyone can fetch is none, and who has it can make tokens. Only for an address that answers nobody else.
    #[cfg(feature = "jwks-url")]
    pub fn allow_secrets_from_jwks_url(mut self, allow: bool) -> Self {
        self.keys.allow_secrets_from_url = allow;
        self
    }

    /// The header that carries the token. Default: `Approov-Token`.
    ///
    /// Its name, of any case. In front of the token `Bearer ` is taken off.
    ///
    /// # Security
    ///
    /// It must not be one that tokens are bound to, which is an error. A header that a proxy in front adds or joins lets others choose the token.
    ///
    /// # Examples
    ///
    /// ```
    /// # let builder = approov_actix::Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let approov = builder.token_header("X-Approov-Token").build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn token_header(mut self, name: impl Into<String>) -> Self {
        self.token_header = Some(Setting::new("the header given to `token_header`", name));
        self
    }

    /// The headers that tokens must be bound to by default, in order. None, which is the default, means no binding.
    ///
    /// # Security
    ///
    /// See [`Policy::binding`](crate::Policy::binding) for bindings to several headers.
    ///
    /// # Examples
    ///
    /// ```
    /// # let builder = approov_actix::Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let approov = builder.binding(["Authorization"]).build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn binding<N: Into<String>>(mut self, headers: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<_> = headers.into_iter().map(Into::into).collect();
        self.binding = Some(Setting::new("a header given to `binding`", names));
        self
    }

    /// Whether a request without a genuine token is refused, which is the default, or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] everyone gets in.
    pub fn token_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.policy.token_enforcement = enforcement;
        self
    }

    /// Whether a genuine token that is bound to nothing or to something else is refused, which is the default, or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] a stolen token is good with any login.
    pub fn binding_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.policy.binding_enforcement = enforcement;
        self
    }

    /// Whether a genuine token without a `pay` claim passes the binding check. Default: no.
    ///
    /// # Security
    ///
    /// See [`Policy::allow_missing_binding_claim`](crate::Policy::allow_missing_binding_claim).
    pub fn allow_missing_binding_claim(mut self, allow: bool) -> Self {
        self.policy.allow_missing_binding_claim = allow;
        self
    }
}

/// Message signatures.
#[cfg(feature = "message-signing")]
impl ApproovBuilder {
    /// Whether requests must carry a message signature by default. Default: [`SignatureRequirement::Off`].
    ///
    /// # Security
    ///
    /// [`Required`](SignatureRequirement::Required) is the strict choice. Set [`public_origin`](Self::public_origin) with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::SignatureRequirement;
    /// # let builder = approov_actix::Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let approov = builder
    ///     .signature(SignatureRequirement::Required)
    ///     .public_origin("https://api.example.com")
    ///     .build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn signature(mut self, requirement: SignatureRequirement) -> Self {
        self.policy.signature = requirement;
        self
    }

    /// Which signature is accepted by default. Default: either.
    ///
    /// # Security
    ///
    /// The account's key is the same in all installations: who takes it out of one app can sign for each. The installation's never leaves its device.
    pub fn signature_label(mut self, label: SignatureLabel) -> Self {
        self.policy.signature_label = label;
        self
    }

    /// Whether a request without a good message signature is refused, which is the default where one is asked for, or only reported.
    ///
    /// # Security
    ///
    /// With [`Enforcement::Report`] signatures protect nothing.
    pub fn signature_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.policy.signature_enforcement = enforcement;
        self
    }

    /// The origin under which apps reach this server, such as `https://api.example.com`, with the path prefix that a proxy strips, if it does. Several
    /// with commas between them: the one whose host and port the request names is taken. Default: scheme and host as the connection has them.
    ///
    /// # Security
    ///
    /// Without it the host that the request itself names is what the signature is compared with, so a request that was signed for another server
    /// with the same keys passes here.
    pub fn public_origin(mut self, origins: impl Into<String>) -> Self {
        self.signature.origins = Some(Setting::new("the origin given to `public_origin`", origins));
        self
    }

    /// The account's message signing key, as `approov secret -messageSigningKey get-base64url` prints it. Two with a comma between them are
    /// both accepted.
    ///
    /// # Security
    ///
    /// It is a secret that all apps of the account share: keep it where secrets are kept.
    pub fn account_message_signing_key(mut self, keys: impl Into<String>) -> Self {
        self.signature.account_keys = Some(Setting::new("the key given to `account_message_signing_key`", keys));
        self
    }

    /// The id of the account's message signing key, or of each of two, with a comma between them: a key is tried for tokens with this `mskid` only.
    ///
    /// # Security
    ///
    /// Without an id every configured key is tried, for tokens with any `mskid` or none.
    pub fn account_message_signing_key_id(mut self, ids: impl Into<String>) -> Self {
        self.signature.account_key_ids = Some(Setting::new("the id given to `account_message_signing_key_id`", ids));
        self
    }

    /// Whether a signature must say when it was made: `created`. Default: yes.
    ///
    /// # Security
    ///
    /// Without `created`, a signature whose own `expires` is absent as well can be replayed until its token expires.
    pub fn signature_require_created(mut self, require: bool) -> Self {
        self.signature.window.require_created = require;
        self
    }

    /// Whether a signature must say until when it is good: `expires`. Default: no.
    ///
    /// # Security
    ///
    /// A signature without it can be replayed until its token expires, unless [`signature_max_age`](Self::signature_max_age) ends that.
    pub fn signature_require_expires(mut self, require: bool) -> Self {
        self.signature.window.require_expires = require;
        self
    }

    /// How long after `created` a signature is good, whatever it says itself. Default: any time.
    ///
    /// # Security
    ///
    /// The shorter, the less time for a replay; with the clock skew on top.
    pub fn signature_max_age(mut self, age: Duration) -> Self {
        self.signature.window.max_age = Some(age);
        self
    }

    /// How far a phone's clock may be off. Default: 60 seconds. At most an hour.
    ///
    /// # Security
    ///
    /// A signature can be replayed for that much longer.
    pub fn signature_clock_skew(mut self, skew: Duration) -> Self {
        self.signature.window.skew = skew;
        self
    }

    /// Up to which size, in bytes, a body is read to compare it with its digest. Default: 2 MiB. Larger ones are answered with 413.
    ///
    /// # Security
    ///
    /// So much memory can each request with a good token and a good signature claim before its handler runs.
    pub fn signature_body_limit(mut self, bytes: usize) -> Self {
        self.signature.body_limit = Some(bytes);
        self
    }

    /// Whether a request with a body must have a signature that covers the body's digest. Default: no, because several iOS releases send none.
    ///
    /// # Security
    ///
    /// Without it a signature may leave the body out: who holds a signed request back can then send it with another body.
    pub fn signature_require_content_digest(mut self, require: bool) -> Self {
        self.signature.require_digest = require;
        self
    }
}

impl ApproovBuilder {
    /// How many verified tokens are remembered, so that a token that an app sends again and again is verified once. Default: 10,000, which all
    /// threads share. 0 remembers none; 10,000,000 is the most; numbers above 16 are rounded down to a multiple of 16.
    ///
    /// Have room for as many as there are apps that call within the lifetime of a token, usually five minutes. What a token takes:
    /// [remembered tokens](crate::guide::performance#remembered-tokens).
    ///
    /// # Security
    ///
    /// Only what was found good is remembered, and compared as a whole. Expiry and `nbf` are looked at for each request, and after a change of
    /// keys nothing that was remembered before counts.
    pub fn token_cache_capacity(mut self, tokens: usize) -> Self {
        self.token_cache = Some(Setting::new("the number given to `token_cache_capacity`", tokens));
        self
    }

    /// How far the server's clock may be off: `exp` counts that much longer and `nbf` that much earlier. Default: nothing, as in
    /// Approov's samples. At most five minutes. Rather keep the clock on NTP.
    ///
    /// # Security
    ///
    /// Tokens are good for that much longer, stolen ones too.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Accepts only tokens whose `iss` is this text. Default: any, or none.
    ///
    /// # Security
    ///
    /// The key already says who made a token. This is for keys that more than one account or service signs with.
    ///
    /// # Examples
    ///
    /// ```
    /// # let builder = approov_actix::Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let approov = builder.issuer("example-account.approov.io").build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.rules.issuer = Some(issuer.into());
        self
    }

    /// Accepts only tokens whose `aud` is this text, or a list with it. Default: any, or none.
    ///
    /// # Security
    ///
    /// Where several API domains share a key, a token that an app got for one of them is good for all, unless each insists on its own `aud`.
    ///
    /// # Examples
    ///
    /// ```
    /// # let builder = approov_actix::Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let approov = builder.audience("api.example.com").build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audience = Some(audience.into());
        self
    }

    /// Whether decisions are logged. Default: yes. The hooks of [`on_rejection`](Self::on_rejection) and
    /// [`on_acceptance`](Self::on_acceptance) are called either way, and faults of the configuration are always logged.
    ///
    /// # Security
    ///
    /// Log lines have the code, method, path, `arc` and device id: no token, key or bound value.
    pub fn logging(mut self, enabled: bool) -> Self {
        self.logging = Some(enabled);
        self
    }

    /// Builds the response to a refused request. Default: 401 with the body `{}`. If it panics, actix closes the connection without an answer.
    ///
    /// It is called when a request is refused, also where an `Option` or `Result` in a handler then keeps the refusal to itself. What is to happen
    /// for each answered refusal belongs into [`on_rejection`](Self::on_rejection).
    ///
    /// # Security
    ///
    /// Whatever tells one refusal from another helps who probes the server. Faults of the server (500) do not come here.
    ///
    /// # Examples
    ///
    /// Answer 400 to every refusal:
    ///
    /// ```
    /// use actix_web::HttpResponse;
    ///
    /// # use actix_web::{App, rt, test, web};
    /// # use approov_actix::Approov;
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let builder = Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let builder = builder.reject_with(|_| HttpResponse::BadRequest().json(serde_json::json!({})));
    /// # let approov = builder.build()?;
    /// # rt::System::new().block_on(async {
    /// #     let app = App::new().route("/", web::get().to(|| async { "in" })).wrap(approov.middleware());
    /// #     let app = test::init_service(app).await;
    /// #     let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
    /// #     assert_eq!(response.status(), 400);
    /// #     assert_eq!(test::read_body(response).await, "{}");
    /// # });
    /// # Ok(())
    /// # }
    /// ```
    pub fn reject_with(
        mut self,
        respond: impl Fn(&RejectionEvent<'_>) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        self.reject_with = Some(Box::new(respond));
        self
    }

    /// Called for each refused request, and once per reason for a request that was only reported. For metrics and alarms.
    ///
    /// A request that one layer reports and another one refuses is told of twice, with the [`Enforcement`] of each. The hook runs on the worker's
    /// thread, so it should not block; if it panics, actix closes the connection without an answer.
    ///
    /// # Security
    ///
    /// The event has the whole request head, with token and bound headers: take from it what you need, and log no headers.
    ///
    /// # Examples
    ///
    /// ```
    /// # let builder = approov_actix::Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// let approov = builder
    ///     .on_rejection(|event| eprintln!("{} {:?}", event.rejection.code(), event.enforcement))
    ///     .build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn on_rejection(mut self, hook: impl Fn(&RejectionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_rejection = Some(Box::new(hook));
        self
    }

    /// Called for each request that has passed every check of a middleware, a guard or an argument: once, however many of them look at it. For metrics and
    /// traces.
    ///
    /// Another one, with a policy of its own, may still refuse or report the request; [`on_rejection`](Self::on_rejection) is then called too. One that only
    /// reports what failed calls this hook for no such request. Of several [`Approov`] values each calls its own. The hook runs on the worker's thread, so it should not block; if it panics,
    /// actix closes the connection without an answer.
    ///
    /// # Security
    ///
    /// As for [`on_rejection`](Self::on_rejection): log no headers.
    ///
    /// # Examples
    ///
    /// Count genuine requests, and those of them whose token did not have to be verified again:
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    ///
    /// # use approov_actix::Approov;
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let builder = Approov::builder().base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    /// static ACCEPTED: AtomicU64 = AtomicU64::new(0);
    /// static REMEMBERED: AtomicU64 = AtomicU64::new(0);
    ///
    /// let builder = builder.on_acceptance(|event| {
    ///     ACCEPTED.fetch_add(1, Relaxed);
    ///     REMEMBERED.fetch_add(event.token_remembered.into(), Relaxed);
    /// });
    /// # builder.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_acceptance(mut self, hook: impl Fn(&AcceptanceEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_acceptance = Some(Box::new(hook));
        self
    }

    /// Checks everything and makes the [`Approov`].
    ///
    /// # Errors
    ///
    /// If there is no key, or a setting is wrong. Let it stop the start-up.
    ///
    /// # Security
    ///
    /// No `Approov` is made of a configuration that lacks a key, contradicts itself, or has a value that is not understood.
    pub fn build(self) -> Result<Approov, ConfigError> {
        let token_header = token_header(self.token_header.as_ref())?;
        let mut default_policy = self.policy;
        if let Some(setting) = &self.binding {
            default_policy.binding = bound_headers(setting, &token_header)?;
        }
        let leeway = Leeway::new(self.leeway).ok_or_else(|| ConfigError::new("the leeway is longer than 5 minutes"))?;
        let token_cache = token_cache(self.token_cache.as_ref())?;
        for (setting, text) in [("issuer", &self.rules.issuer), ("audience", &self.rules.audience)] {
            if text.as_ref().is_some_and(String::is_empty) {
                return Err(ConfigError::new(format!("the text given to `{setting}` is empty")));
            }
        }
        #[cfg(feature = "message-signing")]
        let signature = self.signature.build()?;
        #[cfg(feature = "message-signing")]
        if default_policy.signature != SignatureRequirement::Off {
            signature.warn_without_origin();
        }
        // Last, as it may take a while.
        let keys = self.keys.build()?;
        default_policy.warn_of_reports("application");
        Ok(Approov::new(Settings {
            keys,
            rules: TokenRules { leeway, ..self.rules },
            token_cache,
            token_header,
            #[cfg(feature = "message-signing")]
            signature,
            default_policy,
            reject_with: self.reject_with,
            listeners: Listeners {
                logging: self.logging.unwrap_or(true),
                on_rejection: self.on_rejection,
                on_acceptance: self.on_acceptance,
            },
        }))
    }

    #[cfg(feature = "message-signing")]
    pub(crate) fn signature_config(&mut self) -> &mut SignatureConfig {
        &mut self.signature
    }

    pub(crate) fn key_config(&mut self) -> &mut KeyConfig {
        &mut self.keys
    }

    pub(crate) fn set_token_header(&mut self, setting: Setting) {
        self.token_header = Some(setting);
    }

    pub(crate) fn set_token_cache(&mut self, setting: Setting<usize>) {
        self.token_cache = Some(setting);
    }

    pub(crate) fn set_binding(&mut self, setting: Setting<Vec<String>>) {
        self.binding = Some(setting);
    }
}

impl fmt::Debug for ApproovBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproovBuilder").finish_non_exhaustive()
    }
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

fn token_header(setting: Option<&Setting>) -> Result<HeaderName, ConfigError> {
    setting.map_or(Ok(DEFAULT_TOKEN_HEADER), |setting| header_name(setting, &setting.value))
}

fn bound_headers(setting: &Setting<Vec<String>>, token_header: &HeaderName) -> Result<BoundHeaders, ConfigError> {
    let mut headers = Vec::with_capacity(setting.value.len());
    for name in &setting.value {
        let name = header_name(setting, name)?;
        if name == *token_header {
            return Err(setting.error("is the header that carries the token; bind to another one"));
        }
        if headers.contains(&name) {
            return Err(setting.error("is named twice"));
        }
        headers.push(name);
    }
    Ok(BoundHeaders::Configured(Arc::from(headers)))
}

fn header_name<T>(setting: &Setting<T>, name: &str) -> Result<HeaderName, ConfigError> {
    if name.is_empty() {
        return Err(setting.error("has an empty name in its list"));
    }
    name.parse()
        .map_err(|_| setting.error("is not a valid HTTP header name"))
}
