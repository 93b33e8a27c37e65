#![deny(warnings)]

use actix_web::{App, Responder, get, web};
use approov_actix::approov_protected;

#[get("/above/{id}")]
#[approov_protected]
async fn above(id: web::Path<u32>) -> impl Responder {
    id.to_string()
}

#[approov_protected(binding = "Authorization")]
#[get("/below/{id}")]
async fn below(id: web::Path<u32>) -> impl Responder + use<> {
    web::Json(id.into_inner())
}

#[approov_protected(binding = "Authorization")]
async fn manual() -> impl Responder {
    "static"
}

pub(super) fn register() {
    let _ = App::new()
        .service(above)
        .service(below)
        .route("/manual", web::get().to(manual));
}
