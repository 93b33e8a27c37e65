//! Names that the attribute writes itself, or could: none of them may meet the handler's.

use ::approov_actix::approov_protected;
use actix_web::{HttpRequest, http::Method, web};

const POLICY: &str = "";
struct Policy;
struct RoutePolicy;
struct Guarded;
mod approov_actix {}
mod core {}
mod std {}

#[approov_protected(binding = "Authorization")]
async fn parameters(
    __approov_1: web::Path<u32>,
    web::Bytes { .. }: web::Bytes,
    __approov_0: HttpRequest,
    __approov_guarded: Method,
    #[allow(unused_variables)] guard: web::Bytes,
) -> String {
    let _ = (Policy, RoutePolicy, Guarded);
    format!("{__approov_1} {} {__approov_guarded} {POLICY}", __approov_0.path())
}

// An item in the body, of a generated variable's name, would turn the variable into a constant pattern.
#[approov_protected]
async fn constant(_: Method, method: Method) -> String {
    #[allow(non_upper_case_globals, dead_code)]
    const __approov_0: u32 = 0;
    method.to_string()
}

#[approov_protected(binding = "Authorization")]
async fn r#match(mut r#fn: web::Path<u32>) -> String {
    *r#fn += 1;
    r#fn.to_string()
}

mod other {
    use ::approov_actix as local;

    #[local::approov_protected(crate = "local", binding = "X-Device-Id")]
    pub async fn parameters() -> &'static str {
        "in"
    }
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    handlers! { app: parameters, constant, r#match, other::parameters }
}
