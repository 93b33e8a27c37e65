//! Several policies and several configurations around one handler.

use actix_web::{App, web};
use approov_actix::{Approov, ApproovClaims, Enforcement, Policy, approov_protected};
use support::{
    client::Request,
    token::{self, OTHER_SECRET, SECRET},
};

use crate::{approov, builder, patient, with_secret};

#[approov_protected]
async fn guarded(claims: ApproovClaims) -> String {
    claims.device_id().unwrap().to_owned()
}

#[approov_protected(binding = "Authorization")]
async fn bound() -> &'static str {
    "in"
}

#[approov_protected(binding = false)]
async fn unbound() -> &'static str {
    "in"
}

async fn claims(_: ApproovClaims) -> &'static str {
    "in"
}

async fn open() -> &'static str {
    "in"
}

fn two() -> (Approov, Approov) {
    (approov(), with_secret(OTHER_SECRET).build().unwrap())
}

/// On one worker, so that anything kept by the thread would show.
macro_rules! serve {
    ($app:expr) => {
        actix_test::start_with(patient().workers(1), $app)
    };
}

#[actix_web::test]
async fn side_by_side_configurations_never_mix() {
    let (a, b) = two();
    let server = serve!(move || App::new()
        .service(web::scope("/a").app_data(a.clone()).route("", web::get().to(guarded)))
        .service(web::scope("/b").app_data(b.clone()).route("", web::get().to(guarded)))
        .service(
            web::scope("/wrapped-a")
                .route("", web::get().to(claims))
                .wrap(a.middleware())
        )
        .service(
            web::scope("/wrapped-b")
                .route("", web::get().to(claims))
                .wrap(b.middleware())
        ));
    for _ in 0..3 {
        for (path, good, bad) in [
            ("/a", SECRET, OTHER_SECRET),
            ("/b", OTHER_SECRET, SECRET),
            ("/wrapped-a", SECRET, OTHER_SECRET),
            ("/wrapped-b", OTHER_SECRET, SECRET),
        ] {
            let ask = |secret| {
                Request::get(path)
                    .token(&token::signed_by(secret))
                    .send(server.addr())
                    .status
            };
            assert_eq!((ask(good), ask(bad)), (200, 401), "{path}");
        }
    }
}

/// No token satisfies both, so nothing gets in where both are enforced; where the outer one only reports, the inner one
/// decides.
#[actix_web::test]
async fn nested_configurations_never_accept_each_others_tokens() {
    let (a, b) = two();
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let server = serve!(move || {
        let inner = |path: &str, approov: &Approov| {
            web::scope(path)
                .route("/open", web::get().to(open))
                .route("/claims", web::get().to(claims))
                .route("/guard", web::get().to(guarded))
                .wrap(approov.middleware())
        };
        App::new()
            .service(web::scope("/a-in-b").service(inner("", &a)).wrap(b.middleware()))
            .service(web::scope("/b-in-a").service(inner("", &b)).wrap(a.middleware()))
            .service(
                web::scope("/a-in-report-b")
                    .service(inner("", &a))
                    .wrap(b.middleware().policy(report)),
            )
            .service(
                web::scope("/b-in-report-a")
                    .service(inner("", &b))
                    .wrap(a.middleware().policy(report)),
            )
    });
    for way in ["open", "claims", "guard"] {
        let ask = |scope: &str, secret| {
            let request = Request::get(&format!("/{scope}/{way}")).token(&token::signed_by(secret));
            request.send(server.addr()).status
        };
        for scope in ["a-in-b", "b-in-a"] {
            assert_eq!(
                (ask(scope, SECRET), ask(scope, OTHER_SECRET)),
                (401, 401),
                "{scope} {way}"
            );
        }
        assert_eq!(
            (ask("a-in-report-b", SECRET), ask("a-in-report-b", OTHER_SECRET)),
            (200, 401),
            "{way}"
        );
        assert_eq!(
            (ask("b-in-report-a", SECRET), ask("b-in-report-a", OTHER_SECRET)),
            (401, 200),
            "{way}"
        );
    }
}

/// A middleware is nearer than the data around it.
#[actix_web::test]
async fn the_innermost_middleware_wins_over_application_data_around_it() {
    let (a, b) = two();
    let server = serve!(move || App::new()
        .app_data(a.clone())
        .service(
            web::scope("/inside")
                .route("", web::get().to(guarded))
                .wrap(b.middleware())
        )
        .service(web::scope("/outside").route("", web::get().to(guarded))));
    let ask = |path, secret| {
        Request::get(path)
            .token(&token::signed_by(secret))
            .send(server.addr())
            .status
    };
    assert_eq!((ask("/inside", SECRET), ask("/inside", OTHER_SECRET)), (401, 200));
    assert_eq!((ask("/outside", SECRET), ask("/outside", OTHER_SECRET)), (200, 401));
}

