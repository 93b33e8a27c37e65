use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

mod policies {
    pub const HEADERS: &[&str] = &["Authorization"];
}

#[approov_protected(policy = policies::HEADERS)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
