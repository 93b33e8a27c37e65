//! actix-web-httpauth: first Approov, then the user.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{Error, dev::ServiceRequest, web};
use actix_web_httpauth::{
    extractors::{AuthenticationError, bearer},
    middleware::HttpAuthentication,
};
use approov_actix::{ApproovClaims, Policy, approov_protected};
use support::{client::Request, token};

use super::{Site, device_id};

type Runs = web::Data<AtomicUsize>;

/// The application's own check of the user's token.
async fn validate(
    request: ServiceRequest,
    user: bearer::BearerAuth,
) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    request.app_data::<Runs>().unwrap().fetch_add(1, Ordering::SeqCst);
    if user.token() == "user-1" {
        return Ok(request);
    }
    let error = AuthenticationError::from(bearer::Config::default()).with_error(bearer::Error::InvalidToken);
    Err((error.into(), request))
}

#[approov_protected(binding = "Authorization")]
async fn bound(claims: ApproovClaims, user: bearer::BearerAuth) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

#[approov_protected]
async fn guarded(user: bearer::BearerAuth, claims: ApproovClaims) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

async fn arguments(claims: ApproovClaims, user: bearer::BearerAuth) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

fn site(runs: Runs) -> Site {
    Site::new(move |app, approov| {
        let users = || HttpAuthentication::bearer(validate);
        let scope = |path| web::scope(path).route("", web::get().to(arguments)).wrap(users());
        let bound_policy = Policy::new().binding(&["Authorization"]);
        let wrong_order = web::scope("/wrong-order").route("", web::get().to(device_id));
        app.app_data(runs.clone())
            .service(scope("/middleware").wrap(approov.middleware()))
            .service(scope("/bound-middleware").wrap(approov.middleware().policy(bound_policy)))
            .route("/guard", web::get().to(guarded))
            .route("/bound-guard", web::get().to(bound))
            .route("/arguments", web::get().to(arguments))
            .service(wrong_order.wrap(approov.middleware()).wrap(users()));
    })
}

fn authorized(path: &str, user: &str) -> Request {
    Request::get(path).header("Authorization", user)
}

/// A caller without a genuine app is refused as such, and the user's token is never looked at, whatever it is. A
/// genuine app without a user gets the user's own 401.
#[actix_web::test]
async fn first_approov_then_the_user() {
    let runs = Runs::default();
    let site = site(runs.clone());
    let good = token::good();
    for path in [
        "/middleware",
        "/guard",
        "/arguments",
        "/bound-middleware",
        "/bound-guard",
    ] {
        let is_bound = path.starts_with("/bound");
        let token_for = |user: &str| if is_bound { token::bound(&[user]) } else { good.clone() };
        let (known, basic) = (authorized(path, "Bearer user-1"), authorized(path, "Basic dTpw"));
        for request in [&Request::get(path), &known, &basic] {
            site.refuses(request, "token_missing");
            site.refuses(&request.clone().token(&token::forged()), "token_signature");
        }
        if is_bound {
            let token = token_for("Bearer user-1");
            site.refuses(&Request::get(path).token(&token), "binding_header_missing");
            site.refuses(&authorized(path, "Bearer user-2").token(&token), "binding_mismatch");
            site.refuses(&known.clone().token(&good), "binding_claim_missing");
        } else {
            let own = site.passes(&Request::get(path).token(&good), 401);
            assert!(own.header("www-authenticate").unwrap().starts_with("Bearer"), "{path}");
        }
        let own = site.passes(&basic.token(&token_for("Basic dTpw")), 401);
        assert!(own.header("www-authenticate").unwrap().starts_with("Bearer"), "{path}");
        assert_eq!(runs.swap(0, Ordering::SeqCst), 0, "{path}");

        let answer = site.passes(&known.token(&token_for("Bearer user-1")), 200);
        assert_eq!(answer.body, "user-1 on ExampleApproovTokenDID==", "{path}");
        if path.ends_with("middleware") {
            let unknown = authorized(path, "Bearer user-2").token(&token_for("Bearer user-2"));
            site.passes(&unknown, 401);
            assert_eq!(runs.swap(0, Ordering::SeqCst), 2, "{path}");
        }
    }
}

/// The wrong order protects as well, but every caller has the user's token looked at, and is told what is wrong with
/// it.
#[actix_web::test]
async fn in_the_wrong_order_the_users_token_comes_first() {
    let runs = Runs::default();
    let site = site(runs.clone());
    let answer = site.passes(&Request::get("/wrong-order"), 401);
    assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
    let answer = site.protects(&authorized("/wrong-order", "Bearer user-1"), 200);
    assert_eq!(answer.body, token::DEVICE_ID);
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}
