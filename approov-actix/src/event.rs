//! Announces decisions: the log lines and the application's hooks.

use std::{
    collections::HashSet,
    fmt,
    ops::Deref,
    sync::{Mutex, PoisonError},
};

use actix_web::{HttpRequest, dev::RequestHead, http::StatusCode};

use crate::{
    logging::{LOG_TARGET, LogText, Name},
    policy::Enforcement,
    rejection::Rejection,
    single_use::SingleUseAdmission,
    token::ApproovClaims,
};

/// A request that was refused, or would have been if its check were enforced.
///
/// # Security
///
/// The request's headers hold the token and the bound values: do not log them. `Debug` does not show them.
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
    /// Method, URI, headers and peer address of the request, and the route that it matched.
    pub request: EventRequest<'a>,
    /// Why the request was refused or reported.
    pub rejection: Rejection,
    /// The claims of the token, if and only if the token was genuine and valid.
    pub claims: Option<&'a ApproovClaims>,
    /// [`Enforce`](Enforcement::Enforce) if the request was refused, [`Report`](Enforcement::Report) if it was let
    /// through.
    pub enforcement: Enforcement,
    /// The [name](crate::ApproovBuilder::name) of the configuration, if it has one.
    pub name: Option<&'a str>,
}

impl RejectionEvent<'_> {
    /// The status of the answer, unless [`reject_with`](crate::ApproovBuilder::reject_with) builds another one.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use approov_actix::RejectionEvent;
    ///
    /// fn respond(event: &RejectionEvent<'_>) -> HttpResponse {
    ///     HttpResponse::build(event.default_status()).body("nothing here")
    /// }
    /// # let _ = approov_actix::Approov::builder().reject_with(respond);
    /// ```
    pub fn default_status(&self) -> StatusCode {
        self.rejection.default_status()
    }
}

impl fmt::Debug for RejectionEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectionEvent")
            .field("method", &self.request.method)
            .field("path", &self.request.uri.path())
            .field("rejection", &self.rejection)
            .field("claims", &self.claims)
            .field("enforcement", &self.enforcement)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A request that no check has refused or reported.
///
/// # Security
///
/// The request's headers hold the token and the bound values: do not log them. `Debug` does not show them.
///
/// # Examples
///
/// ```
/// use approov_actix::AcceptanceEvent;
///
/// fn tell(event: &AcceptanceEvent<'_>) {
///     println!("device={:?} cached={}", event.claims.device_id(), event.token_cached);
/// }
/// # let _ = approov_actix::Approov::builder().on_acceptance(tell);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy)]
pub struct AcceptanceEvent<'a> {
    /// Method, URI, headers and peer address of the request, and the route that it matched.
    pub request: EventRequest<'a>,
    /// The claims of its token.
    pub claims: &'a ApproovClaims,
    /// Whether the token was [cached](crate::ApproovBuilder::token_cache_capacity), so that its signature was not
    /// verified again. Its time, its binding and the message signature are always checked.
    pub token_cached: bool,
    /// How the request was let in, if the policy requires single use; otherwise `None`.
    pub single_use: Option<SingleUseAdmission>,
    /// The [name](crate::ApproovBuilder::name) of the configuration, if it has one.
    pub name: Option<&'a str>,
}

impl fmt::Debug for AcceptanceEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptanceEvent")
            .field("method", &self.request.method)
            .field("path", &self.request.uri.path())
            .field("claims", &self.claims)
            .field("token_cached", &self.token_cached)
            .field("single_use", &self.single_use)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The request that an event is about: its head, its route and its id.
///
/// # Security
///
/// The headers hold the token and the bound values: do not log them.
///
/// # Examples
///
/// ```
/// use approov_actix::RejectionEvent;
///
/// fn count(event: &RejectionEvent<'_>) {
///     let route = event.request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
///     println!("{} {route} {} {:?}", event.request.method, event.rejection.code(), event.request.id());
/// }
/// # let _ = approov_actix::Approov::builder().on_rejection(count);
/// ```
#[derive(Clone, Copy)]
pub struct EventRequest<'a> {
    source: Source<'a>,
    id: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Live(&'a HttpRequest),
    Kept(&'a KeptRequest),
}

impl<'a> EventRequest<'a> {
    pub(crate) fn new(request: &'a HttpRequest, id: Option<&'a str>) -> Self {
        Self {
            source: Source::Live(request),
            id,
        }
    }

    /// The pattern of the route, such as `/orders/{id}`. Unlike the path, it is suitable as a label for metrics. `None`
    /// if no route matches.
    pub fn match_pattern(&self) -> Option<String> {
        match self.source {
            Source::Live(request) => request.match_pattern(),
            Source::Kept(request) => request.match_pattern.clone(),
        }
    }

    /// The id that [`request_id`](crate::ApproovBuilder::request_id) gives the request.
    pub fn id(&self) -> Option<&str> {
        self.id
    }

    fn head(&self) -> &'a RequestHead {
        match self.source {
            Source::Live(request) => request.head(),
            Source::Kept(request) => &request.head,
        }
    }
}

