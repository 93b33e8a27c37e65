#![deny(warnings)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

#[get("/")]
#[approov_protected]
async fn with_route() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(binding = "Authorization")]
async fn without_route() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected]
async fn empty() -> HttpResponse {
    unreachable!()
}

pub(super) fn register() {
    let _ = App::new()
        .service(with_route)
        .route("/without", web::get().to(without_route))
        .route("/empty", web::get().to(empty));
}
