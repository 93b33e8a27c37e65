//! The attribute above and below others: those of actix, and conditions.

use actix_web::{get, guard::GuardContext, routes, web};
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

// The attribute leaves nothing behind of a handler that is not compiled.
#[approov_protected(binding = "X-Gone")]
#[cfg(any())]
async fn conditional(gone: Gone) -> Gone {
    gone
}

#[cfg_attr(all(), approov_protected(binding = "Authorization"))]
#[cfg_attr(any(), approov_protected(binding = "X-Gone"))]
#[cfg(not(any()))]
async fn conditional(body: web::Bytes) -> web::Bytes {
    body
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.service((above, below, several_below, between))
        .service(web::resource("/conditional").post(conditional))
        .service(web::scope("/scope").default_service(web::to(conditional)));
}
