//! What tells of decisions: the log and the application's hooks.

use actix_web::{HttpRequest, HttpResponse};

use super::ApproovBuilder;
use crate::event::{AcceptanceEvent, RejectionEvent};

impl ApproovBuilder {
    /// How a request is called in log lines and events, such as by its correlation id. Default: not at all.
    ///
    /// It is asked where a request is refused or reported, and where acceptances are logged or handed to [`on_acceptance`](Self::on_acceptance), when the
    /// request enters the outermost middleware, the guard or the argument. Log lines end with ` request=` and the id, escaped and cut to 200 characters.
    ///
    /// # Examples
    ///
    /// From a header, or from what a middleware further out has put into the request's extensions:
    ///
    /// ```
    /// use actix_web::HttpMessage as _;
    ///
    /// #[derive(Clone)]
    /// struct RequestId(String);
    ///
    /// # use approov_actix::{Approov, Key};
    /// # let builder = Approov::builder().keys(Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?);
    /// let approov = builder
    ///     .request_id(|request| request.extensions().get::<RequestId>().map(|id| id.0.clone()))
    ///     .build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn request_id(mut self, id: impl Fn(&HttpRequest) -> Option<String> + Send + Sync + 'static) -> Self {
        self.request_id = Some(Box::new(id));
        self
    }

    /// Whether decisions are logged. Default: yes. The hooks of [`on_rejection`](Self::on_rejection) and
    /// [`on_acceptance`](Self::on_acceptance) are called either way, and faults of the configuration are always logged.
    ///
    /// # Security
    ///
    /// Log lines have the code, method, path, `arc` and device id, and the [`name`](Self::name) and [`request_id`](Self::request_id) that you give:
    /// no token, key or bound value.
    pub fn logging(mut self, enabled: bool) -> Self {
        self.logging = Some(enabled);
        self
    }

    /// Builds the response to a refused request. Default: 401 with the body `{}`. `Cache-Control: no-store`, and to a 401 `WWW-Authenticate: Approov`, are
    /// added unless the response has them. If it panics, actix closes the connection without an answer.
    ///
    /// It is called when a request is refused, also where an `Option` or `Result` in a handler then keeps the refusal to itself. What is to happen
    /// for each answered refusal belongs in [`on_rejection`](Self::on_rejection).
    ///
    /// # Security
    ///
    /// Whatever tells one refusal from another helps anyone who probes the server. Faults of the server (500) do not come here.
    ///
    /// # Examples
    ///
    /// Answer 400 in place of 401, and keep the statuses that mean something else, such as 413 for a body over the limit:
    ///
    /// ```
    /// use actix_web::{HttpResponse, http::StatusCode};
    ///
    /// # use actix_web::{App, rt, test, web};
    /// # use approov_actix::Approov;
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let builder = Approov::builder().keys(approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?);
    /// let builder = builder.reject_with(|event| match event.default_status() {
    ///     StatusCode::UNAUTHORIZED => HttpResponse::BadRequest().json(serde_json::json!({})),
    ///     other => HttpResponse::build(other).json(serde_json::json!({})),
    /// });
    /// # let approov = builder.build()?;
    /// # rt::System::new().block_on(async {
    /// #     let app = App::new().route("/", web::get().to(|| async { "in" })).wrap(approov.middleware());
    /// #     let app = test::init_service(app).await;
    /// #     let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
    /// #     assert_eq!(response.status(), 400);
    /// #     assert_eq!(test::read_body(response).await, "{}");
    /// # });
    /// # Ok(())
    /// # }
    /// ```
    pub fn reject_with(
        mut self,
        respond: impl Fn(&RejectionEvent<'_>) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        self.reject_with = Some(Box::new(respond));
        self
    }

    /// Called for each refused request, and once per reason for a request that was only reported. For metrics and alarms.
    ///
    /// A request that one layer reports and another one refuses is announced twice, with the [`Enforcement`](crate::Enforcement) of each. The hook runs on the worker's
    /// thread, so it should not block; if it panics, actix closes the connection without an answer.
    ///
    /// # Security
    ///
    /// The event has the whole request head, with token and bound headers: take from it what you need, and log no headers.
    ///
    /// # Examples
    ///
    /// ```
    /// # let builder = approov_actix::Approov::builder().keys(approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?);
    /// let approov = builder
    ///     .on_rejection(|event| eprintln!("{} {:?}", event.rejection.code(), event.enforcement))
    ///     .build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn on_rejection(mut self, hook: impl Fn(&RejectionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_rejection = Some(Box::new(hook));
        self
    }

    /// Called once for each request that a check has passed and none has refused or reported. For metrics and traces.
    ///
    /// It is called at the end, when nothing can refuse the request any more:
    ///
    /// - by the outermost middleware, when there is an answer: also when the handler fails, or a middleware further in. For a WebSocket that is the end of the
    ///   handshake, for a stream its head. If the connection is lost before, it is called as well; if the handler panics, it is not.
    /// - by `#[approov_protected]` without a middleware around, when the handler's parameters were extracted, or could not be.
    /// - by an argument alone, at once. It cannot know of others: if a later one refuses, [`on_rejection`](Self::on_rejection) is called too.
    ///
    /// A middleware of yours that sends a request on to another path makes no second call. If it is outside of the middleware of Approov, it does so after
    /// the first answer was announced: what is refused then is announced too, and what was refused first is never announced as accepted.
    ///
    /// Of several [`Approov`](crate::Approov) values each calls its own hook, by its own checks. The hook runs on the worker's thread, so it should not
    /// block; if it panics, actix closes the connection without an answer.
    ///
    /// # Security
    ///
    /// As for [`on_rejection`](Self::on_rejection): log no headers.
    ///
    /// # Examples
    ///
    /// Count genuine requests, and those of them whose token did not have to be verified again:
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    ///
    /// # use approov_actix::Approov;
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let builder = Approov::builder().keys(approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?);
    /// static ACCEPTED: AtomicU64 = AtomicU64::new(0);
    /// static CACHED: AtomicU64 = AtomicU64::new(0);
    ///
    /// let builder = builder.on_acceptance(|event| {
    ///     ACCEPTED.fetch_add(1, Relaxed);
    ///     CACHED.fetch_add(event.token_cached.into(), Relaxed);
    /// });
    /// # builder.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_acceptance(mut self, hook: impl Fn(&AcceptanceEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_acceptance = Some(Box::new(hook));
        self
    }
}
