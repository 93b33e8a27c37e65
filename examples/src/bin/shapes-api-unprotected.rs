//! The Shapes API before Approov: compare with `shapes-api.rs` to see what protection costs.
//!
//! `cargo run --bin shapes-api-unprotected`, then open <http://127.0.0.1:8002/>.

use std::error::Error;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, get, middleware::Logger, routes, web};
use approov_actix_examples::{Endpoint, Settings, home_page};
use serde_json::json;

#[get("/")]
async fn home(settings: web::Data<Settings>) -> HttpResponse {
    home_page(&settings, &ENDPOINTS)
}

#[routes]
#[get("/v1/hello")]
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

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = web::Data::new(Settings::load("info")?);
    let data = settings.clone();
    HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .service(home)
            .service(hello)
            .service(shapes_v1)
            .service(forms_v1)
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
const ENDPOINTS: [Endpoint; 3] = [
    Endpoint::open("/v1/hello"),
    Endpoint::open("/v1/shapes"),
    Endpoint::open("/v1/forms").with_authorization(),
];
