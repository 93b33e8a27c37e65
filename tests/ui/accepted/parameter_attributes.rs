#![deny(warnings)]

use actix_web::{App, HttpRequest, HttpResponse, get, http::Method};
use approov_actix::approov_protected;

#[get("/")]
#[approov_protected]
async fn handler(
    #[allow(unused_variables)] request: HttpRequest,
    #[allow(unused_mut, reason = "to see that a reason survives")] mut method: Method,
    #[expect(non_snake_case)] Request: HttpRequest,
    #[cfg_attr(all(), allow(unused_variables))] unused: HttpRequest,
) -> HttpResponse {
    HttpResponse::Ok().body(format!("{method} {}", Request.path()))
}

pub(super) fn register() {
    let _ = App::new().service(handler);
}
