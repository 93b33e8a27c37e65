//! Handlers with parameters of type.

use actix_web::{FromRequest, HttpResponse, web};
use approov_actix::{ApproovClaims, Policy, RoutePolicy, approov_protected};

trait Store: 'static {
    const NAME: &'static str;
}

struct Memory;

impl Store for Memory {
    const NAME: &'static str = "memory";
}

static CONFIGURED: Policy = Policy::new();

impl RoutePolicy for Memory {
    fn policy() -> &'static Policy {
        &CONFIGURED
    }
}

#[approov_protected(binding = "Authorization")]
async fn bounds<S: Store, I, const N: usize>(_: web::Data<S>, id: web::Path<I>, _: ApproovClaims) -> String
where
    I: serde::de::DeserializeOwned + std::fmt::Display + 'static,
{
    format!("{} {id} {N}", S::NAME)
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
async fn impl_trait(text: impl FromRequest + Into<String>) -> String {
    text.into()
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    handlers! { app: bounds::<Memory, String, 3>, policy::<Memory>, policy_in_capitals::<Memory>, policy_value::<u8> }
}
