//! The claims of a token whose signature is valid.

use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, OnceLock},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{
    Deserialize,
    de::{self, DeserializeOwned, Deserializer as _, MapAccess, Visitor},
};

use super::{
    known_claims::{Audience, KnownClaims},
    pay,
    texts::{Span, Texts},
};
use crate::{crypto::VerifyingKey, json::JsonError, keys::installation_key, rejection::Rejection, time::system_time};

/// The claims of a verified Approov token.
///
/// Cheap to clone, and `Send + Sync`. See also the [guide](crate::guide::claims).
///
/// # As an extractor
///
/// A handler that takes `ApproovClaims` is protected by that alone: a request without a genuine token is refused,
/// even in report mode and on exempt paths. The policy is that of the guard around the handler, or else of the
/// innermost middleware, or else the application's default.
///
/// **Take it as the first argument.** actix runs extractors in order, so an extractor before it sees, and may answer,
/// requests that are not genuine. The attribute `#[approov_protected]` protects all arguments, in any order.
///
/// A handler can also call `ApproovClaims::extract(&request)`, even while it holds `request.extensions()` or
/// `request.connection_info()`. If no middleware, attribute or argument has checked the request before, nothing is
/// kept, so each call verifies and announces again. While the handler holds `request.extensions_mut()`, the call
/// panics, like everything that reads the extensions. `Option<ApproovClaims>` and other extractors around it behave as
/// arguments do. If an unprotected handler calls one of them while it holds `request.extensions()` or
/// `request.connection_info()`, the call panics as well.
///
/// If a middleware made with `from_fn` takes it as an argument, wrap that middleware in
/// [`Approov::middleware`](crate::Approov::middleware). Otherwise actix passes the refusal outwards as an error,
/// which the access log does not see.
///
/// If the policy requires a message signature and the signature covers the body (feature `message-signing`), the
/// extractor refuses the request, because it cannot read the body: use the attribute, or a middleware.
///
/// Without an [`Approov`](crate::Approov) in the application's data and without a middleware, the response is 500: such
/// a request is never accepted.
///
/// # Examples
///
/// ```
/// use actix_web::{App, get};
/// use approov_actix::ApproovClaims;
///
/// #[get("/whoami")]
/// async fn whoami(claims: ApproovClaims) -> String {
///     format!("device {}", claims.device_id().unwrap_or("unknown"))
/// }
/// # let _ = App::new().service(whoami);
/// ```
///
/// # Security
///
/// Values of this type exist only for verified tokens. Beware of `Option<ApproovClaims>` and
/// `Result<ApproovClaims, _>` as arguments: they make protection **optional**. actix turns every extractor error into
/// `None`, even the one for a missing configuration. For optional attestation take
/// [`ApproovVerdict`](crate::ApproovVerdict).
///
/// `Debug` shows the expiry, the device id and `arc`, and nothing else.
#[derive(Clone)]
pub struct ApproovClaims(Arc<Claims>);

struct Claims {
    known: KnownClaims,
    texts: Texts,
    /// Of the key that verified the token.
    kid: Option<Arc<str>>,
    /// Read from `ipk` when it is first needed. `None` if it is not a key.
    installation_key: OnceLock<Option<Box<VerifyingKey>>>,
}

impl ApproovClaims {
    /// When the token expires, or expired: `exp` (RFC 7519, section 4.1.4). A few minutes after it was issued.
    ///
    /// # Security
    ///
    /// For a connection or a session that outlives the request, the attestation is valid until then. A
    /// [leeway](crate::ApproovBuilder::leeway) is not included.
    pub fn expires_at(&self) -> SystemTime {
        // Verified tokens always have an `exp` that converts.
        self.0.known.exp.and_then(system_time).unwrap_or(UNIX_EPOCH)
    }

    /// The installation of the app: `did`, base64 of 16 bytes. It changes when the app is reinstalled.
    ///
    /// # Security
    ///
    /// It is a good key for rate limits and for recognising an installation. It identifies neither the user nor the
    /// hardware: anyone who reinstalls the app gets a new one.
    pub fn device_id(&self) -> Option<&str> {
        self.text(self.0.known.did)
    }

    /// The device's address as Approov saw it: `ip`. Your server may see a different one, for the same device.
    ///
    /// # Security
    ///
    /// Genuine phones change their address between requests, so a difference proves nothing.
    pub fn ip(&self) -> Option<&str> {
        self.text(self.0.known.ip)
    }

    /// The attestation response code: `arc`, an opaque text for Approov's support team.
    pub fn arc(&self) -> Option<&str> {
        self.text(self.0.known.arc)
    }

    /// The id of the key that verified the token: not what the token's header says, but the `kid` of the configured
    /// [`Key`](crate::Key). `None` if that key has no id. While keys are rotated, it shows which devices still have
    /// tokens signed with the old key.
    pub fn key_id(&self) -> Option<&str> {
        self.0.kid.as_deref()
    }

    /// What the token is bound to: `pay`, base64 of a SHA-256 hash. Compare it with [`is_bound_to`](Self::is_bound_to).
    ///
    /// # Security
    ///
    /// Do not log it: if there are few possible values, the hash reveals which one it is.
    pub fn token_binding(&self) -> Option<&str> {
        self.text(self.0.known.pay)
    }

