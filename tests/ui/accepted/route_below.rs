#![deny(warnings, dead_code)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::{ApproovClaims, approov_protected};

#[approov_protected]
#[get("/default/{id}")]
async fn default(id: web::Path<u32>, claims: ApproovClaims) -> HttpResponse {
    HttpResponse::Ok().body(format!("{id} {:?}", claims.device_id()))
}

#[approov_protected(binding = "Authorization")]
#[get("/bound/{id}", name = "bound", guard = "is_json")]
async fn bound(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

fn is_json(context: &actix_web::guard::GuardContext<'_>) -> bool {
    context.head().headers().contains_key("content-type")
}

pub(super) fn register() {
    let _ = App::new().service(default).service(bound);
}
