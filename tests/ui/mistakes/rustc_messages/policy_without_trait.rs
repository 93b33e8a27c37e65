use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

struct Orders;

#[approov_protected(policy = Orders)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
