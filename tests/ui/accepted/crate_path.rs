#![deny(warnings)]

use actix_web::{App, HttpResponse, get, web};
use renamed::approov_protected;

/// Nothing that the attribute writes may find these.
mod approov_actix {}

mod reexport {
    pub mod inner {
        pub use ::approov_actix as approov;
    }
}

#[get("/above")]
#[approov_protected(crate = "renamed")]
async fn above() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(crate = "crate::renamed", binding = "Authorization")]
#[get("/below")]
async fn below(_: renamed::ApproovClaims) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(binding = ["Authorization"], crate = "reexport::inner::approov")]
async fn reexported(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

#[approov_protected(binding = "Authorization")]
async fn default() -> HttpResponse {
    HttpResponse::Ok().finish()
}

mod module {
    use ::approov_actix as local;
    use actix_web::{HttpResponse, get};

    #[get("/module")]
    #[local::approov_protected(crate = "local", binding = false)]
    pub async fn handler() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

pub(super) fn register() {
    let _ = App::new()
        .service(above)
        .service(below)
        .service(module::handler)
        .route("/reexported/{id}", web::get().to(reexported))
        .route("/default", web::get().to(default));
}
