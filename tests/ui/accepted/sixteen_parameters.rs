#![deny(warnings)]

use actix_web::{App, HttpRequest, HttpResponse, get, http::Method, web};
use approov_actix::approov_protected;

#[get("/{a}")]
#[approov_protected(binding = "Authorization")]
async fn handler(
    a: web::Path<u32>,
    b: Method,
    c: Method,
    d: Method,
    e: Method,
    f: Method,
    g: Method,
    h: Method,
    i: Method,
    j: Method,
    k: Method,
    l: Method,
    m: Method,
    n: Method,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let methods = [b, c, d, e, f, g, h, i, j, k, l, m, n];
    HttpResponse::Ok().body(format!("{a} {methods:?} {} {body:?}", request.path()))
}

pub(super) fn register() {
    let _ = App::new().service(handler);
}
