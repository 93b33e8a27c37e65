//! The attributes of others beside `#[approov_protected]`: actix's own, and `#[tracing::instrument]`.

use std::sync::LazyLock;

use actix_web::{get, web};
use approov_actix::{Approov, approov_protected};
use support::{client::Request, token};

use super::Site;
use crate::approov;

/// The attribute's expression sees no variables, so the configuration is a static.
static APPROOV: LazyLock<Approov> = LazyLock::new(approov);

#[get("/wrapped", wrap = "APPROOV.middleware()")]
async fn wrapped() -> &'static str {
    "in"
}

/// Its fields name parameters, so it stands above: below, there are none any more.
#[get("/traced-above/{id}")]
#[tracing::instrument(skip_all, fields(id = %id))]
#[approov_protected]
async fn traced_above(id: web::Path<u32>) -> String {
    id.to_string()
}

#[approov_protected]
#[get("/traced-below/{id}")]
#[tracing::instrument]
async fn traced_below(id: web::Path<u32>) -> String {
    id.to_string()
}

#[actix_web::test]
async fn every_attribute_beside_every_other() {
    let site = Site::new(|app, _| {
        app.service((wrapped, traced_above, traced_below));
    });
    for path in ["/traced-above/1", "/traced-below/1"] {
        site.protects(&Request::get(path), 200);
    }
    // This one has another configuration, whose refusals the site does not hear of.
    for (token, status) in [(token::forged(), 401), (token::good(), 200)] {
        assert_eq!(site.0.send(&Request::get("/wrapped").token(&token)).status, status);
    }
}
