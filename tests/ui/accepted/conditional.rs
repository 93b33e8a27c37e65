//! Handlers that are compiled only sometimes: the attribute leaves nothing behind of those that are not.

#![allow(clippy::non_minimal_cfg)]

use actix_web::{HttpResponse, get, web};
use approov_actix::approov_protected;

#[approov_protected(binding = "X-Gone")]
#[cfg(any())]
async fn cfg_below(gone: Gone) -> HttpResponse {
    gone
}

#[approov_protected(binding = "Authorization")]
#[cfg(all())]
async fn cfg_below(id: web::Path<u32>) -> String {
    id.to_string()
}

#[cfg(any())]
#[approov_protected(binding = "X-Gone")]
async fn cfg_above(gone: Gone) -> HttpResponse {
    gone
}

#[cfg(all())]
#[approov_protected(binding = "Authorization")]
async fn cfg_above(id: web::Path<u32>) -> String {
    id.to_string()
}

#[approov_protected(binding = "X-Gone")]
#[cfg(all())]
#[cfg(any())]
#[get("/route")]
async fn route(gone: Gone) -> HttpResponse {
    gone
}

#[approov_protected(binding = "Authorization")]
#[cfg(not(any()))]
#[cfg(all())]
#[get("/route")]
async fn route() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[cfg_attr(all(), approov_protected(binding = "Authorization"))]
#[cfg_attr(any(), approov_protected(binding = "X-Gone"))]
async fn conditional_attribute() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(binding = "X-Gone")]
#[cfg_attr(all(), cfg(any()))]
async fn cfg_in_cfg_attr(gone: Gone) -> HttpResponse {
    gone
}

#[approov_protected(binding = "Authorization")]
#[cfg_attr(all(), cfg(all()))]
async fn cfg_in_cfg_attr() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.service(route)
        .route("/below/{id}", web::to(cfg_below))
        .route("/above/{id}", web::to(cfg_above))
        .route("/conditional-attribute", web::to(conditional_attribute))
        .route("/cfg-in-cfg-attr", web::to(cfg_in_cfg_attr));
}
