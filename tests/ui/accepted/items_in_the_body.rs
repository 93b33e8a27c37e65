#![deny(warnings, clippy::pedantic)]

use actix_web::{
    App, HttpResponse, get,
    http::Method,
    web::{self, Form},
};
use approov_actix::approov_protected;
use serde::Deserialize;

#[derive(Deserialize)]
struct Page(String);

#[get("/{id}")]
#[approov_protected]
async fn handler(id: web::Path<u32>) -> HttpResponse {
    use std::fmt::Write as _;
    const GREETING: &str = "hello";
    static POLICY: &str = "the handler's own";

    let mut text = String::new();
    let _ = write!(text, "{GREETING} {id} {POLICY}");
    HttpResponse::Ok().body(text)
}

// The body's items are none of the parameters' business, as in any function.
#[get("/")]
#[approov_protected]
async fn shadowing(Form(Page(text)): Form<Page>, method: Method) -> HttpResponse {
    struct Page(u32);
    let Page(number) = Page(1);
    HttpResponse::Ok().body(format!("{text} {number} {method}"))
}

pub(super) fn register() {
    let _ = App::new().service(handler).service(shadowing);
}
