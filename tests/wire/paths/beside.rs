//! Scopes, resources and handlers that are protected beside open ones.

use actix_web::{App, HttpResponse, web};
use approov_actix::approov_protected;

use super::{
    Line,
    Outcome::{Absent, Method, Open, Refused, Secret},
    Runs, Site, config,
    exempt::not_exempt,
    open, secret,
};

#[approov_protected]
async fn guarded(runs: Runs) -> HttpResponse {
    secret(runs).await
}

/// Protected scopes and resources beside open ones, and an open handler for all the rest, as single-page applications
/// have it.
pub(super) fn beside_open_ones() -> Site {
    Site::new("beside open ones", |approov, runs| {
        actix_test::start_with(config(), move || {
            let nested = web::scope("/v1").route("/secret", web::to(secret));
            let api = web::scope("/api").service(nested).default_service(web::to(secret));
            let inner = web::scope("/inner").route("/secret", web::to(secret));
            let mixed = web::scope("/mixed").route("/open", web::to(open));
            let tenant = web::scope("/t/{tenant}").route("/{tail:.*}", web::to(secret));
            let resource = web::resource("/resource").route(web::get().to(secret));
            App::new()
                .app_data(runs.clone())
                .route("/open", web::to(open))
                .service(api.wrap(approov.middleware()))
                .service(mixed.service(inner.wrap(approov.middleware())))
                .service(tenant.wrap(approov.middleware().exempt_prefix("/t/public")))
                .service(resource.wrap(approov.middleware()))
                .route("/{tail:.*}", web::to(open))
        })
    })
}

/// What does not reach the scope reaches the open handler, and that one only.
#[actix_web::test]
async fn scopes_and_resources_beside_open_ones() {
    beside_open_ones().check_all(&[
        (
            Open,
            Open,
            r"/open | /API/v1/secret | /apiary | /api. | /api;a/v1/secret | /api%2fv1/secret | /api%252fv1/secret
            /api\v1\secret | /api%5cv1/secret | //api/v1/secret | /./api/v1/secret | /open/../api/v1/secret
            /%2e/api/v1/secret | /mixed/open | /resource/ | //resource | /resource;a | /resource/.. | /Resource",
        ),
        (
            Refused,
            Secret,
            "/api | /api/ | /api/v1/secret | /api/../open | /api/%2e%2e/open | /api//v1/secret | /api/v1;a/secret
            /%61pi/v1/secret | /api/v1/%73ecret | /api?/open | /api#/open | http://open/api/v1/secret
            /mixed/inner/secret | /mixed/%69nner/secret | /t/a/secret | /t/public/../a/secret | /t/%70ublic/secret
            /t/public%2fa/secret | /t/publicity/secret | /resource | /resource? | /%72esource",
        ),
        (
            Refused,
            Absent,
            "/api/v1/unknown | /api/v1/../../open | /api/v1/secret%00 | /mixed/inner | /mixed/inner/../open",
        ),
        (
            Absent,
            Absent,
            "/mixed//inner/secret | /mixed/./inner/secret | /mixed/inner%2fsecret | /mixed/open/../inner/secret",
        ),
    ]);
}

/// The middleware of a resource runs for every method, before the resource says which ones it has.
#[actix_web::test]
async fn methods_of_a_protected_resource() {
    let site = beside_open_ones();
    for method in ["HEAD", "POST", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"] {
        site.check(&Line::new(method, "/resource"), Refused, Method);
    }
}

/// The check is at the handlers, so no path goes past it.
pub(super) fn guards() -> Site {
    Site::new("guards", |approov, runs| {
        actix_test::start_with(config(), move || {
            App::new()
                .app_data(approov.clone())
                .app_data(runs.clone())
                .route("/open", web::to(open))
                .route("/health", web::to(open))
                .service(web::scope("/api").route("/{tail:.*}", web::to(guarded)))
                .service(
                    web::resource("/both")
                        .route(web::get().to(open))
                        .route(web::to(guarded)),
                )
                .default_service(web::to(guarded))
        })
    })
}

#[actix_web::test]
async fn guarded_handlers() {
    let site = guards();
    for target in ["/open", "/%6fpen", "/open?a", "http://evil/open", "/both"] {
        site.check(&Line::get(target), Open, Open);
    }
    // actix decodes this one before it looks for a route.
    for (target, _) in not_exempt().iter().filter(|(target, _)| target != "/%68ealth") {
        site.check(&Line::get(target), Refused, Secret);
    }
    for target in ["/open/", "//open", "/api/../open", "/open/..", "/open;a", "/Open", "*"] {
        site.check(&Line::get(target), Refused, Secret);
    }
    for method in ["HEAD", "POST", "OPTIONS", "TRACE", "CONNECT", "get"] {
        site.check(&Line::new(method, "/both"), Refused, Secret);
    }
    // The header would have to change the method for the open one to answer.
    let line = Line {
        header: "X-HTTP-Method-Override: GET",
        ..Line::new("POST", "/both")
    };
    site.check(&line, Refused, Secret);
}
