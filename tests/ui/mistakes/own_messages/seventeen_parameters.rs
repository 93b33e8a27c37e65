use actix_web::{HttpResponse, http::Method};
use approov_actix::approov_protected;

#[approov_protected]
async fn handler(
    a: Method,
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
    o: Method,
    p: Method,
    seventeenth: Method,
) -> HttpResponse {
    let methods = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, seventeenth];
    HttpResponse::Ok().body(format!("{methods:?}"))
}

fn main() {
    let _ = handler;
}
