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
        ("/open", Open, Open),
        ("/api", Refused, Secret),
        ("/api/", Refused, Secret),
        ("/api/v1/secret", Refused, Secret),
        ("/api/v1/unknown", Refused, Absent),
        ("/api/../open", Refused, Secret),
        ("/api/%2e%2e/open", Refused, Secret),
        ("/api/v1/../../open", Refused, Absent),
        ("/api//v1/secret", Refused, Secret),
        ("/api/v1;a/secret", Refused, Secret),
        ("/api/v1/secret%00", Refused, Absent),
        ("/%61pi/v1/secret", Refused, Secret),
        ("/api/v1/%73ecret", Refused, Secret),
        ("/api?/open", Refused, Secret),
        ("/api#/open", Refused, Secret),
        ("http://open/api/v1/secret", Refused, Secret),
        ("/API/v1/secret", Open, Open),
        ("/apiary", Open, Open),
        ("/api.", Open, Open),
        ("/api;a/v1/secret", Open, Open),
        ("/api%2fv1/secret", Open, Open),
        ("/api%252fv1/secret", Open, Open),
        ("/api\\v1\\secret", Open, Open),
        ("/api%5cv1/secret", Open, Open),
        ("//api/v1/secret", Open, Open),
        ("/./api/v1/secret", Open, Open),
        ("/open/../api/v1/secret", Open, Open),
        ("/%2e/api/v1/secret", Open, Open),
        ("/mixed/open", Open, Open),
        ("/mixed/inner/secret", Refused, Secret),
        ("/mixed/%69nner/secret", Refused, Secret),
        ("/mixed/inner", Refused, Absent),
        ("/mixed/inner/../open", Refused, Absent),
        ("/mixed//inner/secret", Absent, Absent),
        ("/mixed/./inner/secret", Absent, Absent),
        ("/mixed/inner%2fsecret", Absent, Absent),
        ("/mixed/open/../inner/secret", Absent, Absent),
        ("/t/a/secret", Refused, Secret),
        ("/t/public/../a/secret", Refused, Secret),
        ("/t/%70ublic/secret", Refused, Secret),
        ("/t/public%2fa/secret", Refused, Secret),
        ("/t/publicity/secret", Refused, Secret),
        ("/resource", Refused, Secret),
        ("/resource?", Refused, Secret),
        ("/%72esource", Refused, Secret),
        ("/resource/", Open, Open),
        ("//resource", Open, Open),
        ("/resource;a", Open, Open),
        ("/resource/..", Open, Open),
        ("/Resource", Open, Open),
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
    for (target, _) in not_exempt().filter(|(target, _)| *target != "/%68ealth") {
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
