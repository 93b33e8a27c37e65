use std::sync::LazyLock;

use actix_web::{App, HttpResponse, web};
use approov_actix::{Policy, approov_protected};

const ORDERS: LazyLock<Policy> = LazyLock::new(Policy::new);

#[approov_protected(policy = ORDERS)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
