use actix_web::{App, HttpResponse, get};
use approov_actix::approov_protected;

#[approov_protected(binding = true)]
#[get("/")]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().service(handler);
}
