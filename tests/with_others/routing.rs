//! How applications are put together: scopes in scopes, `configure`, redirects, and resources with several methods.

use actix_web::{HttpResponse, web};
use approov_actix::{Enforcement, Policy, approov_protected};
use support::{client::Request, token};

use super::{Site, device_id, open, ways_below};
use crate::ways::WAYS;

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

/// Each level asks for what it says, over what those around it have asked for: nothing further in loosens anything
/// further out.
#[actix_web::test]
async fn three_scopes_with_three_policies() {
    let site = Site::new(|app, approov| {
        let user = Policy::new().binding(&["Authorization"]);
        let lax = Policy::new().no_binding().token_enforcement(Enforcement::Report);
        let third = ways_below("/three", approov).wrap(approov.middleware().policy(lax));
        let second = ways_below("/two", approov).service(third);
        let second = second.wrap(approov.middleware().policy(user));
        let first = ways_below("/one", approov).service(second);
        app.service(first.wrap(approov.middleware()));
    });
    let bound = token::bound(&["user"]);
    for (scope, is_bound) in [("/one", false), ("/one/two", true), ("/one/two/three", true)] {
        for path in WAYS.map(|way| format!("{scope}{way}")) {
            let by = |user: &str| Request::get(&path).header("Authorization", user);
            site.refuses(&by("user"), "token_missing");
            site.refuses(&by("user").token(&token::forged()), "token_signature");
            site.passes(&by("user").token(&bound), 200);
            if is_bound {
                site.refuses(&by("user").token(&token::good()), "binding_claim_missing");
                site.refuses(&by("another").token(&bound), "binding_mismatch");
                site.refuses(&Request::get(&path).token(&bound), "binding_header_missing");
            } else {
                site.passes(&Request::get(&path).token(&token::good()), 200);
            }
        }
        site.refuses(&Request::get(&format!("{scope}/unknown")), "token_missing");
    }
}

/// What is registered after `wrap`, or by `configure`, is behind it as well: actix wraps when the scope is complete. A
/// refusal says nothing of what there is.
#[actix_web::test]
async fn what_is_registered_later_or_elsewhere() {
    fn routes(app: &mut web::ServiceConfig) {
        app.route("/configured", web::get().to(open))
            .default_service(web::to(HttpResponse::Gone));
    }
    let site = Site::new(|app, approov| {
        let scope = web::scope("/scope").wrap(approov.middleware()).configure(routes);
        app.service(scope.service(web::redirect("/redirect", "./new").permanent()));
    });
    for (path, status) in [("configured", 200), ("unknown", 410), ("redirect", 308)] {
        site.protects(&Request::get(&format!("/scope/{path}")), status);
    }
}

/// One path, and another protection for each method.
#[actix_web::test]
async fn a_resource_with_several_methods() {
    let site = Site::new(|app, approov| {
        let wrapped = web::delete().to(open).wrap(approov.middleware());
        let orders = web::resource("/orders").get(open).post(guarded).put(device_id);
        app.service(orders.route(wrapped));
    });
    let orders = |method: &str| Request::new(method, "/orders");
    site.passes(&orders("GET"), 200);
    for method in ["POST", "PUT", "DELETE"] {
        site.protects(&orders(method), 200);
    }
    for method in ["HEAD", "OPTIONS", "get", "delete"] {
        site.passes(&orders(method), 405);
    }
}