    /// The installation public key: `ipk`, base64 of a DER `SubjectPublicKeyInfo`, P-256. Present if installation
    /// message signing is turned on for the account.
    pub fn installation_key(&self) -> Option<&str> {
        self.text(self.0.known.ipk)
    }

    /// The id of the account's message signing key: `mskid`. Present if account message signing is turned on for the
    /// account.
    pub fn message_signing_key_id(&self) -> Option<&str> {
        self.text(self.0.known.mskid)
    }

    /// The issuer of the token: `iss` (RFC 7519, section 4.1.1). `<account>.approov.io`, if it is turned on for the
    /// account.
    pub fn issuer(&self) -> Option<&str> {
        self.text(self.0.known.iss)
    }

    /// The intended audience: `aud` (RFC 7519, section 4.1.3). Empty without the claim; a single text is a list of one.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        let audience = self.0.known.aud.iter().flat_map(Audience::spans);
        audience.filter_map(|span| self.text(Some(*span)))
    }

    /// When the token was issued: `iat` (RFC 7519, section 4.1.6).
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.0.known.iat.and_then(|iat| system_time(iat.0))
    }

    /// The subject: `sub` (RFC 7519, section 4.1.2). In Approov's samples `approov|` followed by the device id.
    pub fn subject(&self) -> Option<&str> {
        self.text(self.0.known.sub)
    }

    /// Any claim by its name, for annotations and others without a method here. `Ok(None)` if it is missing.
    ///
    /// Each call parses the token's JSON again.
    ///
    /// # Errors
    ///
    /// If the token has the claim and it is not a `T`.
    ///
    /// # Security
    ///
    /// Approov signed the value, but it is still input: check it before you use it in a query or a path.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::error::ErrorForbidden;
    /// use approov_actix::ApproovClaims;
    ///
    /// async fn handler(claims: ApproovClaims) -> actix_web::Result<String> {
    ///     let channel: Option<String> = claims.claim("channel").map_err(|_| ErrorForbidden(""))?;
    ///     Ok(channel.unwrap_or_else(|| "none".to_owned()))
    /// }
    /// ```
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ClaimError> {
        let mut json = serde_json::Deserializer::from_str(self.0.texts.payload());
        json.deserialize_map(OneClaim(name, PhantomData))
            .map_err(|_| ClaimError { name: name.to_owned() })
    }

    /// Whether the token is bound to these values: whole (`Bearer ` included), trimmed, and concatenated in this order.
    ///
    /// For bindings to something other than a header. `false` if the token has no `pay`, if there are no values, or
    /// if one of them is empty. The comparison takes constant time.
    ///
    /// # Security
    ///
    /// Values are joined without a separator: see [`Policy::binding`](crate::Policy::binding).
    ///
    /// # Examples
    ///
    /// ```
    /// # use approov_actix::ApproovClaims;
    /// # fn example(claims: ApproovClaims, session: &str) -> bool {
    /// claims.is_bound_to([session])
    /// # }
    /// ```
    pub fn is_bound_to<V: AsRef<[u8]>>(&self, values: impl IntoIterator<Item = V>) -> bool {
        let values: Vec<V> = values.into_iter().collect();
        self.token_binding().is_some_and(|pay| pay::matches(pay, &values))
    }

    /// The key in `ipk`. `None` without the claim, or if it is not a valid key.
    pub(crate) fn installation_verifying_key(&self) -> Option<&VerifyingKey> {
        let key = || installation_key(self.installation_key()?).map(Box::new);
        self.0.installation_key.get_or_init(key).as_deref()
    }

    pub(super) fn parse(payload: String, kid: Option<Arc<str>>) -> Result<Self, Rejection> {
        let (known, texts) = KnownClaims::read(payload).map_err(|error| match error {
            JsonError::Malformed => Rejection::TokenMalformed,
            JsonError::Member(claim) => Rejection::TokenClaimInvalid { claim },
        })?;
        Ok(Self(Arc::new(Claims {
            known,
            texts,
            kid,
            installation_key: OnceLock::new(),
        })))
    }

    fn text(&self, span: Option<Span>) -> Option<&str> {
        self.0.texts.get(span)
    }

    pub(super) fn exp(&self) -> Option<f64> {
        self.0.known.exp
    }

    pub(super) fn nbf(&self) -> Option<f64> {
        self.0.known.nbf
    }
}

impl fmt::Debug for ApproovClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproovClaims")
            .field("expires_at", &self.expires_at())
            .field("device_id", &self.device_id())
            .field("arc", &self.arc())
            .finish_non_exhaustive()
    }
}

/// A claim that does not have the requested type. The error contains only the name that your code requested, and
/// nothing from the token.
///
/// # Examples
///
/// ```
/// use approov_actix::{ApproovClaims, ClaimError};
///
/// fn plan(claims: &ApproovClaims) -> Result<String, ClaimError> {
///     Ok(claims.claim("plan")?.unwrap_or_else(|| "free".to_owned()))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimError {
    name: String,
}

impl ClaimError {
    /// The name that was passed to [`ApproovClaims::claim`].
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the claim {:?} does not have the requested type", self.name)
    }
}

impl std::error::Error for ClaimError {}

/// Finds one member of an object and skips the others.
struct OneClaim<'n, T>(&'n str, PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneClaim<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
