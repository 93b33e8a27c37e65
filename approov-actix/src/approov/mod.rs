//! [`Approov`], the configuration that an application holds.

pub(crate) mod application_check;
pub(crate) mod builder;
mod env;
mod env_names;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use actix_web::{
    HttpResponse,
    http::header::{HeaderMap, HeaderName},
};
use arc_swap::Guard;

use self::application_check::ApplicationCheck;
use crate::{
    body_budget::BodyBudget,
    config::ConfigError,
    event::{Listeners, RejectionEvent},
    keys::{ApproovStatus, CurrentKeys, KeyRing, KeySet},
    policy::{EffectivePolicy, PolicyOrigin},
    rejection::Rejection,
    signature::SignatureSettings,
    single_use::SingleUse,
    time::UnixTime,
    token::{self, ApproovClaims, TokenCache, TokenRules, Verified},
};

/// The header in which apps send the token by default.
pub(crate) const DEFAULT_TOKEN_HEADER: HeaderName = HeaderName::from_static("approov-token");

/// The Approov configuration of an application: keys, default policy, and the response to refused requests.
///
/// Create one at start-up, outside the closure of `HttpServer::new`, and give a clone to each worker: as application
/// data for guards and extractors, as a [middleware](Self::middleware), or both. Clones are cheap and share everything.
/// The type is `Send + Sync`.
///
/// # Examples
///
/// ```no_run
/// use actix_web::{App, HttpServer, get};
/// use approov_actix::{Approov, ApproovClaims};
///
/// #[get("/whoami")]
/// async fn whoami(claims: ApproovClaims) -> String {
///     claims.device_id().unwrap_or("unknown").to_owned()
/// }
///
/// #[actix_web::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let approov = Approov::from_env()?;
///     HttpServer::new(move || App::new().app_data(approov.clone()).service(whoami))
///         .bind(("127.0.0.1", 8002))?
///         .run()
///         .await?;
///     Ok(())
/// }
/// ```
///
/// You can register it with `app_data(approov)` or with `app_data(web::Data::new(approov))`, but use only one form in
/// an application. If a request sees a different value in each form, the nearer one cannot be determined and the answer
/// is 500.
///
/// # Security
///
/// `Debug` shows neither keys nor hooks. A guard or extractor that finds no `Approov` answers 500: a missing
/// configuration never lets a request in.
#[derive(Clone)]
pub struct Approov {
    /// Distinguishes this configuration from all others in the process. Unlike an address, it is never reused.
    id: u64,
    settings: Arc<Settings>,
}

pub(crate) type RejectWith = dyn Fn(&RejectionEvent<'_>) -> HttpResponse + Send + Sync;

/// The settings that the builder has checked.
pub(crate) struct Settings {
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) rules: TokenRules,
    pub(crate) token_cache: TokenCache,
    pub(crate) token_header: HeaderName,
    pub(crate) default_policy: EffectivePolicy,
    pub(crate) signature: SignatureSettings,
    pub(crate) body_budget: BodyBudget,
    pub(crate) single_use: Option<SingleUse>,
    pub(crate) checks: Vec<Box<ApplicationCheck>>,
    pub(crate) reject_with: Option<Box<RejectWith>>,
    pub(crate) listeners: Listeners,
}

impl Settings {
    /// Warns of the checks that this policy only reports.
    pub(crate) fn warn_of_reports(&self, origin: PolicyOrigin, policy: &EffectivePolicy) {
        let whose = match origin {
            PolicyOrigin::Application => "the application's",
            PolicyOrigin::Middleware => "the middleware's",
        };
        for what in policy.report_warnings(origin, !self.checks.is_empty()) {
            self.listeners.warn_once(&format!("{whose} policy {what}"));
        }
    }
}

impl Approov {
    /// Verifies a token that does not come in the token header, but for example in the first message of a WebSocket or
    /// in gRPC metadata.
    ///
    /// Format, signature, claims and time are checked exactly as for a request, and a `Bearer ` prefix is accepted. The
    /// binding is not checked: see [`ApproovClaims::is_bound_to`].
    ///
    /// # Security
    ///
    /// This is the token check alone. If there is a binding, check it yourself. If the connection outlives the token,
    /// require a new token: see [`expires_at`](ApproovClaims::expires_at).
    ///
    /// # Errors
    ///
    /// The reason why the token is not valid. Nothing is logged.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn example(approov: &approov_actix::Approov, first_message: &str) {
    /// match approov.verify_token(first_message) {
    ///     Ok(claims) => println!("device {:?}", claims.device_id()),
    ///     Err(rejection) => println!("refused: {}", rejection.code()),
    /// }
    /// # }
    /// ```
    pub fn verify_token(&self, token: &str) -> Result<ApproovClaims, Rejection> {
        let verified = self.verify_header_value(token.as_bytes(), &self.current_keys())?;
        Ok(verified.claims)
    }

    /// Replaces all keys with these, without a restart.
    ///
    /// The change is atomic: each token is verified with all of the old keys or with all of the new ones. The cache is
    /// emptied, and tokens are verified again, even in requests that are being served.
    ///
    /// # Errors
    ///
    /// If keys come from a file or an address, because the next refresh would bring those keys back.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Approov, ConfigError, Key, KeySet};
    ///
    /// fn rotate(approov: &Approov, new: &str, previous: &str) -> Result<(), ConfigError> {
    ///     let keys = KeySet::new([Key::from_base64_secret(new)?, Key::from_base64_secret(previous)?])?;
    ///     approov.replace_keys(keys)
    /// }
    /// ```
    #[allow(clippy::needless_pass_by_value, reason = "to leave open how keys are kept")]
    pub fn replace_keys(&self, keys: KeySet) -> Result<(), ConfigError> {
        self.settings.keys.replace(&keys)
    }

    /// How many keys there are, how old they are, and whether they are still being refreshed.
    pub fn status(&self) -> ApproovStatus {
        self.settings.keys.status()
    }

    /// The keys that are valid now.
    pub(crate) fn current_keys(&self) -> Guard<Arc<CurrentKeys>> {
        self.settings.keys.current()
    }

    /// Verifies the token in the headers of a request.
    pub(crate) fn verify_headers(&self, headers: &HeaderMap, keys: &CurrentKeys) -> Result<Verified, Rejection> {
        let mut lines = headers.get_all(&self.settings.token_header);
        let value = lines.next().ok_or(Rejection::TokenMissing)?;
        if lines.next().is_some() {
            return Err(Rejection::TokenRepeated);
        }
        self.verify_header_value(value.as_bytes(), keys)
    }

    fn verify_header_value(&self, value: &[u8], keys: &CurrentKeys) -> Result<Verified, Rejection> {
        let verifier = token::Verifier {
            keys,
            rules: &self.settings.rules,
            cache: &self.settings.token_cache,
            now: UnixTime::now(),
        };
        verifier.verify(value)
    }

    pub(crate) fn new(settings: Settings) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            settings: Arc::new(settings),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

impl fmt::Debug for Approov {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approov")
            .field("name", &self.settings.listeners.name)
            .field("token_header", &self.settings.token_header)
            .field("default_policy", &self.settings.default_policy)
            .field("logging", &self.settings.listeners.logging)
            .finish_non_exhaustive()
    }
}
