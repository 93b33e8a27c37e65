#![forbid(
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_camel_case_types
)]
#![forbid(clippy::exhaustive_structs, clippy::pedantic, unreachable_pub, unsafe_code, warnings)]
//! What the attribute writes must not need `#[allow]`, which would be an error here.

use actix_web::{App, web};

/// Part of the public interface.
pub mod public {
    use actix_web::{HttpResponse, web};
    use approov_actix::approov_protected;

    /// A handler.
    #[approov_protected(binding = "Authorization")]
    pub async fn bound(id: web::Path<u32>) -> HttpResponse {
        HttpResponse::Ok().body(id.to_string())
    }

    /// A handler.
    #[approov_protected]
    pub async fn default(web::Json(id): web::Json<u32>) -> HttpResponse {
        HttpResponse::Ok().body(id.to_string())
    }
}

pub(super) fn register() {
    let _ = App::new()
        .route("/{id}", web::get().to(public::bound))
        .route("/", web::get().to(public::default));
}
