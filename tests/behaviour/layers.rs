//! Several policies and several configurations around one handler. Which configuration counts: `nearest`.

use actix_web::web;
use approov_actix::{ApproovClaims, Enforcement, Policy, approov_protected};
use support::{
    client::Request,
    token::{self, OTHER_SECRET, SECRET},
};

use super::bound;
use crate::{
    builder,
    served::Served,
    ways::{self, guarded, open, with_claims},
    with_secret,
};

/// No token satisfies both, so nothing gets in where both are enforced; where the outer one only reports, the inner one
/// decides.
#[actix_web::test]
async fn nested_configurations_never_accept_each_others_tokens() {
    let b = with_secret(OTHER_SECRET).build().unwrap();
    let server = Served::new(builder(), move |app, a| {
        for (path, inner, outer) in [
            ("/a-in-b", a, b.middleware()),
            ("/b-in-a", &b, a.middleware()),
            ("/a-in-report-b", a, b.middleware().report(true)),
            ("/b-in-report-a", &b, a.middleware().report(true)),
        ] {
            let ways = web::scope("").configure(|app| ways::configure(app, inner));
            app.service(web::scope(path).service(ways.wrap(inner.middleware())).wrap(outer));
        }
    });
    for (scope, statuses) in [
        ("/a-in-b", [401, 401]),
        ("/b-in-a", [401, 401]),
        ("/a-in-report-b", [200, 401]),
        ("/b-in-report-a", [401, 200]),
    ] {
        for way in ways::WAYS {
            let path = format!("{scope}{way}");
            let ask = |secret| {
                server
                    .send(&Request::get(&path).token(&token::signed_by(secret)))
                    .status
            };
            assert_eq!([SECRET, OTHER_SECRET].map(ask), statuses, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_lax_scope_never_satisfies_a_strict_handler() {
    let server = Served::new(builder(), |app, approov| {
        let lax = Policy::new()
            .no_binding()
            .token_enforcement(Enforcement::Report)
            .binding_enforcement(Enforcement::Report)
            .allow_missing_binding_claim(true);
        let scope = web::scope("")
            .route("/bound", web::get().to(bound))
            .route("/guard", web::get().to(guarded))
            .route("/claims", web::get().to(with_claims))
            .route("/open", web::get().to(open))
            .route("/exempt/bound", web::get().to(bound));
        app.service(scope.wrap(approov.middleware().policy(lax).exempt_prefix("/exempt")));
    });
    let ask = |path: &str, token: &str| {
        let request = Request::get(path).token(token).header("Authorization", "u");
        server.send(&request).status
    };
    let (good, own) = (token::good(), token::bound(&["u"]));
    for (path, of_bad, of_good, of_bound) in [
        ("/open", 200, 200, 200),
        ("/exempt/bound", 401, 401, 200),
        ("/bound", 401, 401, 200),
        ("/guard", 401, 200, 200),
        ("/claims", 401, 200, 200),
    ] {
        for bad in ["", &token::forged(), &token::expired()] {
            assert_eq!(ask(path, bad), of_bad, "{path}");
        }
        assert_eq!((ask(path, &good), ask(path, &own)), (of_good, of_bound), "{path}");
    }
}

/// Claims in a guard are that guard's: the application's default binding is not asked for. The same configuration as
/// data inside of its own middleware changes nothing: the middleware's policy holds.
#[actix_web::test]
async fn claims_follow_the_guard_then_the_middleware_then_the_application() {
    #[approov_protected(binding = false)]
    async fn unbound_claims(_: ApproovClaims) -> &'static str {
        "in"
    }
    let server = Served::new(builder().binding("X-User"), |app, approov| {
        let policy = Policy::new().binding(&["Authorization"]);
        let middleware = approov.middleware().policy(policy).exempt_prefix("/scope");
        let inside = web::scope("/data").app_data(approov.clone());
        let scope = web::scope("/scope").route("", web::get().to(with_claims));
        let scope = scope.service(inside.route("", web::get().to(with_claims)));
        let login = web::resource("/login").get(with_claims);
        let login = login.wrap(approov.middleware().policy(policy).binding_exempt("/login"));
        app.service(scope.wrap(middleware))
            .service(login)
            .route("/guard", web::get().to(unbound_claims))
            .route("/bound", web::get().to(bound))
            .route("/claims", web::get().to(with_claims));
    });
    let (good, own) = (token::good(), token::bound(&["u"]));
    for (path, token, header, refusal) in [
        ("/guard", &good, "X-Other", None),
        ("/bound", &own, "X-User", Some("binding_header_missing")),
        ("/bound", &own, "Authorization", None),
        ("/claims", &good, "X-User", Some("binding_claim_missing")),
        ("/claims", &own, "X-User", None),
        ("/login", &good, "X-Other", None),
        ("/scope", &own, "X-User", Some("binding_header_missing")),
        ("/scope", &own, "Authorization", None),
        ("/scope/data", &own, "X-User", Some("binding_header_missing")),
        ("/scope/data", &own, "Authorization", None),
    ] {
        server.decides(path, refusal, &Request::get(path).token(token).header(header, "u"));
    }
}
