//! Handlers with parameters of type.

use actix_web::{FromRequest, HttpResponse, web};
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

static CONFIGURED: Policy = Policy::new();

impl RoutePolicy for Memory {
    fn policy() -> &'static Policy {
        &CONFIGURED
    }
}

#[approov_protected(binding = "Authorization")]
async fn bounds<S: Store>(store: web::Data<S>, _: ApproovClaims) -> String {
    store.name()
}

#[approov_protected]
async fn clause<S, I, const N: usize>(store: web::Data<S>, id: web::Path<I>) -> String
where
    S: Store + ?Sized,
    I: DeserializeOwned + std::fmt::Display + 'static,
{
    format!("{} {id} {N}", store.name())
}

#[approov_protected(policy = P)]
async fn policy<P: RoutePolicy>() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = POLICY)]
async fn policy_in_capitals<POLICY: RoutePolicy>() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = CONFIGURED)]
async fn policy_value<T: 'static>() -> &'static str {
    std::any::type_name::<T>()
}

// What `impl Trait` stands for cannot be named at a registration, with the attribute or without.
#[allow(dead_code)]
#[approov_protected(binding = "Authorization")]
async fn impl_trait(text: impl FromRequest + Into<String>, _: ApproovClaims) -> String {
    text.into()
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.route("/bounds", web::to(bounds::<Memory>))
        .route("/clause/{id}", web::to(clause::<dyn Store, String, 3>))
        .route("/policy", web::to(policy::<Memory>))
        .route("/in-capitals", web::to(policy_in_capitals::<Memory>))
        .route("/value", web::to(policy_value::<u8>));
}
