//! Parameters of handlers: sixteen, and patterns.

use actix_web::{HttpRequest, http::Method, web};
use approov_actix::approov_protected;
use serde::Deserialize;

#[approov_protected(binding = "Authorization")]
async fn mutable(mut name: web::Path<String>, mut body: web::Bytes) -> String {
    name.push('!');
    let head = body.split_to(body.len().min(1));
    format!("{name} {head:?} {body:?}")
}

#[approov_protected]
async fn attributes(
    #[allow(unused_mut, reason = "to see that a reason survives")] mut method: Method,
    #[expect(non_snake_case)] Request: HttpRequest,
    #[cfg_attr(all(), allow(unused_variables))] unused: HttpRequest,
) -> String {
    format!("{method} {}", Request.path())
}

#[derive(Deserialize)]
struct Page {
    start: u32,
    size: u32,
}

#[approov_protected(binding = "Authorization")]
async fn patterns(
    web::Json((a, _)): web::Json<(u32, u32)>,
    web::Query(Page { start, size: ref all }): web::Query<Page>,
    _: HttpRequest,
    whole @ web::Query(_): web::Query<Page>,
    web::Json(Page { mut size, .. }): web::Json<Page>,
) -> String {
    size += whole.size;
    format!("{a} {start} {all} {size}")
}

#[approov_protected(binding = "Authorization")]
#[rustfmt::skip]
async fn sixteen(
    a: web::Path<u32>, b: Method, c: Method, d: Method, e: Method, f: Method, g: Method, h: Method, i: Method,
    j: Method, k: Method, l: Method, m: Method, n: Method, request: HttpRequest, body: web::Bytes,
) -> String {
    let methods = [b, c, d, e, f, g, h, i, j, k, l, m, n];
    format!("{a} {methods:?} {} {body:?}", request.path())
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    handlers! { app: mutable, attributes, patterns, sixteen }
}
