use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

macro_rules! handler {
    ($header:literal) => {
        #[approov_protected(binding = $header)]
        async fn handler() -> HttpResponse {
            HttpResponse::Ok().finish()
        }
    };
}

handler!("X Device");

fn main() {
    let _ = App::new().route("/", web::get().to(handler));
}
