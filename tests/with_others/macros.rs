//! The attributes of others beside `#[approov_protected]`: actix's own, and `#[tracing::instrument]`.

use std::sync::LazyLock;

use actix_web::{App, get, post, routes, scope, web};
use approov_actix::{Approov, ApproovMiddleware, approov_protected};
use support::{client::Request, codes::Codes, token};

use super::Site;
use crate::{builder, patient};

/// The attribute's expression sees no variables, so the configuration is a static.
static RECORDED: LazyLock<(Approov, Codes)> = LazyLock::new(|| Codes::of(builder()));

fn only_genuine() -> ApproovMiddleware {
    RECORDED.0.middleware()
}

#[get("/wrapped", wrap = "only_genuine()")]
async fn wrapped() -> &'static str {
    "in"
}

#[get("/wrapped-and-guarded", wrap = "only_genuine()")]
#[approov_protected(binding = "Authorization")]
async fn wrapped_and_guarded() -> &'static str {
    "in"
}

#[approov_protected]
#[routes]
#[get("/routes")]
#[post("/routes")]
async fn several() -> &'static str {
    "in"
}

#[scope("/scope")]
mod scoped {
    use approov_actix::ApproovClaims;

    use super::{approov_protected, get, post};

    #[get("/guard")]
    #[approov_protected]
    pub(super) async fn below() -> &'static str {
        "in"
    }

    #[approov_protected]
    #[post("/guard")]
    pub(super) async fn above() -> &'static str {
        "in"
    }

    #[get("/claims")]
    pub(super) async fn claims(_: ApproovClaims) -> &'static str {
        "in"
    }

    #[get("/wrapped", wrap = "super::only_genuine()")]
    pub(super) async fn wrapped() -> &'static str {
        "in"
    }
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

fn routes(app: &mut web::ServiceConfig) {
    app.service(wrapped)
        .service(wrapped_and_guarded)
        .service(several)
        .service(scoped::below)
        .service(scoped::above)
        .service(scoped::claims)
        .service(scoped::wrapped)
        .service(traced_above)
        .service(traced_below);
}

/// In one test, because the codes of the static are those of all who use it.
#[actix_web::test]
async fn every_attribute_beside_every_other() {
    let approov = RECORDED.0.clone();
    let site = Site {
        server: actix_test::start_with(patient(), move || {
            App::new().app_data(approov.clone()).configure(routes)
        }),
        codes: RECORDED.1.clone(),
    };
    for path in [
        "/wrapped",
        "/routes",
        "/scope/guard",
        "/scope/claims",
        "/scope/wrapped",
        "/traced-above/1",
        "/traced-below/1",
    ] {
        site.protects(&Request::get(path));
    }
    for path in ["/routes", "/scope/guard"] {
        site.protects(&Request::new("POST", path));
    }
    let both = Request::get("/wrapped-and-guarded").header("Authorization", "user");
    site.refuses(&both, "token_missing");
    site.refuses(&both.clone().token(&token::good()), "binding_claim_missing");
    site.passes(&both.token(&token::bound(&["user"])), 200);
    // The attribute makes a resource of this method alone.
    site.passes(&Request::new("DELETE", "/wrapped"), 404);
}
