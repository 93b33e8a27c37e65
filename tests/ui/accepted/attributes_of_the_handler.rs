#![deny(warnings, missing_docs)]
#![allow(deprecated)]
//! The module.

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

/// Documented
///
/// in several lines.
#[get("/above")]
#[approov_protected(binding = "Authorization")]
#[allow(unused_variables)]
pub async fn above(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[doc = "Documented."]
#[approov_protected(binding = "Authorization")]
/// Here too.
#[get("/below")]
#[expect(unused_mut)]
pub async fn below(mut id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

/** Documented. */
#[approov_protected(binding = "Authorization")]
#[deprecated = "for a test"]
#[inline]
#[cfg_attr(all(), allow(unused_variables))]
pub async fn manual(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub(super) fn register() {
    let _ = App::new()
        .service(above)
        .service(below)
        .route("/manual", web::get().to(manual));
}
