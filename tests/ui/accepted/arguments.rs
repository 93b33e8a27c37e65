#![deny(warnings)]

use actix_web::{App, HttpResponse, get};
use approov_actix::approov_protected;

#[get("/empty")]
#[approov_protected()]
async fn empty() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/one")]
#[approov_protected(binding = "Authorization")]
async fn one() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/one-with-comma")]
#[approov_protected(binding = "Authorization",)]
async fn one_with_comma() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/list-of-one")]
#[approov_protected(binding = ["Authorization"])]
async fn list_of_one() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/two")]
#[approov_protected(binding = ["Authorization", "X-Device-Id"])]
async fn two() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/two-with-commas")]
#[approov_protected(binding = ["Authorization", "X-Device-Id",],)]
async fn two_with_commas() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/raw-string")]
#[approov_protected(binding = r"X-Device-Id")]
async fn raw_string() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/odd-names")]
#[approov_protected(binding = ["x", "x-Y_z.09"])]
async fn odd_names() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/none")]
#[approov_protected(binding = false)]
async fn none() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/with-crate")]
#[approov_protected(binding = "Authorization", crate = "approov_actix")]
async fn with_crate() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/with-crate-first")]
#[approov_protected(crate = "::approov_actix", binding = false)]
async fn with_crate_first() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub(super) fn register() {
    let _ = App::new()
        .service(empty)
        .service(one)
        .service(one_with_comma)
        .service(list_of_one)
        .service(two)
        .service(two_with_commas)
        .service(raw_string)
        .service(odd_names)
        .service(none)
        .service(with_crate)
        .service(with_crate_first);
}
