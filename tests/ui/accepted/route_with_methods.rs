#![deny(warnings, dead_code)]

use actix_web::{App, HttpResponse, route, web};
use approov_actix::approov_protected;

#[route("/above", method = "GET", method = "POST")]
#[approov_protected(binding = "Authorization")]
async fn above(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

#[approov_protected(binding = "Authorization")]
#[route("/below", method = "GET", method = "POST")]
async fn below(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

pub(super) fn register() {
    let _ = App::new().service(above).service(below);
}
