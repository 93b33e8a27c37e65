//! What a handler may know of a good signature.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{base::Component, digest::ExpectedDigest, label::Label, window::Validity};
use crate::{rejection::Rejection, time::UnixTime};

/// A signature that was found good.
#[derive(Clone)]
pub(super) struct VerifiedSignature {
    pub(super) label: Label,
    /// What is covered, in order.
    pub(super) components: Vec<Component>,
    /// The same, as it stands in the signature's input.
    pub(super) identifiers: Vec<String>,
    pub(super) validity: Validity,
    pub(super) nonce: Option<String>,
    /// What the body must have, if the signature covers its digest.
    pub(super) digest: Option<ExpectedDigest>,
}

/// The message signature of the request: RFC 9421. Feature `message-signing`.
///
/// # As an extractor
///
/// Inside of `#[approov_protected(signature = …)]`, or a middleware whose policy asks for signatures, this is the signature that was accepted.
/// Where no layer around has accepted one, the request must have one now, as the policy around would check it if it were
/// [required](crate::SignaturePolicy::required). An argument cannot look at the body, so if the signature covers it, the request is then refused as well: use the
/// attribute or the middleware.
///
/// # Security
///
/// `Debug` shows label and components and nothing else: a short body can be guessed from its digest.
///
/// # Examples
///
/// ```
/// use approov_actix::{ApproovSignature, approov_protected};
///
/// #[approov_protected(signature = "required")]
/// async fn transfer(signature: ApproovSignature) -> String {
///     format!("signed by the {} key, body protected: {}", signature.label(), signature.covers_body())
/// }
/// ```
#[derive(Clone)]
pub struct ApproovSignature(Arc<VerifiedSignature>);

impl ApproovSignature {
    pub(super) fn new(signature: Arc<VerifiedSignature>) -> Self {
        Self(signature)
    }

    /// Whether it is still good.
    pub(crate) fn check_time(&self, now: UnixTime) -> Result<(), Rejection> {
        self.0.validity.check(now)
    }

    /// When it is no longer valid, if that is known.
    pub(crate) fn end(&self) -> Option<UnixTime> {
        self.0.validity.end()
    }

    /// `install` or `account`.
    pub fn label(&self) -> &'static str {
        self.0.label.name()
    }

    /// The identifiers of the covered components, in order: `@method`, `content-digest`; with parameters, as they stand in the signature's input:
    /// `"@query-param";name="id"`.
    ///
    /// # Security
    ///
    /// To ask for one, use [`covers`](Self::covers): a component with parameters covers less than its name says.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.identifiers.iter().map(String::as_str)
    }

    /// Whether the signature covers this derived component or header, without parameters. The case of the name does not matter.
    ///
    /// # Security
    ///
    /// A header that is not covered may have been added on the way. Before you trust one that the app sends only sometimes, ask for it here.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{HttpRequest, error::ErrorBadRequest};
    /// use approov_actix::{ApproovSignature, approov_protected};
    ///
    /// #[approov_protected(signature = "required")]
    /// async fn transfer(signature: ApproovSignature, request: HttpRequest) -> actix_web::Result<String> {
    ///     if request.headers().contains_key("X-Idempotency-Key") && !signature.covers("x-idempotency-key") {
    ///         return Err(ErrorBadRequest("not signed"));
    ///     }
    ///     Ok("done".to_owned())
    /// }
    /// ```
    pub fn covers(&self, component: &str) -> bool {
        self.components().any(|covered| covered.eq_ignore_ascii_case(component))
    }

    /// Whether the signature covers the digest of the body, which was compared.
    ///
    /// # Security
    ///
    /// If not, the body may be another one than the app has sent. To refuse such requests: [`require_content_digest`](crate::SignaturePolicy::require_content_digest).
    pub fn covers_body(&self) -> bool {
        self.0.digest.is_some()
    }

    /// When it was made, by the phone's clock: `created`, whole seconds.
    ///
    /// # Security
    ///
    /// The phone's clock can be set by its owner.
    pub fn created(&self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.0.validity.created?).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    /// A value that the client never uses twice, if it sends one: `nonce`.
    ///
    /// # Security
    ///
    /// The library does not compare it with earlier ones: to refuse replays, store it yourself until the token [expires](crate::ApproovClaims::expires_at).
    pub fn nonce(&self) -> Option<&str> {
        self.0.nonce.as_deref()
    }
}

impl fmt::Debug for ApproovSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproovSignature")
            .field("label", &self.label())
            .field("components", &self.0.identifiers)
            .finish_non_exhaustive()
    }
}
