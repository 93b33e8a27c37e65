//! An OpenAPI document, made by `utoipa`, that says which operations need Approov.
//!
//! `cargo run --features neighbours --bin openapi`, then `curl http://127.0.0.1:8002/openapi.json`.

use std::error::Error;

use actix_web::{App, HttpServer, Responder, get, middleware::Logger, post, web};
use approov_actix::{
    Approov, approov_protected,
    openapi::{self, SecurityScheme},
};
use approov_actix_examples::{Call, Settings};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, Modify, OpenApi, ToSchema,
    openapi::security::{Http, HttpAuthScheme},
};

#[derive(Deserialize, IntoParams)]
struct Page {
    /// How many orders to skip.
    skip: Option<u32>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Order {
    id: u32,
    item: String,
}

// Put `#[utoipa::path]` above the guard, where it sees the handler's own parameters.
#[utoipa::path(
    params(Page),
    security(("Approov" = [], "user" = [])),
    responses((status = 200, description = "Orders.", body = Vec<Order>))
)]
#[get("/users/{user}/orders")]
#[approov_protected(binding = "Authorization")]
async fn orders(user: web::Path<String>, page: web::Query<Page>) -> impl Responder {
    let item = format!("a book of {user}");
    let id = page.skip.unwrap_or_default() + 1;
    web::Json([Order { id, item }])
}

#[utoipa::path(security(("Approov" = [])), responses((status = 200, description = "As it was sent.", body = Order)))]
#[post("/orders")]
#[approov_protected]
async fn order(order: web::Json<Order>) -> impl Responder {
    order
}

#[utoipa::path(responses((status = 200, description = "The server is there.")))]
#[get("/health")]
async fn health() -> impl Responder {
    "ok"
}

/// The user's own token, which operations require as well.
struct UserToken;

impl Modify for UserToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = utoipa::openapi::security::SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("user", scheme);
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Orders", version = "1.0.0", description = "Of genuine apps only."),
    paths(orders, order, health),
    modifiers(&UserToken)
)]
struct Document;

#[get("/openapi.json")]
async fn openapi_json(document: web::Data<openapi::Document>) -> impl Responder {
    web::Json(document)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::load("info")?;
    let approov = settings.approov(Approov::builder)?;
    // Adds the scheme, and the answer 401 for each operation that requires it.
    let document = web::Data::new(SecurityScheme::new(&approov).add_to(Document::openapi())?);

    let server = HttpServer::new(move || {
        App::new()
            .app_data(approov.clone())
            .app_data(document.clone())
            .service(orders)
            .service(order)
            .service(health)
            .service(openapi_json)
            .wrap(Logger::default())
    })
    .workers(settings.workers)
    .bind((settings.host.as_str(), settings.port))
    .map_err(|error| settings.bind_error(&error))?;
    settings.announce(&CALLS);
    server.run().await?;
    Ok(())
}

/// For the demo mode.
const CALLS: [Call; 3] = [
    Call {
        title: "the document, which everyone may read",
        path: "/openapi.json",
        ..Call::OPEN
    },
    Call {
        title: "a genuine app of this user",
        path: "/users/alice/orders?skip=2",
        args: " -H 'Authorization: Bearer user-1'",
        token: Some(&["Bearer user-1"]),
        ..Call::OPEN
    },
    Call {
        title: "refused: no token",
        path: "/users/alice/orders",
        args: "",
        token: None,
        ..Call::OPEN
    },
];
