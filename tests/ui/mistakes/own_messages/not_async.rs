use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

#[approov_protected]
fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = handler().status();
    let _ = App::new().route("/", web::get().to(async || handler()));
}
