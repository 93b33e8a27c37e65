use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

struct Orders;

impl Orders {
    #[approov_protected(binding = "Authorization")]
    async fn handler() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

fn main() {
    let _ = App::new().route("/", web::get().to(Orders::handler));
}
