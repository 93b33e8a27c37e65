use actix_web::{App, HttpResponse, web};
use approov_actix::{Policy, approov_protected};

const ORDERS: Policy = Policy::new().binding(&["Authorization"]);

struct Orders;

impl Orders {
    #[approov_protected(policy = ORDERS)]
    async fn handler() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

fn main() {
    let _ = App::new().route("/", web::get().to(Orders::handler));
}
