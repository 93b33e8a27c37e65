//! Code and device id of each decision in the request's span, with `tracing-actix-web`.
//!
//! `cargo run --features neighbours --bin tracing-spans` needs no set-up and prints how to call it.

use std::{error::Error, io, str::FromStr as _};

use actix_web::{
    App, HttpServer, Responder,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get, web,
};
use approov_actix::{AcceptanceEvent, Approov, ApproovClaims, Enforcement, RejectionEvent, approov_protected};
use approov_actix_examples::{Call, HTTP_CLIENT, Settings};
use serde_json::json;
use tracing::{Span, field::Empty};
use tracing_actix_web::{DefaultRootSpanBuilder, RootSpanBuilder, TracingLogger};
use tracing_subscriber::{EnvFilter, filter::Directive, fmt::format::FmtSpan};

#[get("/orders")]
#[approov_protected(binding = "Authorization")]
async fn orders() -> impl Responder {
    // In the request's span, like everything that a handler logs.
    tracing::info!("looking for orders");
    web::Json(json!({ "orders": [] }))
}

#[get("/whoami")]
async fn whoami(claims: ApproovClaims) -> impl Responder {
    web::Json(json!({ "device_id": claims.device_id() }))
}

/// The usual span of a request, with room for Approov's decision.
struct ApproovSpan;

impl RootSpanBuilder for ApproovSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        tracing_actix_web::root_span!(
            request,
            approov.verdict = Empty,
            approov.code = Empty,
            approov.device_id = Empty
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, actix_web::Error>) {
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

fn accepted(event: &AcceptanceEvent<'_>) {
    Span::current().record("approov.verdict", "accepted");
    record_device(event.claims);
}

fn rejected(event: &RejectionEvent<'_>) {
    let is_reported = event.enforcement == Enforcement::Report;
    let verdict = if is_reported { "reported" } else { "refused" };
    Span::current()
        .record("approov.verdict", verdict)
        .record("approov.code", event.rejection.code());
    if let Some(claims) = event.claims {
        record_device(claims);
    }
}

fn record_device(claims: &ApproovClaims) {
    if let Some(device_id) = claims.device_id() {
        Span::current().record("approov.device_id", device_id);
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load_with_log(start_log)?;
    let approov = settings.approov(|| Approov::builder().on_acceptance(accepted).on_rejection(rejected))?;

    let server = HttpServer::new(move || {
        // If you also wrap `approov.middleware()`, keep this line below it: the span must exist when Approov decides.
        App::new()
            .app_data(approov.clone())
            .service(orders)
            .service(whoami)
            .wrap(TracingLogger::<ApproovSpan>::new())
    })
    .workers(settings.workers)
    .bind((settings.host.as_str(), settings.port))
    .map_err(|error| settings.bind_error(&error))?;
    settings.announce(&CALLS);
    server.run().await?;
    Ok(())
}

/// Logs one line for each request, when its span ends. What `approov-actix` logs is in the span too. The format is
/// JSON, because a client controls some fields, such as `http.client_ip` with `X-Forwarded-For`: in plain text, it
/// could forge other fields.
#[allow(clippy::expect_used, reason = "fixed texts")]
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let quiet = |target: &str| Directive::from_str(&format!("{target}=warn")).expect("a directive");
    let filter = HTTP_CLIENT
        .into_iter()
        .map(quiet)
        .fold(filter, EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(io::stderr)
        .init();
}

/// For the demo mode: accepted and refused requests.
const CALLS: [Call; 3] = [
    Call {
        title: "a genuine app of this user",
        path: "/orders",
        args: " -H 'Authorization: Bearer user-1'",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "refused: the token is another user's",
        path: "/orders",
        args: " -H 'Authorization: Bearer user-2'",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token",
        path: "/whoami",
        args: "",
        token: None,
        ..Call::OPEN
    },
];
