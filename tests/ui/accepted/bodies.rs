//! What a handler does and returns.

use std::{error::Error, sync::Mutex};

use actix_web::{HttpResponse, Responder, http::Method, web};
use approov_actix::approov_protected;
use serde::Deserialize;

#[approov_protected]
#[allow(clippy::needless_return)]
async fn returns(method: Method) -> String {
    if method == "A" {
        return String::new();
    }
    return method.to_string();
}

#[approov_protected]
async fn unreachable() -> HttpResponse {
    unreachable!()
}

#[approov_protected]
async fn guard_in_the_tail(counter: web::Data<Mutex<u32>>) -> String {
    counter.lock().unwrap().to_string()
}

#[approov_protected(binding = "Authorization")]
async fn impl_responder(method: Method) -> impl Responder + use<> {
    method.to_string()
}

#[approov_protected(binding = "Authorization")]
async fn question_mark(id: web::Path<String>) -> Result<String, Box<dyn Error>> {
    let id: u32 = id.parse()?;
    Ok(id.to_string())
}

#[approov_protected]
async fn items(method: Method) -> String {
    #![allow(unused_mut)]

    use std::fmt::Write as _;
    static POLICY: &str = "the handler's own";

    let mut text = String::new();
    let mut method = method;
    let _ = write!(text, "{method} {POLICY}");
    text
}

#[derive(Deserialize)]
struct Page(String);

// The body's items are none of the parameters' business, as in any function.
#[approov_protected]
async fn shadowing(web::Form(Page(text)): web::Form<Page>) -> String {
    struct Page(u32);
    let Page(number) = Page(1);
    format!("{text} {number}")
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    handlers! { app: returns, unreachable, guard_in_the_tail, impl_responder, question_mark, items, shadowing }
}
