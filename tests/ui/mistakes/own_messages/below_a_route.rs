use actix_web::{App, HttpResponse, get};
use approov_actix::approov_protected;

#[get("/")]
#[approov_protected(binding = true)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().service(handler);
}
