#![deny(warnings)]

use actix_web::{App, HttpResponse, get, post, web};
use approov_actix::{ApproovClaims, approov_protected};

#[get("/alone")]
#[approov_protected(report = true)]
async fn alone() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(report = false,)]
#[get("/enforced")]
async fn enforced() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[post("/bound")]
#[approov_protected(binding = "Authorization", report = true)]
async fn bound(claims: Option<ApproovClaims>) -> HttpResponse {
    HttpResponse::Ok().body(format!("{:?}", claims.is_some()))
}

#[approov_protected(report = true, signature = "strict", binding = false)]
async fn signed(body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

pub(super) fn register() {
    let _ = App::new()
        .service(alone)
        .service(enforced)
        .service(bound)
        .route("/signed", web::post().to(signed));
}
