use actix_web::{HttpResponse, web};
use approov_actix::approov_protected;

#[approov_protected]
async fn with_parameters(id: web::Path<u32>, body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().body(format!("{id} {body:?}"))
}

#[approov_protected]
async fn without_parameters() -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn around_the_check(id: web::Path<u32>, body: web::Bytes) -> HttpResponse {
    if *id == 0 {
        with_parameters(id, body).await
    } else {
        without_parameters().await
    }
}

fn main() {
    let _ = actix_web::App::new().route("/{id}", web::get().to(around_the_check));
}
