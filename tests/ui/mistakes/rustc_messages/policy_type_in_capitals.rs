use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

struct API;

#[approov_protected(policy = API)]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
