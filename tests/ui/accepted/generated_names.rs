#![deny(warnings)]

use actix_web::{App, HttpRequest, HttpResponse, get, http::Method, web};
use approov_actix::approov_protected;

// Names that the attribute writes itself, or could: none of them may meet the handler's.
const POLICY: &str = "";
struct Policy;
struct RoutePolicy;
struct Guarded;
mod core {}
mod std {}

#[get("/{__approov_0}")]
#[approov_protected(binding = "Authorization")]
async fn parameters(
    __approov_1: web::Path<u32>,
    web::Bytes { .. }: web::Bytes,
    __approov_0: HttpRequest,
    __approov_guarded: Method,
    #[allow(unused_variables)] guard: web::Bytes,
) -> HttpResponse {
    let text = format!("{__approov_1} {} {__approov_guarded} {POLICY}", __approov_0.path());
    let _ = (Policy, RoutePolicy, Guarded);
    HttpResponse::Ok().body(text)
}

#[get("/handler")]
#[approov_protected(binding = "Authorization")]
async fn policy() -> HttpResponse {
    HttpResponse::Ok().finish()
}

// An item in the body, of a generated variable's name, would turn the variable into a constant pattern.
#[approov_protected]
async fn constant(_: Method, method: Method) -> HttpResponse {
    #[allow(non_upper_case_globals, dead_code)]
    const __approov_0: u32 = 0;
    HttpResponse::Ok().body(method.to_string())
}

pub(super) fn register() {
    let _ = App::new()
        .service(parameters)
        .service(policy)
        .route("/constant", web::get().to(constant));
}
