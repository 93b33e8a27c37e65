use actix_web::{App, HttpResponse, web};
use approov_actix::{Policy, approov_protected};

#[allow(non_upper_case_globals)]
const orders: Policy = Policy::new().no_binding();

#[approov_protected(policy = orders)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
