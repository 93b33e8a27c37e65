//! What an application holds: [`Approov`].

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
    policy::EffectivePolicy,
    rejection::Rejection,
    signature::SignatureSettings,
    single_use::SingleUse,
    time::UnixTime,
    token::{self, ApproovClaims, TokenCache, TokenRules, Verified},
};

/// The header in which apps send the token unless they were told otherwise.
pub(crate) const DEFAULT_TOKEN_HEADER: HeaderName = HeaderName::from_static("approov-token");

/// The Approov configuration of an application: keys, default policy, what a refusal looks like.
///
/// Make one at start-up, outside the closure of `HttpServer::new`, and give a clone to each worker: as application data
/// for guards and extractors, or as a [middleware](Self::middleware), or both. Clones are cheap and share everything.
/// `Send + Sync`.
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
/// Both `app_data(approov)` and `app_data(web::Data::new(approov))` are found, but use one form in an application: where a
/// request could see different values in both forms, which of them is nearer cannot be told, and the answer is 500.
///
/// # Security
///
/// `Debug` shows neither keys nor hooks. Handlers that find no `Approov` answer 500: nothing is ever let in for want of a configuration.
#[derive(Clone)]
pub struct Approov {
    /// Tells this configuration from every other one of the process. Never used again, unlike an address.
    id: u64,
    settings: Arc<Settings>,
}

pub(crate) type RejectWith = dyn Fn(&RejectionEvent<'_>) -> HttpResponse + Send + Sync;

/// What the builder has checked.
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

impl Approov {
    /// Verifies a token that came another way than in the token header: in the first message of a WebSocket, in gRPC metadata.
    ///
    /// Form, signature, claims and time are checked exactly as for a request; a `Bearer ` prefix is accepted as well. A binding
    /// is not: see [`ApproovClaims::is_bound_to`].
    ///
    /// # Security
    ///
    /// This is the token check alone. Compare the binding yourself if there is one, and ask again when the connection lives longer than the token:
    /// [`expires_at`](ApproovClaims::expires_at).
    ///
    /// # Errors
    ///
    /// The reason why the token is not good. Nothing is logged.
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

    /// Verifies tokens with these keys from now on, in place of all others, without a restart.
    ///
    /// The change is atomic: each token is verified with all of the old keys or with all of the new ones. The cache is emptied, and what the old
    /// keys verified in requests that are being served no longer counts.
    ///
    /// # Errors
    ///
    /// If keys come from a file or an address: these are refreshed, and would soon take the place of the new ones.
    ///
    /// # Security
    ///
    /// Nothing that a removed key has verified counts afterwards, in requests that are under way too.
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

    /// How many keys there are, how old they are, and whether they are still read again.
    ///
    /// # Examples
    ///
    /// See [`ApproovStatus`].
    pub fn status(&self) -> ApproovStatus {
        self.settings.keys.status()
    }

    /// The keys that count at this moment.
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
