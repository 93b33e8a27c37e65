//! The middleware for apps, scopes and resources.

use std::{
    fmt,
    future::{Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::{Method, header},
};
use pin_project_lite::pin_project;

use super::{
    admission::{Admission, Entrance, Inside, Pending},
    direct_or_boxed::DirectOrBoxed,
    exempt::Exemptions,
};
use crate::{
    approov::Approov,
    one_or_many::{OneOrMany, texts},
    policy::{EffectivePolicy, Policy, PolicyOrigin, SignatureRequirement},
    request::{
        layer::{ApplicationData, Findings},
        refusal::Refusal,
        state::Way,
    },
};

impl Approov {
    /// A middleware for an app, a scope or a resource. See [`ApproovMiddleware`].
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, web};
    ///
    /// # fn example(approov: approov_actix::Approov) {
    /// let app = App::new().service(web::scope("/v2").wrap(approov.middleware()));
    /// # }
    /// ```
    pub fn middleware(&self) -> ApproovMiddleware {
        ApproovMiddleware::new(self.clone())
    }
}

/// Protects everything inside an app, a scope or a resource. Made by [`Approov::middleware`]. See also the
/// [guide](crate::guide::middleware).
///
/// Guards and extractors inside it find the configuration too: `wrap` alone is enough. If several configurations are
/// nested, the [nearest](crate::guide::middleware#which-configuration-is-nearest) applies: data that was added inside a
/// middleware is nearer than the middleware. The data of an `App`, scope or resource itself is outside the middleware
/// that wraps it: guards in `App::new().app_data(one).wrap(other.middleware())` use `other`.
///
/// # Order
///
/// actix runs the middleware that was registered **last** first. Register this one last, followed only by CORS and the
/// access log. Then no other middleware sees a refused request, CORS answers preflights, and refusals carry CORS
/// headers and appear in the access log.
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
/// The middleware of a scope also runs for unknown paths inside the scope; that of a resource runs only for requests
/// that reach the resource. Paths are compared as they were sent, with the scope's prefix: see
/// [`exempt`](Self::exempt).
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

    /// What this middleware requires. Settings that `policy` leaves open keep their earlier value, or else that of the
    /// application's default.
    ///
    /// # Panics
    ///
    /// If the policy binds tokens to the header that carries them, or requires single use but has no required signature
    /// or no store.
    ///
    /// # Security
    ///
    /// A guard inside does not inherit this policy: it has its own, over the application's default. A request must pass
    /// both.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, web};
    /// use approov_actix::Policy;
    ///
    /// const BOUND: Policy = Policy::new().binding(&["Authorization"]);
    /// # fn example(approov: approov_actix::Approov) {
    /// let app = App::new().service(web::scope("/v2").wrap(approov.middleware().policy(BOUND)));
    /// # }
    /// ```
    pub fn policy(mut self, policy: Policy) -> Self {
        let settings = self.approov.settings();
        let policy = policy.or(self.policy);
        let effective = policy.over(&settings.default_policy);
        assert!(
            !effective.is_bound_to(&settings.token_header),
            "ApproovMiddleware::policy: tokens cannot be bound to {}, the header that carries them",
            settings.token_header
        );
        let fault = effective.single_use_fault(settings.single_use.is_some());
        assert!(
            fault.is_none(),
            "ApproovMiddleware::policy: the policy {}",
            fault.unwrap_or_default()
        );
        self.policy = policy;
        self
    }

    /// Whether this middleware only reports failed checks and lets the request through: see [`Policy::report`]. Use it
    /// to try out one scope.
    ///
    /// # Security
    ///
    /// With `true` everyone gets past this middleware. Guards and claims inside still check.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, web};
    ///
    /// # fn example(approov: approov_actix::Approov) {
    /// let app = App::new().service(web::scope("/v3").wrap(approov.middleware().report(true)));
    /// # }
    /// ```
    pub fn report(mut self, report: bool) -> Self {
        self.policy = self.policy.report(report);
        self
    }

    /// Lets requests for this path, or these paths, through unchecked, whatever their method. Guards and claims inside
    /// still check; claims follow this middleware's policy.
    ///
    /// Write the whole path, with the prefixes of the scopes around it.
    ///
    /// # Panics
    ///
    /// If no request could ever match: the path does not begin with `/`, is not ASCII, or has a space or one of the
    /// forms below. Also if it is a pattern or several paths: `/{id}`, `/public/*`, `/health,/metrics`.
    ///
    /// # Security
    ///
    /// The raw path must match byte for byte: nothing is decoded or normalised. A path with `%`, `//`, `\`, `;`, or a
    /// segment `.` or `..` is never exempt, because actix, which decodes `%` and nothing else, may route it elsewhere.
    /// A middleware inside that changes the path, such as `NormalizePath`, does so afterwards: with
    /// `NormalizePath::trim()`, exempting `/a/` exempts the handler of `/a`.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn example(approov: approov_actix::Approov) {
    /// let middleware = approov.middleware().exempt("/health").exempt(["/v2/login", "/v2/refresh"]);
    /// # }
    /// ```
    pub fn exempt(mut self, paths: impl OneOrMany) -> Self {
        self.exempt.add_paths(texts(paths));
        self
    }

    /// Lets requests for all paths below this prefix, or these prefixes, through unchecked. A prefix ends only at a
    /// `/`: `/public` covers `/public` and `/public/a`, but not `/publications`; `/public/` covers `/public/a`, but
    /// neither `/public` nor `/public/`.
    ///
    /// # Panics
    ///
    /// In the same cases as [`exempt`](Self::exempt), and for the prefix `/`, which would exempt everything.
    ///
    /// # Security
    ///
    /// Paths are compared as for [`exempt`](Self::exempt). Beware of routes with parameters: `/public` also covers
    /// `/{tenant}/secret` for a tenant `public`.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn example(approov: approov_actix::Approov) {
    /// let middleware = approov.middleware().exempt_prefix("/public");
    /// # }
    /// ```
    pub fn exempt_prefix(mut self, prefixes: impl OneOrMany) -> Self {
        self.exempt.add_prefixes(texts(prefixes));
        self
    }

    /// Requires no binding on this path, or these paths; the token is still checked. For login and refresh routes
    /// inside a scope that requires a binding.
    ///
    /// A guard inside does not inherit this: if the application's default has a binding, give the guard `binding =
    /// false` as well.
    ///
    /// # Panics
    ///
    /// In the same cases as [`exempt`](Self::exempt).
    ///
    /// # Security
    ///
    /// Paths are compared as for [`exempt`](Self::exempt). On these paths a stolen token works with any login.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn example(approov: approov_actix::Approov) {
    /// let middleware = approov.middleware().binding_exempt("/v2/login");
    /// # }
    /// ```
    pub fn binding_exempt(mut self, paths: impl OneOrMany) -> Self {
        self.binding_exempt.add_paths(texts(paths));
        self
    }

    /// Lets CORS preflights through unchecked: `OPTIONS` with `Origin` and `Access-Control-Request-Method`. They never
    /// carry a token. You need this only if this middleware is outside CORS. Off by default.
    ///
    /// # Security
    ///
    /// Anyone who sends `OPTIONS` with these two headers, whatever their values, reaches everything that answers
    /// `OPTIONS`, including handlers for any method and the default service.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn example(approov: approov_actix::Approov) {
    /// let middleware = approov.middleware().allow_preflight();
    /// # }
    /// ```
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
            self.approov
                .settings()
                .warn_of_reports(PolicyOrigin::Middleware, &policy);
        }
        if policy.signature.requirement != SignatureRequirement::Off {
            self.approov.settings().signature.warn_without_origin();
        }
        let gate = Rc::new(Gate {
            unbound: EffectivePolicy { binding: &[], ..policy },
            policy,
            middleware: self.clone(),
        });
        ready(Ok(ApproovService {
            service: Rc::new(service),
            gate,
        }))
    }
}

