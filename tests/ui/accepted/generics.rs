#![deny(warnings)]

use actix_web::{App, FromRequest, HttpResponse, web};
use approov_actix::{ApproovClaims, Policy, RoutePolicy, approov_protected};
use serde::de::DeserializeOwned;

trait Store: 'static {
    fn name(&self) -> String;
}

struct Memory;

impl Store for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }
}

impl RoutePolicy for Memory {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new();
        &POLICY
    }
}

#[approov_protected(binding = "Authorization")]
async fn bounds<S: Store>(store: web::Data<S>, _: ApproovClaims) -> HttpResponse {
    HttpResponse::Ok().body(store.name())
}

#[approov_protected]
async fn clause<S, I, const N: usize>(store: web::Data<S>, id: web::Path<I>) -> HttpResponse
where
    S: Store + ?Sized,
    I: DeserializeOwned + std::fmt::Display + 'static,
{
    HttpResponse::Ok().body(format!("{} {id} {N}", store.name()))
}

#[approov_protected(policy = P)]
async fn generic_policy<P: RoutePolicy>() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = POLICY)]
async fn generic_policy_in_capitals<POLICY: RoutePolicy>() -> HttpResponse {
    HttpResponse::Ok().finish()
}

// What `impl Trait` stands for cannot be named at a registration, with the attribute or without.
#[allow(dead_code)]
#[approov_protected(binding = "Authorization")]
async fn impl_trait(text: impl FromRequest + Into<String>, _: ApproovClaims) -> HttpResponse {
    HttpResponse::Ok().body(text.into())
}

pub(super) fn register() {
    let _ = App::new()
        .route("/bounds", web::get().to(bounds::<Memory>))
        .route("/clause/{id}", web::get().to(clause::<dyn Store, String, 3>))
        .route("/generic-policy", web::get().to(generic_policy::<Memory>))
        .route("/in-capitals", web::get().to(generic_policy_in_capitals::<Memory>));
}
