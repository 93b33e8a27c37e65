//! The middleware for apps, scopes and resources.

use std::{
    future::{Ready, ready},
    rc::Rc,
};

use actix_web::{
    Error, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::{Method, header},
};
use futures_util::future::LocalBoxFuture;

#[cfg(feature = "message-signing")]
use crate::policy::SignatureRequirement;
use crate::{
    approov::Approov,
    builder::warn_of_reports,
    check::check,
    exempt::Exemptions,
    layer::Layer,
    policy::{BoundHeaders, EffectivePolicy, Policy},
    refusal::Refusal,
};

/// Protects everything inside an app, a scope or a resource. Made by [`Approov::middleware`].
///
/// Inside it the configuration is known to guards and extractors too: `wrap` alone is enough. Where several configurations are nested, the
/// nearest counts: application data that was added inside of a middleware is nearer than the middleware, and what a scope itself has as data
/// is inside of what it is wrapped with.
///
/// # Order
///
/// actix runs the middleware that was registered **last** first. Register this one last, with only CORS and the access log
/// after it: then no other middleware sees a refused request, preflights are answered by CORS, and refusals carry CORS headers
/// and have their line in the access log.
///
/// # Examples
///
/// ```no_run
/// use actix_web::{App, HttpServer, middleware::Logger, web};
/// use approov_actix::Approov;
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let approov = Approov::from_env()?;
/// HttpServer::new(move || {
///     App::new()
///         .route("/", web::get().to(|| async { "Hello, genuine app!" }))
///         .route("/health", web::get().to(|| async { "up" }))
///         .wrap(approov.middleware().exempt("/health"))
///         .wrap(Logger::default())
/// })
/// # .bind(("127.0.0.1", 0))?
/// # .run()
/// # .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Security
///
/// A middleware of a scope runs for unknown paths inside the scope as well; one of a resource runs for requests that reach the
/// resource. Paths are compared as they were sent, with the scope's prefix: see [`exempt`](Self::exempt).
#[derive(Debug, Clone)]
#[must_use = "a middleware protects nothing until it is given to `wrap`"]
pub struct ApproovMiddleware {
    approov: Approov,
    policy: Policy,
    exempt: Exemptions,
    binding_exempt: Exemptions,
    allow_preflight: bool,
}

impl ApproovMiddleware {
    pub(crate) fn new(approov: Approov) -> Self {
        Self {
            approov,
            policy: Policy::new(),
            exempt: Exemptions::default(),
            binding_exempt: Exemptions::default(),
            allow_preflight: false,
        }
    }

    /// What this middleware asks for, over the application's default.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Lets requests for this path through unchecked, whatever their method. Guards and claims inside still check.
    ///
    /// The path is the whole one, with the prefixes of the scopes around.
    ///
    /// # Panics
    ///
    /// If no request could ever match: the path does not begin with `/`, is not ASCII, has a space, or one of the forms below.
    ///
    /// # Security
    ///
    /// The raw path must be the same byte for byte. Nothing is decoded or normalised to obtain an exemption: a path with `%`,
    /// `//`, `\`, `;`, or a segment `.` or `..` is never exempt, because actix routes the path as it was sent.
    pub fn exempt(mut self, path: impl Into<String>) -> Self {
        self.exempt.add_path(path.into());
        self
    }

    /// Lets requests for all paths below this one through unchecked. A prefix ends at a `/` only: `/public` covers `/public` and
    /// `/public/a`, but not `/publications`; `/public/` covers `/public/a`, but not `/public`.
    ///
    /// # Panics
    ///
    /// As [`exempt`](Self::exempt) does, and for the prefix `/`, which would exempt everything.
    ///
    /// # Security
    ///
    /// As for [`exempt`](Self::exempt). Mind routes with parameters: `/public` also covers `/{tenant}/secret` for a tenant `public`.
    pub fn exempt_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.exempt.add_prefix(prefix.into());
        self
    }

    /// Asks for no binding on this path; the token is still checked. For login and refresh routes inside a binding scope.
    ///
    /// A guard inside does not inherit this: where the application's default has a binding, give it `binding = false` as well.
    ///
    /// # Panics
    ///
    /// As [`exempt`](Self::exempt) does.
    pub fn binding_exempt(mut self, path: impl Into<String>) -> Self {
        self.binding_exempt.add_path(path.into());
        self
    }

    /// Lets CORS preflights through unchecked: `OPTIONS` with `Origin` and `Access-Control-Request-Method`. They never carry a
    /// token. Only needed where this middleware is outside of CORS; off by default.
    ///
    /// # Security
    ///
    /// Whoever sends `OPTIONS` with these two headers, of any value, reaches what answers `OPTIONS`: handlers for any method and the
    /// default service included.
    pub fn allow_preflight(mut self) -> Self {
        self.allow_preflight = true;
        self
    }
}

impl<S, B> Transform<S, ServiceRequest> for ApproovMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = ApproovService<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let policy = self.policy.over(&self.approov.settings().default_policy);
        if self.policy != Policy::new() {
            warn_of_reports("middleware", &policy);
        }
        #[cfg(feature = "message-signing")]
        if policy.signature != SignatureRequirement::Off {
            self.approov.settings().signature.warn_without_origin();
        }
        let admission = Rc::new(Admission {
            unbound: EffectivePolicy {
                binding: BoundHeaders::default(),
                ..policy.clone()
            },
            policy,
            middleware: self.clone(),
        });
        ready(Ok(ApproovService {
            service: Rc::new(service),
            admission,
        }))
    }
}

/// The service that [`ApproovMiddleware`] puts around another one.
#[derive(Debug)]
pub struct ApproovService<S> {
    service: Rc<S>,
    admission: Rc<Admission>,
}

impl<S, B> Service<ServiceRequest> for ApproovService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let admission = Rc::clone(&self.admission);
        Box::pin(async move {
            let (head, payload) = request.parts_mut();
            match admission.admit(head, payload).await {
                Ok(()) => Ok(service.call(request).await?.map_into_left_body()),
                // A response and no error, so that CORS and the access log treat it like any other.
                Err(refusal) => {
                    let refused = refusal.answer(request.head());
                    Ok(request.error_response(refused).map_into_right_body())
                }
            }
        })
    }
}

/// What a middleware decides by.
#[derive(Debug)]
struct Admission {
    middleware: ApproovMiddleware,
    policy: EffectivePolicy,
    unbound: EffectivePolicy,
}

impl Admission {
    async fn admit(&self, request: &HttpRequest, payload: &mut Payload) -> Result<(), Refusal> {
        let ApproovMiddleware { approov, .. } = &self.middleware;
        let policy = if self.middleware.binding_exempt.cover(request.path()) {
            &self.unbound
        } else {
            &self.policy
        };
        let (approov, policy) = (approov.clone(), policy.clone());
        let layer = if self.exempts(request) {
            Layer::unchecked(approov, policy)
        } else {
            let passed = check(request, payload, &approov, &policy).await?;
            Layer::passed(approov, policy, passed)
        };
        layer.enter(request);
        Ok(())
    }

    fn exempts(&self, request: &HttpRequest) -> bool {
        self.middleware.exempt.cover(request.path()) || (self.middleware.allow_preflight && is_preflight(request))
    }
}

fn is_preflight(request: &HttpRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
