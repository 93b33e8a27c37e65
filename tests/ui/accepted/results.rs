#![deny(warnings)]

use std::error::Error;

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

#[get("/question-mark")]
#[approov_protected(binding = "Authorization")]
async fn question_mark(body: web::Bytes) -> actix_web::Result<String> {
    let text = String::from_utf8(body.into()).map_err(actix_web::error::ErrorBadRequest)?;
    Ok(text)
}

#[approov_protected]
#[get("/boxed/{id}")]
async fn boxed(id: web::Path<String>) -> Result<HttpResponse, Box<dyn Error>> {
    let id: u32 = id.parse()?;
    HttpResponse::Ok().body(id.to_string());
    Err(Box::new(std::fmt::Error))
}

pub(super) fn register() {
    let _ = App::new().service(question_mark).service(boxed);
}
