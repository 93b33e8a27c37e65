//! A server whose configuration is nowhere.

use actix_web::{App, web};
use approov_actix::ApproovClaims;
use support::{client::Request, log, token};

use crate::{
    behaviour::extractors::verdict,
    patient,
    ways::{guarded, with_claims},
};

#[actix_web::test]
async fn without_configuration_nobody_gets_in() {
    async fn optional(claims: Option<ApproovClaims>) -> String {
        claims.is_some().to_string()
    }
    log::capture();
    let server = actix_test::start_with(patient(), || {
        App::new()
            .route("/nowhere/guard", web::get().to(guarded))
            .route("/nowhere/claims", web::get().to(with_claims))
            .route("/nowhere/verdict", web::get().to(verdict))
            .route("/nowhere/optional", web::get().to(optional))
    });
    for path in ["/nowhere/guard", "/nowhere/claims", "/nowhere/verdict"] {
        for request in [Request::get(path), Request::get(path).token(&token::good())] {
            let answer = request.send(server.addr());
            assert_eq!((answer.status, answer.body.as_str()), (500, "{}"), "{path}");
        }
        let line = format!("ERROR approov_actix not_configured {path}: no `Approov` found");
        assert_eq!(log::lines_with(&line).len(), 2, "{path}");
    }
    let optional = Request::get("/nowhere/optional").token(&token::good());
    assert_eq!(optional.send(server.addr()).body, "false");
}
