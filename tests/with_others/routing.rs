//! How applications are put together: scopes in scopes, `configure`, redirects, and resources with several methods.

use actix_web::{HttpResponse, web};
use approov_actix::{Enforcement, Policy};
use support::{client::Request, token};

use super::{Site, device_id, ways_below};
use crate::ways::{WAYS, guarded, open};

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
    for way in WAYS {
        for scope in ["/one/two", "/one/two/three"] {
            let request = Request::get(&format!("{scope}{way}")).header("Authorization", "user");
            site.refuses(&request, "token_missing");
            site.refuses(&request.clone().token(&token::good()), "binding_claim_missing");
            site.passes(&request.token(&token::bound(&["user"])), 200);
        }
        site.protects(&Request::get(&format!("/one{way}")), 200);
    }
}

/// What is registered after `wrap`, or by `configure`, is behind it as well: actix wraps when the scope is complete. A
/// refusal says nothing of what there is. One path may have another protection for each method.
#[actix_web::test]
async fn what_is_registered_later_or_elsewhere() {
    fn routes(app: &mut web::ServiceConfig) {
        app.route("/configured", web::get().to(open))
            .default_service(web::to(HttpResponse::Gone));
    }
    let site = Site::new(|app, approov| {
        let scope = web::scope("/scope").wrap(approov.middleware()).configure(routes);
        let orders = web::resource("/orders").get(open).post(guarded).put(device_id);
        app.service(scope.service(web::redirect("/redirect", "./new").permanent()))
            .service(orders.route(web::delete().to(open).wrap(approov.middleware())));
    });
    for (path, status) in [("configured", 200), ("unknown", 410), ("redirect", 308)] {
        site.protects(&Request::get(&format!("/scope/{path}")), status);
    }
    for method in ["POST", "PUT", "DELETE"] {
        site.protects(&Request::new(method, "/orders"), 200);
    }
    site.passes(&Request::get("/orders"), 200);
}
