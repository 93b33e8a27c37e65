//! The three ways to protect a handler, each on a route of its own.

use actix_web::web;
use approov_actix::{Approov, ApproovClaims, approov_protected};

#[approov_protected]
pub(crate) async fn guarded() -> &'static str {
    "in"
}

pub(crate) async fn with_claims(_: ApproovClaims) -> &'static str {
    "in"
}

pub(crate) async fn open() -> &'static str {
    "in"
}

pub(crate) const WAYS: [&str; 3] = ["/guard", "/claims", "/middleware"];

/// The routes of [`WAYS`].
pub(crate) fn configure(app: &mut web::ServiceConfig, approov: &Approov) {
    app.route("/guard", web::to(guarded))
        .route("/claims", web::to(with_claims))
        .service(
            web::scope("/middleware")
                .route("", web::to(open))
                .wrap(approov.middleware()),
        );
}
