use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

struct Id(u32);

#[approov_protected(binding = "Authorization")]
async fn handler(method: actix_web::http::Method, id: Id) -> HttpResponse {
    HttpResponse::Ok().body(format!("{method} {}", id.0))
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
