#![deny(warnings, dead_code)]

use actix_web::{App, HttpResponse, Scope, web};
use approov_actix::approov_protected;

#[approov_protected]
async fn default(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

#[approov_protected(binding = "Authorization")]
async fn bound(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

#[approov_protected(binding = false)]
async fn unbound() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn scope() -> Scope {
    web::scope("/scope").default_service(web::to(unbound))
}

pub(super) fn register() {
    let _ = App::new()
        .route("/default/{id}", web::get().to(default))
        .service(web::resource("/bound/{id}").post(bound))
        .service(scope());
}
