use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

#[approov_protected(single_use = true, policy = TRANSFERS)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
