#![deny(warnings)]

use actix_web::App;

mod orders {
    use actix_web::{HttpResponse, get};
    use approov_actix::approov_protected;

    #[get("/orders")]
    #[approov_protected(binding = "Authorization")]
    pub async fn list() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

mod devices {
    use actix_web::{HttpResponse, get};
    use approov_actix::approov_protected;

    #[approov_protected(binding = "X-Device-Id")]
    #[get("/devices")]
    pub async fn list() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

use devices::*;

pub(super) fn register() {
    let _ = App::new().service(orders::list).service(list);
}
