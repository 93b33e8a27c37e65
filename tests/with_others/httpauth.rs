//! actix-web-httpauth: first Approov, then the user.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{Error, dev::ServiceRequest, web};
use actix_web_httpauth::{
    extractors::{AuthenticationError, bearer},
    middleware::HttpAuthentication,
};
use approov_actix::{ApproovClaims, approov_protected};
use support::{
    client::{Answer, Request},
    token,
};

use super::Site;
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

async fn arguments(claims: ApproovClaims, user: bearer::BearerAuth) -> String {
    format!("{} on {}", user.token(), claims.device_id().unwrap())
}

#[approov_protected]
async fn guarded(user: bearer::BearerAuth, claims: ApproovClaims) -> String {
    arguments(claims, user).await
}

/// A caller without a genuine app is refused as such, and the user's token is never looked at, whatever it is. A
/// genuine app without a user gets the user's own 401. The wrong order protects as well, but looks at the user token of
/// every caller, and says what is wrong with it.
#[actix_web::test]
async fn first_approov_then_the_user() {
    let runs = Runs::default();
    let shared = runs.clone();
    let site = Site::new(move |app, approov| {
        let users = || HttpAuthentication::bearer(validate);
        let scope = |path| web::scope(path).route("", web::get().to(arguments));
        app.app_data(shared.clone())
            .service(scope("/middleware").wrap(users()).wrap(approov.middleware()))
            .route("/guard", web::get().to(guarded))
            .route("/claims", web::get().to(arguments))
            .service(scope("/wrong-order").wrap(approov.middleware()).wrap(users()));
    });
    let is_own = |answer: &Answer| answer.header("www-authenticate").unwrap().starts_with("Bearer");
    for path in WAYS {
        let none = Request::get(path);
        let [known, basic] = ["Bearer user-1", "Basic dTpw"].map(|user| none.clone().header("Authorization", user));
        for request in [&none, &basic] {
            let answer = site.protects(request, 401);
            assert!(is_own(&answer), "{path}");
        }
        assert_eq!(runs.load(Ordering::SeqCst), 0, "{path}");
        let answer = site.protects(&known, 200);
        assert_eq!(answer.body, format!("user-1 on {}", token::DEVICE_ID), "{path}");
        assert_eq!(runs.swap(0, Ordering::SeqCst), usize::from(path == "/middleware"));
    }
    let request = Request::get("/wrong-order");
    assert!(is_own(&site.passes(&request, 401)));
    site.protects(&request.header("Authorization", "Bearer user-1"), 200);
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}
