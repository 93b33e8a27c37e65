//! The Shapes API, protected by Approov: compare with `shapes-api-unprotected.rs` to see what that costs.
//!
//! `cargo run --bin shapes-api`, then open <http://127.0.0.1:8002/>.

use std::error::Error;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, get, middleware::Logger, routes, web};
use approov_actix::{Approov, Rejection, RejectionEvent, approov_protected};
use approov_actix_examples::{Call, Endpoint, Settings, home_page};
use serde_json::json;

#[get("/")]
async fn home(settings: web::Data<Settings>) -> HttpResponse {
    home_page(&settings, &ENDPOINTS)
}

#[routes]
#[get("/v1/hello")]
#[get("/v2/hello")]
async fn hello() -> impl Responder {
    web::Json(json!({ "text": "Hello, World!" }))
}

#[get("/v1/shapes")]
async fn shapes_v1() -> impl Responder {
    shape()
}

#[get("/v1/forms")]
async fn forms_v1(request: HttpRequest) -> HttpResponse {
    form(&request)
}

#[get("/v2/shapes")]
#[approov_protected]
async fn shapes_v2() -> impl Responder {
    shape()
}

#[get("/v2/forms")]
#[approov_protected(binding = "Authorization")]
async fn forms_v2(request: HttpRequest) -> HttpResponse {
    form(&request)
}

fn shape() -> impl Responder {
    web::Json(json!({ "shape": fastrand::choice(["Circle", "Triangle", "Square", "Rectangle"]) }))
}

/// Requires a user's token. Whether that token is valid is out of scope here.
fn form(request: &HttpRequest) -> HttpResponse {
    let authorization = request.headers().get("Authorization");
    if authorization.is_none_or(|value| value.as_bytes().trim_ascii().is_empty()) {
        return authorization_missing();
    }
    HttpResponse::Ok().json(json!({ "form": fastrand::choice(["Sphere", "Cone", "Cube", "Box"]) }))
}

fn authorization_missing() -> HttpResponse {
    log::error!("AUTHORIZATION TOKEN EMPTY OR MISSING");
    HttpResponse::BadRequest().json(json!({}))
}

/// Like the original: 400 for a request without a token, 401 for a bad one.
fn refuse(event: &RejectionEvent<'_>) -> HttpResponse {
    match event.rejection {
        Rejection::TokenMissing | Rejection::TokenEmpty => HttpResponse::BadRequest().json(json!({})),
        Rejection::BindingHeaderMissing { .. } => authorization_missing(),
        _ => HttpResponse::Unauthorized().json(json!({})),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load("info,approov_actix=debug")?;
    let approov = settings.approov(|| Approov::builder().reject_with(refuse))?;
    settings.announce(&CALLS);
    let settings = web::Data::new(settings);
    let data = settings.clone();
    HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(approov.clone())
            .service(home)
            .service(hello)
            .service(shapes_v1)
            .service(forms_v1)
            .service(shapes_v2)
            .service(forms_v2)
            .wrap(Logger::default())
    })
    .workers(settings.workers)
    .bind((settings.host.as_str(), settings.port))
    .map_err(|error| settings.bind_error(&error))?
    .run()
    .await?;
    Ok(())
}

/// What the home page says.
const ENDPOINTS: [Endpoint; 6] = [
    Endpoint::open("/v1/hello"),
    Endpoint::open("/v1/shapes"),
    Endpoint::open("/v1/forms").with_authorization(),
    Endpoint::open("/v2/hello"),
    Endpoint::open("/v2/shapes").with_token(),
    Endpoint::open("/v2/forms").with_authorization().with_token(),
];

/// For the demo mode: accepted and refused requests.
const CALLS: [Call; 5] = [
    Call {
        title: "a genuine app",
        path: "/v2/shapes",
        args: "",
        token: Some(&[]),
        ..Call::OPEN
    },
    Call {
        title: "400: no token",
        path: "/v2/shapes",
        args: "",
        token: None,
        ..Call::OPEN
    },
    Call {
        title: "a genuine app of this user",
        path: "/v2/forms",
        args: " -H 'Authorization: Bearer user-1'",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "400: no user",
        path: "/v2/forms",
        args: "",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "401: the token is bound to another user",
        path: "/v2/forms",
        args: " -H 'Authorization: Bearer user-2'",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
];
