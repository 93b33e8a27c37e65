//! The attribute above and below those of actix, and without one.

use actix_web::{get, guard::GuardContext, route, routes, web};
use approov_actix::approov_protected;

#[get("/above", name = "above", guard = "is_json")]
#[approov_protected(binding = "Authorization")]
async fn above(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(binding = "Authorization")]
#[get("/below", name = "below", guard = "is_json")]
async fn below(body: web::Bytes) -> web::Bytes {
    body
}

fn is_json(context: &GuardContext<'_>) -> bool {
    context.head().headers().contains_key("content-type")
}

#[route("/methods-above", method = "GET", method = "POST")]
#[approov_protected(binding = "Authorization")]
async fn methods_above(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(binding = "Authorization")]
#[route("/methods-below", method = "GET", method = "POST")]
async fn methods_below(body: web::Bytes) -> web::Bytes {
    body
}

#[routes]
#[get("/several-above")]
#[post("/several-above/{id}")]
#[approov_protected(binding = "Authorization")]
async fn several_above(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(binding = "Authorization")]
#[routes]
#[get("/several-below")]
#[post("/several-below/{id}")]
async fn several_below(body: web::Bytes) -> web::Bytes {
    body
}

#[routes]
#[get("/between")]
#[approov_protected(binding = "Authorization")]
#[post("/between/{id}")]
async fn between(body: web::Bytes) -> web::Bytes {
    body
}

#[approov_protected(binding = "Authorization")]
async fn manual(body: web::Bytes) -> web::Bytes {
    body
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.service((above, below, methods_above, methods_below))
        .service((several_above, several_below, between))
        .service(web::resource("/manual").post(manual))
        .service(web::scope("/scope").default_service(web::to(manual)));
}
