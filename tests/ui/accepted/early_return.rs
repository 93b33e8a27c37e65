#![deny(warnings)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

#[get("/{id}")]
#[approov_protected]
async fn conditional(id: web::Path<u32>) -> HttpResponse {
    if *id == 0 {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok().body(id.to_string())
}

#[get("/only")]
#[approov_protected(binding = "Authorization")]
#[allow(clippy::needless_return)]
async fn only() -> HttpResponse {
    return HttpResponse::Ok().finish();
}

#[get("/endless")]
#[approov_protected]
async fn endless(id: web::Path<u32>) -> HttpResponse {
    loop {
        if *id == 0 {
            break HttpResponse::Ok().finish();
        }
    }
}

pub(super) fn register() {
    let _ = App::new().service(conditional).service(only).service(endless);
}
