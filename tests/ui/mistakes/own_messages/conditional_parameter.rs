use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

#[approov_protected]
async fn handler(id: web::Path<u32>, #[cfg(any())] gone: Gone) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

fn main() {
    let _ = App::new().route("/{id}", web::get().to(handler));
}