/// The service that [`ApproovMiddleware`] puts around another one.
#[derive(Debug)]
pub struct ApproovService<S> {
    service: Rc<S>,
    gate: Rc<Gate>,
}

impl<S, B> Service<ServiceRequest> for ApproovService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ApproovFuture<S, B>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let mut inside = None;
        let response = match self.gate.admit(request.request()) {
            Ok(Admission::Entered(entered)) => {
                inside = Some(entered);
                DirectOrBoxed::direct(self.service.call(request))
            }
            Ok(Admission::Pending(pending)) => {
                DirectOrBoxed::boxed(after_waiting(pending, request, Rc::clone(&self.service)))
            }
            Err(refusal) => DirectOrBoxed::boxed(ready(Ok(refuse(refusal, request)))),
        };
        ApproovFuture { response, inside }
    }
}

async fn after_waiting<S, B>(
    pending: Box<Pending>,
    mut request: ServiceRequest,
    service: Rc<S>,
) -> Result<ServiceResponse<EitherBody<B>>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let (head, payload) = request.parts_mut();
    match pending.admit(head, payload).await {
        Ok(inside) => {
            let response = service.call(request).await?;
            inside.answered(response.request());
            Ok(response.map_into_left_body())
        }
        Err(refusal) => Ok(refuse(refusal, request)),
    }
}

/// A response instead of an error, so that CORS and the access log treat it like any other.
fn refuse<B>(refusal: Refusal, request: ServiceRequest) -> ServiceResponse<EitherBody<B>> {
    let refused = refusal.answer(request.request());
    request.error_response(refused).map_into_right_body()
}

pin_project! {
    /// The response of [`ApproovService`].
    pub struct ApproovFuture<S: Service<ServiceRequest>, B> {
        #[pin]
        response: DirectOrBoxed<S::Future, Result<ServiceResponse<EitherBody<B>>, Error>>,
        // Set if the response comes from a direct future.
        inside: Option<Inside>,
    }
}

impl<S, B> Future for ApproovFuture<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.response.poll_with(context, |response| {
            let inside = this.inside.take();
            let response = response?;
            if let Some(inside) = inside {
                inside.answered(response.request());
            }
            Ok(response.map_into_left_body())
        })
    }
}

impl<S: Service<ServiceRequest>, B> fmt::Debug for ApproovFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproovFuture").finish_non_exhaustive()
    }
}

/// What a middleware's decisions depend on.
#[derive(Debug)]
struct Gate {
    middleware: ApproovMiddleware,
    policy: EffectivePolicy,
    unbound: EffectivePolicy,
}

impl Gate {
    fn admit(&self, request: &HttpRequest) -> Result<Admission, Refusal> {
        let ApproovMiddleware { approov, .. } = &self.middleware;
        let policy = if self.middleware.binding_exempt.cover(request.path()) {
            &self.unbound
        } else {
            &self.policy
        };
        let entrance = Entrance {
            approov: approov.clone(),
            policy: *policy,
            way: Way::Middleware,
            around: ApplicationData::of(request).places(),
        };
        if self.exempts(request) {
            return Ok(Admission::Entered(entrance.enter(request, Findings::default())));
        }
        entrance.admit(request)
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
