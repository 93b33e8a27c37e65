#![deny(warnings)]

use std::sync::Mutex;

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

struct Counter(Mutex<u32>);

#[get("/")]
#[approov_protected]
async fn guard_in_the_tail(counter: web::Data<Counter>) -> String {
    counter.0.lock().unwrap().to_string()
}

#[get("/match")]
#[approov_protected]
async fn match_in_the_tail(counter: web::Data<Counter>, web::Bytes { .. }: web::Bytes) -> HttpResponse {
    match *counter.0.lock().unwrap() {
        0 => HttpResponse::NotFound().finish(),
        _ => HttpResponse::Ok().finish(),
    }
}

pub(super) fn register() {
    let _ = App::new().service(guard_in_the_tail).service(match_in_the_tail);
}
