#![deny(warnings)]

use actix_web::{App, HttpRequest, HttpResponse, get, post, web};
use approov_actix::approov_protected;
use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    start: u32,
    size: u32,
    #[serde(default)]
    total: Option<u32>,
}

#[post("/tuple")]
#[approov_protected]
async fn tuple(web::Json((a, b)): web::Json<(u32, u32)>) -> HttpResponse {
    HttpResponse::Ok().body(format!("{a} {b}"))
}

#[get("/structure")]
#[approov_protected(binding = "Authorization")]
async fn structure(
    web::Query(Page {
        start,
        size: _,
        total: ref all,
    }): web::Query<Page>,
    _: HttpRequest,
    whole @ web::Query(_): web::Query<Page>,
) -> HttpResponse {
    HttpResponse::Ok().body(format!("{start} {all:?} {}", whole.size))
}

#[post("/mutable")]
#[approov_protected]
async fn mutable(
    web::Form(mut page): web::Form<Page>,
    web::Json(Page { mut start, .. }): web::Json<Page>,
) -> HttpResponse {
    page.total = None;
    start += page.start;
    HttpResponse::Ok().body(format!("{start} {} {:?}", page.size, page.total))
}

pub(super) fn register() {
    let _ = App::new().service(tuple).service(structure).service(mutable);
}
