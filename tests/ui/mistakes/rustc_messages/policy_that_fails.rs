use actix_web::{App, HttpResponse, web};
use approov_actix::{Policy, SignaturePolicy, approov_protected};

const ORDERS: Policy = Policy::new().signature(SignaturePolicy::required().covers(&["@body"]));

#[approov_protected(policy = ORDERS)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