impl Deref for EventRequest<'_> {
    type Target = RequestHead;

    fn deref(&self) -> &RequestHead {
        self.head()
    }
}

/// Method, path and id.
impl fmt::Debug for EventRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventRequest")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What an event needs from a request that may be gone by then. A clone of the `HttpRequest` that outlives an extractor
/// would make actix panic when it routes the request later.
pub(crate) struct KeptRequest {
    head: RequestHead,
    match_pattern: Option<String>,
}

impl KeptRequest {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self {
            head: request.head().clone(),
            match_pattern: request.match_pattern(),
        }
    }

    pub(crate) fn event_request<'a>(&'a self, id: Option<&'a str>) -> EventRequest<'a> {
        EventRequest {
            source: Source::Kept(self),
            id,
        }
    }
}

pub(crate) type RequestId = dyn Fn(&HttpRequest) -> Option<String> + Send + Sync;
pub(crate) type OnRejection = dyn Fn(&RejectionEvent<'_>) + Send + Sync;
pub(crate) type OnAcceptance = dyn Fn(&AcceptanceEvent<'_>) + Send + Sync;

/// The log and the application's hooks.
pub(crate) struct Listeners {
    pub(crate) name: Option<String>,
    pub(crate) request_id: Option<Box<RequestId>>,
    pub(crate) logging: bool,
    pub(crate) on_rejection: Vec<Box<OnRejection>>,
    pub(crate) on_acceptance: Vec<Box<OnAcceptance>>,
    pub(crate) warned: Mutex<HashSet<String>>,
}

impl Listeners {
    /// The application's id for the request. Do not call this while the request's extensions are borrowed.
    pub(crate) fn id_of(&self, request: &HttpRequest) -> Option<String> {
        self.request_id.as_ref().and_then(|id_of| id_of(request))
    }

    /// A warning about the configuration. Each worker finds its cause anew, so it is given only once.
    pub(crate) fn warn_once(&self, sentence: &str) {
        let name = Name(self.name.as_deref());
        let warned = self.warned.lock();
        // The lock is let go before the logger, which is not ours, is called.
        let is_new = warned
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sentence.to_owned());
        if is_new {
            log::warn!(target: LOG_TARGET, "{sentence}{name}");
        }
    }

    /// A request was refused, or would have been.
    pub(crate) fn hear_rejection(&self, event: &RejectionEvent<'_>) {
        if self.logging {
            let verdict = match event.enforcement {
                Enforcement::Enforce => "REJECTED",
                Enforcement::Report => "WOULD REJECT",
            };
            let (request, device) = (Request(event.request), Device(event.claims));
            let origin = Origin(event.name, event.request.id);
            log::info!(target: LOG_TARGET, "{verdict} {} {request}{device}{origin}", event.rejection);
        }
        for hook in &self.on_rejection {
            hook(event);
        }
    }

    /// Whether anyone wants to hear of requests that pass.
    pub(crate) fn want_acceptances(&self) -> bool {
        self.log_acceptances() || !self.on_acceptance.is_empty()
    }

    /// A request has passed every check.
    pub(crate) fn hear_acceptance(&self, event: &AcceptanceEvent<'_>) {
        if self.log_acceptances() {
            log_acceptance(event);
        }
        for hook in &self.on_acceptance {
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
    let single_use = match event.single_use {
        None => "",
        Some(SingleUseAdmission::Claimed) => " single_use=claimed",
        Some(SingleUseAdmission::AdmittedWithoutStore) => " single_use=admitted_without_store",
    };
    let origin = Origin(event.name, event.request.id);
    log::debug!(target: LOG_TARGET, "ACCEPTED {request}{device}{key}{single_use}{origin}");
}

/// Method and path, without the query.
struct Request<'a>(EventRequest<'a>);

impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RequestHead { method, uri, .. } = self.0.head();
        write!(f, "{:.16} {}", method.as_str(), LogText(uri.path()))
    }
}

/// What Approov's support asks for, from a genuine token only.
struct Device<'a>(Option<&'a ApproovClaims>);

impl fmt::Display for Device<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(claims) = self.0 else { return Ok(()) };
        if let Some(arc) = claims.arc() {
            write!(f, " arc={}", LogText(arc))?;
        }
        if let Some(did) = claims.device_id() {
            write!(f, " did={}", LogText(did))?;
        }
        Ok(())
    }
}

/// The names of the configuration and of the request, if the application gives any.
struct Origin<'a>(Option<&'a str>, Option<&'a str>);

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, id) = self;
        write!(f, "{}", Name(*name))?;
        if let Some(id) = id {
            write!(f, " request={}", LogText(id))?;
        }
        Ok(())
    }
}
