//! actix-web-httpauth: first Approov, then the user.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{Error, dev::ServiceRequest, web};
use actix_web_httpauth::{
    extractors::{AuthenticationError, bearer},
    middleware::HttpAuthentication,
};
use approov_actix::{ApproovClaims, approov_protected};
use support::{client::Request, token};

use super::{Site, device_id};
use crate::ways::WAYS;

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
        let wrong_order = web::scope("/wrong-order").route("", web::get().to(device_id));
        app.app_data(runs.clone())
            .service(scope("/middleware").wrap(approov.middleware()))
            .route("/guard", web::get().to(guarded))
            .route("/claims", web::get().to(arguments))
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
    for path in WAYS {
        let (known, basic) = (authorized(path, "Bearer user-1"), authorized(path, "Basic dTpw"));
        let (none, unknown) = (Request::get(path), authorized(path, "Bearer user-2"));
        for request in [&none, &basic, &known] {
            site.refuses(request, "token_missing");
            site.refuses(&request.clone().token(&token::forged()), "token_signature");
        }
        for request in [none, basic] {
            let own = site.passes(&request.token(&token::good()), 401);
            assert!(own.header("www-authenticate").unwrap().starts_with("Bearer"), "{path}");
        }
        assert_eq!(runs.load(Ordering::SeqCst), 0, "{path}");
        let answer = site.passes(&known.token(&token::good()), 200);
        assert_eq!(answer.body, "user-1 on ExampleApproovTokenDID==", "{path}");
        if path == "/middleware" {
            site.passes(&unknown.token(&token::good()), 401);
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
