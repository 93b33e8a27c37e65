#![deny(warnings)]

use actix_web::{App, HttpResponse, get, post, web};
use approov_actix::{ApproovClaims, ApproovSignature, Policy, RoutePolicy, SignatureLabel, SignaturePolicy, approov_protected};

#[get("/required")]
#[approov_protected(signature = "required")]
async fn required(signature: ApproovSignature) -> HttpResponse {
    HttpResponse::Ok().body(signature.label())
}

#[post("/if-able")]
#[approov_protected(binding = "Authorization", signature = "if-able")]
async fn if_able(_claims: ApproovClaims, body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(body)
}

#[approov_protected(signature = "strict")]
#[post("/strict")]
async fn strict(_claims: ApproovClaims) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(signature = false, binding = false,)]
#[get("/off")]
pub async fn off() -> HttpResponse {
    HttpResponse::Ok().finish()
}

struct Transfers;

impl RoutePolicy for Transfers {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new()
            .signature(SignaturePolicy::required().label(SignatureLabel::Install));
        &POLICY
    }
}

#[post("/transfers")]
#[approov_protected(policy = Transfers)]
async fn transfers(signature: Option<ApproovSignature>) -> HttpResponse {
    assert!(signature.is_some());
    HttpResponse::Ok().finish()
}

pub(super) fn register() {
    let _ = App::new().service(required).service(if_able).service(strict).service(off).service(transfers);
}
