#![deny(warnings, dead_code)]

use actix_web::{App, HttpResponse, routes, web};
use approov_actix::approov_protected;

#[routes]
#[get("/above")]
#[post("/above/{id}")]
#[approov_protected(binding = "Authorization")]
async fn above(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

#[approov_protected(binding = "Authorization")]
#[routes]
#[get("/below")]
#[post("/below/{id}")]
async fn below(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

#[routes]
#[get("/between")]
#[approov_protected(binding = "Authorization")]
#[post("/between/{id}")]
async fn between(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

pub(super) fn register() {
    let _ = App::new().service(above).service(below).service(between);
}
