//! The log and the application's hooks, which report decisions.

use actix_web::{HttpRequest, HttpResponse};

use super::ApproovBuilder;
use crate::event::{AcceptanceEvent, RejectionEvent};

impl ApproovBuilder {
    /// How log lines and events identify a request, for example by its correlation id. By default, they have no id.
    ///
    /// The function is called when a request is refused or reported. If acceptances are logged or handed to
    /// [`on_acceptance`](Self::on_acceptance), it is also called when the request enters the outermost middleware,
    /// the guard or the argument. Log lines end with ` request=` and the id, escaped and cut to 200 characters.
    ///
    /// # Examples
    ///
    /// Take the id from the request's extensions, where an outer middleware has put it:
    ///
    /// ```
    /// use actix_web::HttpMessage as _;
    ///
    /// #[derive(Clone)]
    /// struct RequestId(String);
    ///
    /// # use approov_actix::{Approov, Key};
    /// # let key = Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = Approov::builder().keys(key);
    /// let approov = builder
    ///     .request_id(|request| request.extensions().get::<RequestId>().map(|id| id.0.clone()))
    ///     .build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn request_id(mut self, id: impl Fn(&HttpRequest) -> Option<String> + Send + Sync + 'static) -> Self {
        self.request_id = Some(Box::new(id));
        self
    }

    /// Whether decisions are logged. Default: yes. The hooks [`on_rejection`](Self::on_rejection) and
    /// [`on_acceptance`](Self::on_acceptance) are called either way, and configuration faults are always logged.
    ///
    /// # Security
    ///
    /// Log lines show the code, method, path, `arc`, device id and key id, and your [`name`](Self::name) and
    /// [`request_id`](Self::request_id). They show no token, key or bound value.
    pub fn logging(mut self, enabled: bool) -> Self {
        self.logging = Some(enabled);
        self
    }

    /// Builds the response to a refused request. By default, the status is that of the reason, usually 401, and the
    /// body is `{}`. The library adds `Cache-Control: no-store`, and to a 401 `WWW-Authenticate: Approov`, unless
    /// the response has these headers. If the function panics, actix closes the connection without an answer.
    ///
    /// The function is called for every refusal, even one that an `Option` or `Result` in a handler then hides. To act
    /// on each refusal that is sent, use [`on_rejection`](Self::on_rejection).
    ///
    /// # Security
    ///
    /// Any difference between refusals helps an attacker who probes the server. Server faults (500) do not reach this
    /// function.
    ///
    /// # Examples
    ///
    /// Answer 400 instead of 401, and keep the other statuses, such as 413 for a body over the limit:
    ///
    /// ```
    /// use actix_web::{HttpResponse, http::StatusCode};
    ///
    /// # use actix_web::{App, rt, test, web};
    /// # use approov_actix::Approov;
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = Approov::builder().keys(key);
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

    /// Called for each refused request that finds a configuration, and once per reason for a request that was only
    /// reported. For metrics and alarms.
    ///
    /// If one layer reports a request and another refuses it, the hook is called twice, with the
    /// [`Enforcement`](crate::Enforcement) of each. The hook runs on the worker's thread, so it should not block.
    /// If it panics, actix closes the connection without an answer.
    ///
    /// # Security
    ///
    /// The event has the whole request head, including the token and the bound headers. Take only what you need, and do
    /// not log headers.
    ///
    /// # Examples
    ///
    /// ```
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = approov_actix::Approov::builder().keys(key);
    /// let approov = builder
    ///     .on_rejection(|event| eprintln!("{} {:?}", event.rejection.code(), event.enforcement))
    ///     .build()?;
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    pub fn on_rejection(mut self, hook: impl Fn(&RejectionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_rejection.push(Box::new(hook));
        self
    }

    /// Called once for each request that passes a check and that no check refuses or reports. For metrics and traces.
    ///
    /// The hook is called at the end, when nothing can refuse the request any more:
    ///
    /// - by the outermost middleware, when there is an answer, even if the handler or an inner middleware fails. For a
    ///   WebSocket, that is the end of the handshake; for a stream, its head. If the connection is lost earlier, the
    ///   hook is called as well. If the handler panics, it is not.
    /// - by `#[approov_protected]` without a middleware around it, when the handler's parameters were extracted, or
    ///   could not be.
    /// - by an argument without either, immediately. It does not know about later arguments: if one of them refuses,
    ///   [`on_rejection`](Self::on_rejection) is called too.
    ///
    /// If your own middleware sends a request on to another path, there is no second call. If that middleware is
    /// outside Approov's, the hooks have been called before. They are called again only if the request is refused at
    /// its new path.
    ///
    /// If there are several [`Approov`](crate::Approov) values, each calls its own hook, for its own checks. The hook
    /// runs on the worker's thread, so it should not block. If it panics, actix closes the connection without an
    /// answer.
    ///
    /// # Security
    ///
    /// The event has the whole request head, including the token and the bound headers: do not log headers.
    ///
    /// # Examples
    ///
    /// Count genuine requests, and those whose token was cached:
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    ///
    /// # use approov_actix::Approov;
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = Approov::builder().keys(key);
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
        self.on_acceptance.push(Box::new(hook));
        self
    }
}
