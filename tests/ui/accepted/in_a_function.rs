#![deny(warnings, dead_code)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

fn configure(config: &mut web::ServiceConfig) {
    #[get("/above")]
    #[approov_protected(binding = "Authorization")]
    async fn above() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    config.service(above).service(below);

    #[approov_protected(binding = "Authorization")]
    #[get("/below")]
    async fn below() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    {
        #[approov_protected(binding = "X-Device-Id")]
        async fn below() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        config.route("/inner", web::get().to(below));
    }
}

pub(super) fn register() {
    let _ = App::new().configure(configure);
}
