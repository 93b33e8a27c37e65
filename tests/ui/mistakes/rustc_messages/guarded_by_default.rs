use actix_web::HttpResponse;
use approov_actix::approov_protected;

#[approov_protected]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let _ = handler(Default::default());
}
