//! How applications are put together: scopes in scopes, `configure`, resources with several methods, actix's guards,
//! redirects, and what is answered where there is nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::{App, HttpRequest, HttpResponse, guard, web};
use approov_actix::{Enforcement, Policy, approov_protected};
use support::{client::Request, token};

use super::{Site, claims, guarded, open};
use crate::{approov, patient};

#[approov_protected(binding = "X-Device")]
async fn of_this_device() -> &'static str {
    "in"
}

/// Each level asks for what it says, over what those around it have asked for: nothing further in loosens anything
/// further out.
#[actix_web::test]
async fn three_scopes_with_three_policies() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let routes = |scope: actix_web::Scope| {
                let scope = scope
                    .route("/open", web::get().to(open))
                    .route("/guard", web::get().to(guarded));
                let scope = scope.route("/claims", web::get().to(claims));
                scope.route("/device", web::get().to(of_this_device))
            };
            let user = Policy::new().binding(&["Authorization"]);
            let lax = Policy::new().no_binding().token_enforcement(Enforcement::Report);
            let third = routes(web::scope("/three")).wrap(approov.middleware().policy(lax));
            let second = routes(web::scope("/two").service(third)).wrap(approov.middleware().policy(user));
            App::new().service(routes(web::scope("/one").service(second)).wrap(approov.middleware()))
        })
    });
    let bound = token::bound(&["user"]);
    for (scope, is_bound) in [("/one", false), ("/one/two", true), ("/one/two/three", true)] {
        for face in ["/open", "/guard", "/claims"] {
            let path = format!("{scope}{face}");
            let request = Request::get(&path).header("Authorization", "user");
            site.refuses(&request, "token_missing");
            site.refuses(&request.clone().token(&token::forged()), "token_signature");
            site.passes(&request.clone().token(&bound), 200);
            let unbound = request.token(&token::good());
            if is_bound {
                site.refuses(&unbound, "binding_claim_missing");
                let other = Request::get(&path).header("Authorization", "another");
                site.refuses(&other.token(&bound), "binding_mismatch");
                site.refuses(&Request::get(&path).token(&bound), "binding_header_missing");
            } else {
                site.passes(&unbound, 200);
            }
        }
        let path = format!("{scope}/device");
        let request = Request::get(&path).header("Authorization", "user").token(&bound);
        site.refuses(&request, "binding_header_missing");
        site.refuses(&request.clone().header("X-Device", "another"), "binding_mismatch");
        site.passes(&request.header("X-Device", "user"), 200);
        site.refuses(&Request::get(&format!("{scope}/unknown")), "token_missing");
    }
}

/// What is registered after `wrap`, or by `configure`, is behind it as well: actix wraps when the application is
/// complete.
#[actix_web::test]
async fn what_is_registered_later_or_elsewhere() {
    fn routes(app: &mut web::ServiceConfig) {
        app.route("/configured", web::get().to(open))
            .service(web::scope("/scope").configure(|inner| {
                inner
                    .route("/configured", web::get().to(open))
                    .default_service(web::to(HttpResponse::Gone));
            }))
            .default_service(web::to(HttpResponse::ImATeapot));
    }
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            App::new()
                .configure(routes)
                .wrap(approov.middleware())
                .configure(|app| {
                    app.route("/later", web::get().to(open));
                })
                .service(web::resource("/resource").get(open))
        })
    });
    for path in ["/configured", "/scope/configured", "/later", "/resource"] {
        site.protects(&Request::get(path));
    }
    // A refusal says nothing of what there is.
    for (path, status) in [("/unknown", 418), ("/scope/unknown", 410), ("/", 418)] {
        site.protects_until(&Request::get(path), status);
    }
    site.protects_until(&Request::new("POST", "/resource"), 405);
}

/// A module that brings its routes brings its configuration as well: for the application, or for a scope alone.
#[actix_web::test]
async fn a_configuration_that_comes_with_the_routes() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let orders = |app: &mut web::ServiceConfig| {
                let resource = web::resource("/orders").get(guarded).post(claims);
                app.app_data(approov.clone()).service(resource);
            };
            App::new()
                .service(web::scope("/scope").configure(orders))
                .service(web::scope("/elsewhere").route("", web::get().to(guarded)))
                .service(web::scope("/app").configure(|app| {
                    app.app_data(web::Data::new(approov.clone()))
                        .default_service(web::to(guarded));
                }))
        })
    });
    for path in ["/scope/orders", "/app/unknown"] {
        site.protects(&Request::get(path));
    }
    site.protects(&Request::new("POST", "/scope/orders"));
    // It reaches no further than its scope, and nobody gets in without any.
    site.passes(&Request::get("/elsewhere").token(&token::good()), 500);
}

