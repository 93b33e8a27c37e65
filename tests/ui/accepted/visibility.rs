#![deny(warnings, dead_code, missing_docs)]
#![deny(private_interfaces, private_bounds, unnameable_types, unreachable_pub)]
//! The policy's type is as visible as the handler.

use actix_web::App;

mod handlers {
    use actix_web::{HttpResponse, get};
    use approov_actix::approov_protected;

    #[approov_protected(binding = "Authorization")]
    #[get("/for-the-crate")]
    pub(crate) async fn for_the_crate() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[approov_protected(binding = "Authorization")]
    pub(crate) async fn manual() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[approov_protected(binding = "Authorization")]
    pub(super) async fn for_the_parent() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    pub(crate) mod inner {
        use actix_web::{HttpResponse, get};
        use approov_actix::approov_protected;

        #[get("/for-the-grandparent")]
        #[approov_protected(binding = "Authorization")]
        pub(in super::super) async fn for_the_grandparent() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        #[approov_protected(binding = "Authorization")]
        pub(in crate::visibility::handlers) async fn for_the_module() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        #[approov_protected(binding = "Authorization")]
        pub(self) async fn for_itself() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        pub(in crate::visibility::handlers) fn configure(config: &mut actix_web::web::ServiceConfig) {
            config.route("/for-itself", actix_web::web::get().to(for_itself));
        }
    }

    pub(crate) fn configure(config: &mut actix_web::web::ServiceConfig) {
        config
            .route("/for-the-module", actix_web::web::get().to(inner::for_the_module))
            .configure(inner::configure);
    }
}

/// A module of the public interface.
pub mod public {
    use actix_web::HttpResponse;
    use approov_actix::approov_protected;

    /// A handler.
    #[approov_protected(binding = "Authorization")]
    pub async fn manual() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

pub(super) fn register() {
    use actix_web::web::get;

    let _ = App::new()
        .service(handlers::for_the_crate)
        .service(handlers::inner::for_the_grandparent)
        .route("/manual", get().to(handlers::manual))
        .route("/for-the-parent", get().to(handlers::for_the_parent))
        .route("/public", get().to(public::manual))
        .configure(handlers::configure);
}
