#![deny(warnings)]

use actix_web::{App, HttpResponse, post, web};
use approov_actix::approov_protected;

#[post("/{name}")]
#[approov_protected(binding = "Authorization")]
async fn handler(mut name: web::Path<String>, mut body: web::Bytes) -> HttpResponse {
    name.push('!');
    let head = body.split_to(body.len().min(1));
    HttpResponse::Ok().body(format!("{name} {head:?} {body:?}"))
}

pub(super) fn register() {
    let _ = App::new().service(handler);
}
