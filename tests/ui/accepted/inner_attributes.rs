#![deny(warnings)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

#[get("/{id}")]
#[approov_protected(binding = "Authorization")]
async fn above(id: web::Path<u32>) -> HttpResponse {
    #![allow(unused_variables, unused_mut)]

    let mut text = String::new();
    HttpResponse::Ok().body(text)
}

#[approov_protected]
#[get("/below/{id}")]
async fn below(id: web::Path<u32>) -> HttpResponse {
    #![allow(unused_variables)]

    HttpResponse::Ok().finish()
}

pub(super) fn register() {
    let _ = App::new().service(above).service(below);
}
