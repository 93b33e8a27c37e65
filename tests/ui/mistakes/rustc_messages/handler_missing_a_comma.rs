use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

#[approov_protected]
async fn handler(id: web::Path<u32> body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(format!("{id} {body:?}"))
}

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
