//! What a handler does and returns.

use std::{error::Error, sync::Mutex};

use actix_web::{HttpResponse, Responder, get, http::Method, web};
use approov_actix::approov_protected;
use serde::Deserialize;

#[get("/early")]
#[approov_protected]
async fn early_return(method: Method) -> String {
    if method == "A" {
        return String::new();
    }
    method.to_string()
}

#[approov_protected]
#[allow(clippy::needless_return)]
async fn only_a_return() -> HttpResponse {
    return HttpResponse::Ok().finish();
}

#[approov_protected]
async fn endless(method: Method) -> HttpResponse {
    loop {
        if method == "A" {
            break HttpResponse::Ok().finish();
        }
    }
}

#[approov_protected]
async fn unreachable() -> HttpResponse {
    unreachable!()
}

struct Counter(Mutex<u32>);

#[approov_protected]
async fn guard_in_the_tail(counter: web::Data<Counter>) -> String {
    counter.0.lock().unwrap().to_string()
}

#[get("/match")]
#[approov_protected]
async fn match_in_the_tail(counter: web::Data<Counter>) -> HttpResponse {
    match *counter.0.lock().unwrap() {
        0 => HttpResponse::NotFound().finish(),
        _ => HttpResponse::Ok().finish(),
    }
}

#[get("/impl")]
#[approov_protected(binding = "Authorization")]
async fn impl_responder(method: Method) -> impl Responder {
    method.to_string()
}

#[approov_protected]
#[get("/use")]
async fn impl_responder_use(method: Method) -> impl Responder + use<> {
    method.to_string()
}

#[approov_protected(binding = "Authorization")]
async fn question_mark(body: web::Bytes) -> actix_web::Result<String> {
    let text = String::from_utf8(body.into()).map_err(actix_web::error::ErrorBadRequest)?;
    Ok(text)
}

#[approov_protected]
#[get("/boxed/{id}")]
async fn boxed(id: web::Path<String>) -> Result<String, Box<dyn Error>> {
    let id: u32 = id.parse()?;
    Ok(id.to_string())
}

#[get("/inner")]
#[approov_protected(binding = "Authorization")]
async fn inner_attributes(method: Method) -> HttpResponse {
    #![allow(unused_variables, unused_mut)]

    let mut text = String::new();
    HttpResponse::Ok().body(text)
}

#[approov_protected]
async fn items(method: Method) -> String {
    use std::fmt::Write as _;
    const GREETING: &str = "hello";
    static POLICY: &str = "the handler's own";

    let mut text = String::new();
    let _ = write!(text, "{GREETING} {method} {POLICY}");
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
    app.service((
        early_return,
        match_in_the_tail,
        impl_responder,
        impl_responder_use,
        boxed,
    ))
    .service(inner_attributes)
    .route("/only", web::to(only_a_return))
    .route("/endless", web::to(endless))
    .route("/unreachable", web::to(unreachable))
    .route("/guard", web::to(guard_in_the_tail))
    .route("/question-mark", web::to(question_mark))
    .route("/items", web::to(items))
    .route("/shadowing", web::to(shadowing));
}