/// One path, and another protection for each method.
#[actix_web::test]
async fn a_resource_with_several_methods() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            App::new().app_data(approov.clone()).service(
                web::resource("/orders")
                    .route(web::get().to(open))
                    .route(web::post().to(guarded))
                    .route(web::put().to(claims))
                    .route(web::delete().to(open).wrap(approov.middleware()))
                    .route(
                        web::method(actix_web::http::Method::PATCH)
                            .to(open)
                            .wrap(approov.middleware()),
                    ),
            )
        })
    });
    let orders = |method: &str| Request::new(method, "/orders");
    site.passes(&orders("GET"), 200);
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        site.protects(&orders(method));
    }
    for method in ["HEAD", "OPTIONS", "get", "delete"] {
        site.passes(&orders(method), 405);
    }
}

/// In the other order the handler would replace what is wrapped. actix refuses to start, so nobody is unprotected
/// without knowing.
#[test]
fn a_route_is_wrapped_after_its_handler_is_known() {
    let approov = approov();
    let other_order = || web::get().wrap(approov.middleware()).to(open);
    assert!(catch_unwind(AssertUnwindSafe(other_order)).is_err());
}

/// actix's guards choose a route before anything is checked: who fails one gets to the next route, and never to the
/// protected one.
#[actix_web::test]
async fn actix_guards() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let version = || guard::Header("x-version", "2");
            App::new()
                .app_data(approov.clone())
                .service(
                    web::scope("/scope")
                        .guard(guard::All(version()).and(guard::Host("api.example.com")))
                        .route("", web::get().to(open))
                        .wrap(approov.middleware()),
                )
                .service(
                    web::resource("/route")
                        .route(
                            web::route()
                                .guard(guard::Any(guard::Get()).or(guard::Put()))
                                .guard(version())
                                .to(guarded),
                        )
                        .route(web::to(HttpResponse::Gone)),
                )
                .default_service(web::to(HttpResponse::Gone))
        })
    });
    for path in ["/scope", "/route"] {
        let request = Request::get(path).host(Some("api.example.com"));
        site.protects(&request.clone().header("X-Version", "2"));
        site.passes(&request.clone().header("X-Version", "1"), 410);
        site.passes(&request.token(&token::forged()), 410);
    }
    let elsewhere = Request::get("/scope")
        .host(Some("api.example.org"))
        .header("X-Version", "2");
    site.passes(&elsewhere, 410);
}

/// The addresses of elsewhere are known to protected handlers, and redirections are protected like other answers.
#[actix_web::test]
async fn redirects_and_external_resources() {
    #[approov_protected]
    async fn link(request: HttpRequest) -> String {
        request.url_for("docs", ["token check"]).unwrap().into()
    }
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            App::new()
                .external_resource("docs", "https://docs.example.com/{page}")
                .service(web::redirect("/open", "/new"))
                .service(
                    web::scope("/api")
                        .route("/link", web::get().to(link))
                        .route("/new", web::get().to(open))
                        .service(web::redirect("/old", "./new").permanent())
                        .service(web::redirect("/exempt", "./new").see_other())
                        .wrap(approov.middleware().exempt("/api/exempt")),
                )
        })
    });
    assert_eq!(
        site.protects(&Request::get("/api/link")).body,
        "https://docs.example.com/token%20check"
    );
    let location = |answer: support::client::Answer| answer.header("location").map(str::to_owned);
    let old = site.protects_until(&Request::get("/api/old"), 308);
    assert_eq!(location(old).as_deref(), Some("./new"));
    let refused = site.refuses(&Request::get("/api/old"), "token_missing");
    assert_eq!(location(refused), None);
    site.passes(&Request::get("/api/exempt"), 303);
    site.passes(&Request::get("/open"), 307);
    site.protects(&Request::get("/api/new"));
}
