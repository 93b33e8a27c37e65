//! From a refusal to its response.

use std::{cell::RefCell, fmt, rc::Rc};

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

use crate::{
    approov::Approov,
    event::{EventRequest, KeptRequest, RejectionEvent},
    policy::Enforcement,
    rejection::Rejection,
    request::{outcome::Outcome, state::RequestState},
    token::ApproovClaims,
};

/// A verdict against a request, not yet answered.
pub(crate) struct Refusal {
    /// The configuration that refused. `None` if none was found.
    pub(crate) approov: Option<Approov>,
    pub(crate) rejection: Rejection,
    /// The claims, if the token was genuine.
    pub(crate) claims: Option<ApproovClaims>,
}

impl Refusal {
    pub(crate) fn not_configured() -> Self {
        Rejection::NotConfigured.into()
    }

    /// The answer, announced immediately.
    pub(crate) fn answer(self, request: &HttpRequest) -> Refused {
        let id = self.request_id(request);
        let event = self.event(EventRequest::new(request, id.as_deref()));
        let refused = Refused::new(self.rejection, self.response(&event));
        if let Some(approov) = &self.approov {
            RequestState::fail(request, approov);
        }
        self.announce(&event);
        refused
    }

    /// The answer, announced when it becomes a response. An extractor cannot know whether it is the argument of a
    /// handler, or inside an `Option` that swallows its error.
    pub(crate) fn answer_announced_when_sent(self, request: &HttpRequest) -> Refused {
        let id = self.request_id(request);
        let event = self.event(EventRequest::new(request, id.as_deref()));
        let refused = Refused::new(self.rejection, self.response(&event));
        refused.0.unannounced.replace(Some(Unannounced {
            outcome: (self.approov.as_ref()).and_then(|approov| RequestState::outcome(request, approov)),
            request: KeptRequest::of(request),
            id,
            refusal: self,
        }));
        refused
    }

    fn response(&self, event: &RejectionEvent<'_>) -> HttpResponse {
        let reject_with = self.approov.as_ref().and_then(|approov| {
            let reject_with = approov.settings().reject_with.as_ref();
            reject_with.filter(|_| !self.rejection.is_server_fault())
        });
        with_headers(reject_with.map_or_else(
            || plain_response(event.default_status()),
            |reject_with| reject_with(event),
        ))
    }

    fn announce(&self, event: &RejectionEvent<'_>) {
        if let Some(approov) = &self.approov {
            approov.settings().listeners.hear_rejection(event);
        }
    }

    fn request_id(&self, request: &HttpRequest) -> Option<String> {
        self.approov.as_ref()?.settings().listeners.id_of(request)
    }

    fn event<'a>(&'a self, request: EventRequest<'a>) -> RejectionEvent<'a> {
        let approov = self.approov.as_ref();
        RejectionEvent {
            request,
            rejection: self.rejection,
            claims: self.claims.as_ref(),
            enforcement: Enforcement::Enforce,
            name: approov.and_then(|approov| approov.settings().listeners.name.as_deref()),
        }
    }
}

/// What is left to do when a refusal becomes a response.
struct Unannounced {
    refusal: Refusal,
    outcome: Option<Rc<Outcome>>,
    request: KeptRequest,
    id: Option<String>,
}

/// For a request without a configuration.
impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self {
            approov: None,
            rejection,
            claims: None,
        }
    }
}

/// The same whatever the reason.
fn plain_response(status: StatusCode) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header(header::ContentType::json())
        .body("{}")
}

/// Adds the header that keeps caches from storing a refusal, and the header that RFC 9110, section 15.5.2, requires for
/// a 401. The application's own headers stay.
fn with_headers(mut response: HttpResponse) -> HttpResponse {
    let is_unauthorized = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is_unauthorized && !headers.contains_key(header::WWW_AUTHENTICATE) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Approov"));
    }
    response
}

/// A refusal as an actix error: it carries the response, and converts into its [`Rejection`].
///
/// Handlers get it if they take `Result<ApproovClaims, Refused>`. Returning it from a handler answers the request as if
/// the extractor had refused it. The refusal is logged and passed to the application's hook only when it becomes a
/// response.
///
/// # Examples
///
/// ```
/// use approov_actix::{ApproovClaims, Refused, Rejection};
///
/// async fn handler(claims: Result<ApproovClaims, Refused>) -> Result<String, Refused> {
///     match claims {
///         Err(refused) if refused.rejection() == Rejection::TokenExpired => Ok("please retry".to_owned()),
///         claims => Ok(format!("device {:?}", claims?.device_id())),
///     }
/// }
/// ```
///
/// # Security
///
/// `Display` and `Debug` show the [`Rejection`] and nothing else.
// Boxed, because every `Result` and every future that may hold one is moved around even if it holds none.
pub struct Refused(Box<Answer>);

struct Answer {
    rejection: Rejection,
    status: StatusCode,
    response: RefCell<Option<HttpResponse>>,
    unannounced: RefCell<Option<Unannounced>>,
}

impl Refused {
    /// Why the request was refused.
    pub fn rejection(&self) -> Rejection {
        self.0.rejection
    }

    fn new(rejection: Rejection, response: HttpResponse) -> Self {
        Self(Box::new(Answer {
            rejection,
            status: response.status(),
            response: RefCell::new(Some(response)),
            unannounced: RefCell::new(None),
        }))
    }
}

impl From<Refused> for Rejection {
    fn from(refused: Refused) -> Self {
        refused.0.rejection
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// The response that was built when the request was refused. A response cannot be copied, so a second call gets the
    /// same status with the plain body.
    fn error_response(&self) -> HttpResponse {
        if let Some(unannounced) = self.0.unannounced.take() {
            let Unannounced {
                refusal,
                outcome,
                request,
                id,
            } = unannounced;
            if let Some(outcome) = outcome {
                outcome.fail();
            }
            refusal.announce(&refusal.event(request.event_request(id.as_deref())));
        }
        let response = self.0.response.take();
        response.unwrap_or_else(|| with_headers(plain_response(self.0.status)))
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}", self.0.rejection)
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused").field(&self.0.rejection).finish()
    }
}
