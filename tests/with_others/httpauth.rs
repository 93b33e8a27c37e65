//! actix-web-httpauth: first Approov, then the user.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_test::TestServer;
use actix_web::{App, Error, HttpMessage as _, dev::ServiceRequest, web};
use actix_web_httpauth::{
    extractors::{AuthenticationError, bearer},
    middleware::HttpAuthentication,
};
use approov_actix::{Approov, ApproovClaims, Policy, approov_protected};
use support::{client::Request, token};

use super::{Site, claims};
use crate::patient;

type Runs = web::Data<AtomicUsize>;

#[derive(Clone)]
struct User(String);

/// The application's own check of the user's token.
async fn validate(
    request: ServiceRequest,
    user: bearer::BearerAuth,
) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    request.app_data::<Runs>().unwrap().fetch_add(1, Ordering::SeqCst);
    if user.token() == "user-1" {
        request.extensions_mut().insert(User(user.token().to_owned()));
        return Ok(request);
    }
    let config = request.app_data::<bearer::Config>().cloned().unwrap_or_default();
    let error = AuthenticationError::from(config).with_error(bearer::Error::InvalidToken);
    Err((error.into(), request))
}

async fn both(claims: ApproovClaims, user: web::ReqData<User>) -> String {
    format!("{} on {}", user.0, claims.device_id().unwrap())
}

#[approov_protected(binding = "Authorization")]
async fn bound(claims: ApproovClaims, user: bearer::BearerAuth) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

#[approov_protected]
async fn unbound(user: bearer::BearerAuth, claims: ApproovClaims) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

async fn arguments(claims: ApproovClaims, user: bearer::BearerAuth) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

fn serve(approov: Approov, runs: Runs) -> TestServer {
    actix_test::start_with(patient(), move || {
        let scope = |path: &str| {
            web::scope(path)
                .route("", web::get().to(both))
                .wrap(HttpAuthentication::bearer(validate))
        };
        let bound_policy = Policy::new().binding(&["Authorization"]);
        App::new()
            .app_data(approov.clone())
            .app_data(runs.clone())
            .app_data(bearer::Config::default().realm("users"))
            .service(scope("/middleware").wrap(approov.middleware()))
            .service(scope("/bound-middleware").wrap(approov.middleware().policy(bound_policy)))
            .route("/guard", web::get().to(unbound))
            .route("/bound-guard", web::get().to(bound))
            .route("/arguments", web::get().to(arguments))
            .service(
                web::scope("/wrong-order")
                    .route("", web::get().to(claims))
                    .wrap(approov.middleware())
                    .wrap(HttpAuthentication::bearer(validate)),
            )
    })
}

fn authorized(path: &str, user: &str) -> Request {
    Request::get(path).header("Authorization", user)
}

const BOTH: &str = "user-1 on ExampleApproovTokenDID==";

/// A caller without a genuine app is refused as such, and the user's token is never looked at, whatever it is.
#[actix_web::test]
async fn without_approov_s_token_the_users_token_is_never_looked_at() {
    let runs = Runs::default();
    let site = Site::new(|approov| serve(approov, runs.clone()));
    for path in [
        "/middleware",
        "/bound-middleware",
        "/guard",
        "/bound-guard",
        "/arguments",
    ] {
        let requests = [
            Request::get(path),
            authorized(path, "Bearer user-1"),
            authorized(path, "Bearer x"),
        ];
        for request in requests {
            let refused = site.refuses(&request, "token_missing");
            assert_eq!(refused.header("www-authenticate"), Some("Approov"), "{path}");
            site.refuses(&request.token(&token::forged()), "token_signature");
        }
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0);
    let bound = token::bound(&["Bearer user-1"]);
    for (path, token) in [
        ("/middleware", &token::good()),
        ("/bound-middleware", &bound),
        ("/guard", &token::good()),
        ("/bound-guard", &bound),
        ("/arguments", &token::good()),
    ] {
        let answer = site.passes(&authorized(path, "Bearer user-1").token(token), 200);
        assert_eq!(answer.body, BOTH, "{path}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

/// The user's own 401 tells what is missing, as it did before.
#[actix_web::test]
async fn a_genuine_app_gets_the_users_own_401() {
    let site = Site::new(|approov| serve(approov, Runs::default()));
    let own = |request: Request| {
        let answer = site.passes(&request.token(&token::good()), 401);
        let header = answer.header("www-authenticate").map(str::to_owned);
        assert!(
            header.is_some_and(|header| header.contains(r#"realm="users""#)),
            "{answer:?}"
        );
    };
    for path in ["/middleware", "/guard", "/arguments"] {
        own(Request::get(path));
        own(authorized(path, "Basic dTpw"));
    }
    own(authorized("/middleware", "Bearer user-2"));
}

/// Where tokens are bound to `Authorization`, its absence is a refusal of Approov's already; what is there and bound
/// goes on to the user's check.
#[actix_web::test]
async fn where_tokens_are_bound_to_the_users_token() {
    let runs = Runs::default();
    let site = Site::new(|approov| serve(approov, runs.clone()));
    let bound = |user: &str| token::bound(&[user]);
    for path in ["/bound-middleware", "/bound-guard"] {
        let of_user_1 = bound("Bearer user-1");
        site.refuses(&Request::get(path).token(&of_user_1), "binding_header_missing");
        site.refuses(&authorized(path, "Bearer user-2").token(&of_user_1), "binding_mismatch");
        site.refuses(
            &authorized(path, "Bearer user-1").token(&token::good()),
            "binding_claim_missing",
        );
        assert_eq!(runs.load(Ordering::SeqCst), 0, "{path}");
        let basic = site.passes(&authorized(path, "Basic dTpw").token(&bound("Basic dTpw")), 401);
        assert!(basic.header("www-authenticate").is_some(), "{path}");
    }
    let unknown = authorized("/bound-middleware", "Bearer user-2").token(&bound("Bearer user-2"));
    assert!(site.passes(&unknown, 401).header("www-authenticate").is_some());
}

/// The wrong order protects as well, but every caller has the user's token looked at, and is told what is wrong with
/// it.
#[actix_web::test]
async fn in_the_wrong_order_the_users_token_comes_first() {
    let runs = Runs::default();
    let site = Site::new(|approov| serve(approov, runs.clone()));
    let answer = site.passes(&Request::get("/wrong-order"), 401);
    assert!(answer.header("www-authenticate").is_some());
    assert_eq!(
        site.protects(&authorized("/wrong-order", "Bearer user-1")).body,
        token::DEVICE_ID
    );
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}
