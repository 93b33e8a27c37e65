#![deny(missing_docs)]
//! Public handlers: their own attributes and comments stay.

use actix_web::{get, http::Method, web};
use approov_actix::{Policy, approov_protected};

static LESS_VISIBLE: Policy = Policy::new();

/// What the attribute writes must not need `#[allow]`, which would be an error here.
pub mod forbidden {
    #![forbid(
        missing_copy_implementations,
        missing_debug_implementations,
        missing_docs,
        non_camel_case_types
    )]
    #![forbid(clippy::exhaustive_structs, clippy::pedantic, unreachable_pub, unsafe_code, warnings)]

    use actix_web::web;
    use approov_actix::approov_protected;

    /// A handler.
    #[approov_protected(binding = "Authorization")]
    pub async fn bound(id: web::Path<u32>) -> String {
        id.to_string()
    }

    /// A handler.
    #[approov_protected]
    pub async fn default(web::Json(id): web::Json<u32>) -> String {
        id.to_string()
    }
}

#[doc = "Documented."]
#[approov_protected(policy = LESS_VISIBLE)]
/// Here too.
#[get("/below")]
#[expect(unused_mut)]
pub async fn below(mut method: Method) -> String {
    method.to_string()
}

/** Documented. */
#[approov_protected(binding = "Authorization")]
#[deprecated = "for a test"]
#[cfg_attr(all(), allow(unused_variables))]
pub async fn manual(method: Method) -> &'static str {
    "in"
}

#[allow(deprecated)]
pub(super) fn register(app: &mut web::ServiceConfig) {
    app.service(below);
    handlers! { app: forbidden::bound, forbidden::default, manual }
}
