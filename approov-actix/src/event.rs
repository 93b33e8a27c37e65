//! What is told of a decision: the log line, and the application's hook.

use std::fmt;

use actix_web::dev::RequestHead;

use crate::{
    logging::{LOG_TARGET, LogPath},
    policy::Enforcement,
    rejection::Rejection,
    token::ApproovClaims,
};

/// A request that was refused, or would have been if its check were enforced.
///
/// # Security
///
/// `Debug` shows method, path and the reason. The request's headers hold the token and the bound values: do not log them.
///
/// # Examples
///
/// ```
/// use approov_actix::{Enforcement, RejectionEvent};
///
/// fn tell(event: &RejectionEvent<'_>) {
///     let is_refused = event.enforcement == Enforcement::Enforce;
///     let device = event.claims.and_then(|claims| claims.device_id());
///     println!("{} {} refused={is_refused} device={device:?}", event.rejection, event.request.uri.path());
/// }
/// # let _ = approov_actix::Approov::builder().on_rejection(tell);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy)]
pub struct RejectionEvent<'a> {
    /// Method, URI, headers and peer address of the request.
    pub request: &'a RequestHead,
    /// Why.
    pub rejection: Rejection,
    /// The claims of the token, if and only if the token was genuine and valid.
    pub claims: Option<&'a ApproovClaims>,
    /// [`Enforce`](Enforcement::Enforce) if the request was refused, [`Report`](Enforcement::Report) if it was let through.
    pub enforcement: Enforcement,
}

impl fmt::Debug for RejectionEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectionEvent")
            .field("method", &self.request.method)
            .field("path", &self.request.uri.path())
            .field("rejection", &self.rejection)
            .field("claims", &self.claims)
            .field("enforcement", &self.enforcement)
            .finish_non_exhaustive()
    }
}

/// A request that has passed every check of a middleware, a guard or an argument.
///
/// # Security
///
/// `Debug` shows method, path and claims. The request's headers hold the token and the bound values: do not log them.
///
/// # Examples
///
/// ```
/// use approov_actix::AcceptanceEvent;
///
/// fn tell(event: &AcceptanceEvent<'_>) {
///     println!("device={:?} remembered={}", event.claims.device_id(), event.token_remembered);
/// }
/// # let _ = approov_actix::Approov::builder().on_acceptance(tell);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy)]
pub struct AcceptanceEvent<'a> {
    /// Method, URI, headers and peer address of the request.
    pub request: &'a RequestHead,
    /// The claims of its token.
    pub claims: &'a ApproovClaims,
    /// Whether the token was [remembered](crate::ApproovBuilder::token_cache_capacity), so that its signature was not verified again. Its time was looked at, and
    /// so were binding and message signature.
    pub token_remembered: bool,
}

impl fmt::Debug for AcceptanceEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptanceEvent")
            .field("method", &self.request.method)
            .field("path", &self.request.uri.path())
            .field("claims", &self.claims)
            .field("token_remembered", &self.token_remembered)
            .finish_non_exhaustive()
    }
}

pub(crate) type OnRejection = dyn Fn(&RejectionEvent<'_>) + Send + Sync;
pub(crate) type OnAcceptance = dyn Fn(&AcceptanceEvent<'_>) + Send + Sync;

/// Who is told of decisions.
pub(crate) struct Listeners {
    pub(crate) logging: bool,
    pub(crate) on_rejection: Option<Box<OnRejection>>,
    pub(crate) on_acceptance: Option<Box<OnAcceptance>>,
}

impl Listeners {
    /// A request was refused, or would have been.
    pub(crate) fn hear_rejection(&self, event: &RejectionEvent<'_>) {
        if self.logging {
            let verdict = match event.enforcement {
                Enforcement::Enforce => "REJECTED",
                Enforcement::Report => "WOULD REJECT",
            };
            let (request, device) = (Request(event.request), Device(event.claims));
            log::info!(target: LOG_TARGET, "{verdict} {} {request}{device}", event.rejection);
        }
        if let Some(hook) = &self.on_rejection {
            hook(event);
        }
    }

    /// Whether anyone wants to hear of requests that pass.
    pub(crate) fn want_acceptances(&self) -> bool {
        self.log_acceptances() || self.on_acceptance.is_some()
    }

    /// A request has passed every check.
    pub(crate) fn hear_acceptance(&self, event: &AcceptanceEvent<'_>) {
        if self.log_acceptances() {
            log_acceptance(event);
        }
        if let Some(hook) = &self.on_acceptance {
            hook(event);
        }
    }

    fn log_acceptances(&self) -> bool {
        self.logging && log::log_enabled!(target: LOG_TARGET, log::Level::Debug)
    }
}

fn log_acceptance(event: &AcceptanceEvent<'_>) {
    let (request, device) = (Request(event.request), Device(Some(event.claims)));
    let key = event
        .claims
        .key_id()
        .map_or(String::new(), |kid| format!(" kid={}", kid.escape_debug()));
    log::debug!(target: LOG_TARGET, "ACCEPTED {request}{device}{key}");
}

/// Method and path, without the query.
struct Request<'a>(&'a RequestHead);

impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RequestHead { method, uri, .. } = self.0;
        write!(f, "{:.16} {}", method.as_str(), LogPath(uri.path()))
    }
}

/// What support asks for, of a genuine token only.
struct Device<'a>(Option<&'a ApproovClaims>);

impl fmt::Display for Device<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(claims) = self.0 else { return Ok(()) };
        if let Some(arc) = claims.arc() {
            write!(f, " arc={}", arc.escape_debug())?;
        }
        if let Some(did) = claims.device_id() {
            write!(f, " did={}", did.escape_debug())?;
        }
        Ok(())
    }
}