/// Data inside of a middleware is nearer than the middleware, whose keys and policy say nothing about the handlers
/// there.
#[actix_web::test]
async fn application_data_inside_a_middleware_is_nearer() {
    let (a, b) = two();
    let shared = web::Data::new(b.clone());
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let server = serve!(move || {
        let inner = |path: &str| {
            web::scope(path)
                .route("/guard", web::get().to(guarded))
                .route("/claims", web::get().to(claims))
        };
        App::new()
            .service(
                web::scope("/report")
                    .service(inner("/plain").app_data(b.clone()))
                    .service(inner("/shared").app_data(shared.clone()))
                    .service(inner("/none"))
                    .wrap(a.middleware().policy(report)),
            )
            .service(
                web::scope("/enforce")
                    .service(inner("").app_data(b.clone()))
                    .wrap(a.middleware()),
            )
    });
    for way in ["guard", "claims"] {
        let ask = |path: &str, token: &str| {
            Request::get(&format!("{path}/{way}"))
                .token(token)
                .send(server.addr())
                .status
        };
        for path in ["/report/plain", "/report/shared"] {
            assert_eq!(ask(path, ""), 401, "{path}/{way}");
            assert_eq!(ask(path, &token::signed_by(SECRET)), 401, "{path}/{way}");
            assert_eq!(ask(path, &token::signed_by(OTHER_SECRET)), 200, "{path}/{way}");
        }
        assert_eq!(ask("/report/none", &token::signed_by(SECRET)), 200, "{way}");
        for secret in [SECRET, OTHER_SECRET] {
            assert_eq!(
                ask("/enforce", &token::signed_by(secret)),
                401,
                "{way}: no token satisfies both"
            );
        }
    }
}

/// The same configuration as data inside of its own middleware changes nothing: the middleware's policy holds.
#[actix_web::test]
async fn the_same_configuration_inside_keeps_the_middlewares_policy() {
    let a = approov();
    let server = serve!(move || App::new()
        .service(
            web::scope("/scope")
                .app_data(a.clone())
                .route("", web::get().to(claims))
        )
        .wrap(
            a.middleware()
                .policy(Policy::new().binding(&["Authorization"]))
                .exempt("/scope")
        ));
    let ask = |token: &str| {
        Request::get("/scope")
            .token(token)
            .header("Authorization", "u")
            .send(server.addr())
            .status
    };
    assert_eq!(ask(&token::good()), 401);
    assert_eq!(ask(&token::bound(&["u"])), 200);
}

#[actix_web::test]
async fn a_lax_scope_never_satisfies_a_strict_handler() {
    let approov = approov();
    let lax = Policy::new()
        .no_binding()
        .token_enforcement(Enforcement::Report)
        .binding_enforcement(Enforcement::Report)
        .allow_missing_binding_claim(true);
    let server = serve!(move || App::new()
        .route("/bound", web::get().to(bound))
        .route("/guard", web::get().to(guarded))
        .route("/claims", web::get().to(claims))
        .route("/open", web::get().to(open))
        .route("/exempt/bound", web::get().to(bound))
        .wrap(approov.middleware().policy(lax).exempt_prefix("/exempt")));
    let ask = |path: &str, token: &str, user: &str| {
        Request::get(path)
            .token(token)
            .header("Authorization", user)
            .send(server.addr())
            .status
    };
    assert_eq!(ask("/open", "", ""), 200);
    assert_eq!(ask("/exempt/bound", "", ""), 401);
    for path in ["/bound", "/guard", "/claims"] {
        for token in ["", &token::forged(), &token::expired()] {
            assert_eq!(ask(path, token, "u"), 401, "{path}");
        }
    }
    assert_eq!(ask("/bound", &token::good(), "u"), 401);
    assert_eq!(ask("/bound", &token::bound(&["u"]), "u"), 200);
    assert_eq!(ask("/guard", &token::good(), ""), 200);
}

#[actix_web::test]
async fn a_lax_handler_never_loosens_a_strict_scope() {
    let approov = approov();
    let server = serve!(move || App::new()
        .route("/unbound", web::get().to(unbound))
        .route("/login", web::get().to(unbound))
        .route("/login/claims", web::get().to(claims))
        .wrap(
            approov
                .middleware()
                .policy(Policy::new().binding(&["Authorization"]))
                .binding_exempt("/login")
                .binding_exempt("/login/claims")
        ));
    let ask = |path, token: &str| Request::get(path).token(token).send(server.addr()).status;
    assert_eq!(ask("/unbound", &token::good()), 401);
    for path in ["/login", "/login/claims"] {
        assert_eq!(ask(path, &token::good()), 200, "{path}");
        assert_eq!(ask(path, &token::forged()), 401, "{path}");
    }
    assert_eq!(ask("/login/", &token::good()), 401);
    assert_eq!(ask("//login", &token::good()), 401);
}

/// Claims in a guard are that guard's: the application's default binding is not asked for.
#[actix_web::test]
async fn claims_follow_the_guard_then_the_middleware_then_the_application() {
    #[approov_protected(binding = false)]
    async fn unbound_claims(_: ApproovClaims) -> &'static str {
        "in"
    }
    let approov = builder().binding(["X-User"]).build().unwrap();
    let server = serve!(move || App::new()
        .app_data(approov.clone())
        .route("/guard", web::get().to(unbound_claims))
        .route("/claims", web::get().to(claims))
        .service(
            web::scope("/scope").route("/claims", web::get().to(claims)).wrap(
                approov
                    .middleware()
                    .policy(Policy::new().binding(&["Authorization"]))
                    .exempt("/scope/claims")
            )
        ));
    let ask = |path, token: &str, header| {
        Request::get(path)
            .token(token)
            .header(header, "u")
            .send(server.addr())
            .status
    };
    let bound = token::bound(&["u"]);
    assert_eq!(ask("/guard", &token::good(), "X-Other"), 200);
    assert_eq!(ask("/claims", &token::good(), "X-User"), 401);
    assert_eq!(ask("/claims", &bound, "X-User"), 200);
    assert_eq!(ask("/scope/claims", &bound, "X-User"), 401);
    assert_eq!(ask("/scope/claims", &bound, "Authorization"), 200);
}
