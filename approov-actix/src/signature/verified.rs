//! What a handler can learn about a valid signature.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{base::Component, digest::ExpectedDigest, label::Label, replay::with_low_s, window::Validity};
use crate::{rejection::Rejection, single_use::ReplayKey, time::UnixTime, token::ApproovClaims};

/// A signature that was verified.
#[derive(Clone)]
pub(super) struct VerifiedSignature {
    pub(super) label: Label,
    /// `r` and `s`, or a MAC.
    pub(super) bytes: Vec<u8>,
    /// What is covered, in order.
    pub(super) components: Vec<Component>,
    pub(super) validity: Validity,
    pub(super) nonce: Option<String>,
    /// The digests that the body must have, if the signature covers them.
    pub(super) digest: Option<ExpectedDigest>,
}

/// The message signature of the request: RFC 9421. Feature `message-signing`.
///
/// # As an extractor
///
/// Inside `#[approov_protected(signature = …)]`, or a middleware whose policy checks signatures, this is the accepted
/// signature. If no enclosing layer has accepted a signature, the argument checks the request by the enclosing policy,
/// as if that policy were [required](crate::SignaturePolicy::required). An argument cannot read the body, so it refuses
/// a request whose signature covers the body: use the attribute or the middleware.
///
/// # Security
///
/// `Debug` shows only the label and the components: a short body can be guessed from its digest.
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
pub struct ApproovSignature {
    signature: Arc<VerifiedSignature>,
    /// A signature with the other label, if it would be accepted too.
    other: Option<Arc<VerifiedSignature>>,
}

impl ApproovSignature {
    pub(super) fn new(signature: Arc<VerifiedSignature>, other: Option<Arc<VerifiedSignature>>) -> Self {
        Self { signature, other }
    }

    /// Whether the signature is still valid.
    pub(crate) fn check_time(&self, now: UnixTime) -> Result<(), Rejection> {
        self.signature.validity.check(now)
    }

    /// When the signature ends, if that is known.
    pub(crate) fn end(&self) -> Option<UnixTime> {
        self.signature.validity.end()
    }

    /// What tells the request from every other one, and until when: one key for each signature that would be accepted,
    /// the installation's first.
    pub(crate) fn replay_keys(&self, claims: &ApproovClaims) -> impl Iterator<Item = (ReplayKey, Option<UnixTime>)> {
        let signatures = [Some(&self.signature), self.other.as_ref()];
        signatures.into_iter().flatten().map(|signature| {
            let (key_id, bytes) = match signature.label {
                Label::Install => (claims.installation_key(), with_low_s(&signature.bytes)),
                Label::Account => (claims.message_signing_key_id(), signature.bytes.clone()),
            };
            let key = ReplayKey::new(signature.label.name(), key_id.unwrap_or_default(), &bytes);
            (key, signature.validity.end())
        })
    }

    /// `install` or `account`.
    pub fn label(&self) -> &'static str {
        self.signature.label.name()
    }

    /// The identifiers of the covered components, in order, such as `@method` or `content-digest`. A component with
    /// parameters is shown as in the signature's input: `"@query-param";name="id"`.
    ///
    /// # Security
    ///
    /// To look for a component, use [`covers`](Self::covers): a component with parameters covers less than its name
    /// says.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.signature.components.iter().map(Component::shown)
    }

    /// Whether the signature covers this derived component or header, without parameters. The case of the name does not
    /// matter.
    ///
    /// # Security
    ///
    /// A header that is not covered may have been added on the way. Before you trust a header that the app sends only
    /// sometimes, check it here.
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

    /// Whether the signature covers the digest of the body. The library has compared the body with it.
    ///
    /// # Security
    ///
    /// If not, the body may not be the one that the app sent. To refuse these requests, set
    /// [`require_content_digest`](crate::SignaturePolicy::require_content_digest).
    pub fn covers_body(&self) -> bool {
        self.signature.digest.is_some()
    }

    /// When the signature was made, by the phone's clock: `created`, in whole seconds.
    ///
    /// # Security
    ///
    /// The phone's owner can set its clock.
    pub fn created(&self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.signature.validity.created?).ok()?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }

    /// The signature's `nonce`, if the client sends one.
    ///
    /// # Security
    ///
    /// The library does not compare nonces, because not every client makes a new one for each request. To refuse
    /// replays, set [`Policy::single_use`](crate::Policy::single_use).
    pub fn nonce(&self) -> Option<&str> {
        self.signature.nonce.as_deref()
    }
}

impl fmt::Debug for ApproovSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproovSignature")
            .field("label", &self.label())
            .field("components", &self.components().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
