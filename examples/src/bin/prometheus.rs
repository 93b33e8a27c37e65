//! Accepted, refused and reported requests as metrics for Prometheus, and on a page that needs nothing else.
//!
//! `cargo run --features neighbours --bin prometheus`, then open <http://127.0.0.1:9002/>.

use std::error::Error;

use actix_web::{App, HttpResponse, HttpServer, Responder, get, http::header::ContentType, middleware::Logger, web};
use approov_actix::{AcceptanceEvent, Approov, ApproovClaims, Enforcement, RejectionEvent, approov_protected};
use approov_actix_examples::{Call, Settings, number};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;

const ACCEPTED: &str = "approov_accepted_requests_total";
const REFUSED: &str = "approov_refused_requests_total";
const REPORTED: &str = "approov_reported_requests_total";

/// Codes are few and fixed. A device id as a label would make a series for each device.
fn count_acceptance(event: &AcceptanceEvent<'_>) {
    let token = if event.token_cached { "cached" } else { "verified" };
    metrics::counter!(ACCEPTED, "token" => token).increment(1);
}

fn count_rejection(event: &RejectionEvent<'_>) {
    let is_reported = event.enforcement == Enforcement::Report;
    let name = if is_reported { REPORTED } else { REFUSED };
    metrics::counter!(name, "code" => event.rejection.code()).increment(1);
}

fn describe_metrics() {
    metrics::describe_counter!(
        ACCEPTED,
        "Requests that passed every check, by whether their token was cached."
    );
    metrics::describe_counter!(REFUSED, "Requests that were refused, by code.");
    metrics::describe_counter!(
        REPORTED,
        "Requests that would have been refused if their check were enforced, by code."
    );
}

#[get("/whoami")]
async fn whoami(claims: ApproovClaims) -> impl Responder {
    web::Json(json!({ "device_id": claims.device_id() }))
}

#[get("/orders")]
#[approov_protected(binding = "Authorization")]
async fn orders() -> impl Responder {
    web::Json(json!({ "orders": [] }))
}

#[get("/metrics")]
async fn metrics_text(metrics: web::Data<PrometheusHandle>) -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(sorted(&metrics.render()))
}

/// Sorts metrics and their series by name: the recorder has no fixed order, and the page must not jump.
fn sorted(text: &str) -> String {
    let mut metrics: Vec<Vec<&str>> = text.split("\n\n").map(|metric| metric.lines().collect()).collect();
    for lines in &mut metrics {
        // Help and type come first.
        lines.sort_unstable_by_key(|line| (!line.starts_with('#'), *line));
    }
    metrics.retain(|lines| !lines.is_empty());
    metrics.sort_unstable();
    metrics.iter().map(|lines| lines.join("\n") + "\n\n").collect()
}

#[get("/")]
async fn page() -> impl Responder {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(include_str!("../metrics.html"))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load("info")?;
    let metrics_port = number("METRICS_PORT")?.unwrap_or(9002);
    let approov = settings.approov(|| {
        Approov::builder()
            .on_acceptance(count_acceptance)
            .on_rejection(count_rejection)
    })?;
    let metrics = web::Data::new(PrometheusBuilder::new().install_recorder()?);
    describe_metrics();

    let server = HttpServer::new(move || {
        App::new()
            .app_data(approov.clone())
            .service(whoami)
            .service(orders)
            .wrap(Logger::default())
    })
    .workers(settings.workers)
    .bind((settings.host.as_str(), settings.port))
    .map_err(|error| settings.bind_error(&error))?;

    // Metrics have their own listener, for this machine only: not everyone should see what an attacker tries, and
    // whether it works.
    let metrics_server =
        HttpServer::new(move || App::new().app_data(metrics.clone()).service(metrics_text).service(page))
            .workers(1)
            .bind(("127.0.0.1", metrics_port))
            .map_err(|error| format!("cannot listen on METRICS_PORT, 127.0.0.1:{metrics_port}: {error}"))?;
    log::info!("metrics: http://127.0.0.1:{metrics_port}/ and http://127.0.0.1:{metrics_port}/metrics");
    settings.announce(&CALLS);
    futures_util::future::try_join(server.run(), metrics_server.run()).await?;
    Ok(())
}

/// For the demo mode: accepted and refused requests.
const CALLS: [Call; 3] = [
    Call {
        title: "a genuine app; its token is cached the second time",
        path: "/whoami",
        args: "",
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token",
        path: "/whoami",
        args: "",
        token: None,
        ..Call::OPEN
    },
    Call {
        title: "refused: the token is another user's",
        path: "/orders",
        args: " -H 'Authorization: Bearer user-2'",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
];
