//! What is kept of a request, and for whom.

use actix_web::{
    App, HttpResponse,
    dev::{Service as _, ServiceResponse},
    http::StatusCode,
    test::{TestRequest, call_service, init_service},
    web,
};

use crate::{
    Algorithm, Approov, ApproovClaims, ApproovVerdict, Key, KeySet, Policy, RoutePolicy,
    crypto::VERIFICATIONS,
    policy::{DefaultPolicy, UnboundPolicy},
    protect::guard::Guarded,
    test_support::{self, good_token},
};

/// An `Approov` that caches no tokens, so that each verification is counted.
fn forgetful() -> Approov {
    test_support::builder().token_cache_capacity(0).build().unwrap()
}

struct Bound;

impl RoutePolicy for Bound {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().binding(&["Authorization"]);
        &POLICY
    }
}

async fn everything(
    guarded: Guarded<DefaultPolicy, (ApproovClaims, Option<ApproovClaims>, ApproovVerdict)>,
) -> HttpResponse {
    let (claims, optional, verdict) = guarded.into_inner();
    assert_eq!(claims.device_id(), Some("d"));
    assert!(optional.is_some() && verdict.claims().is_some());
    HttpResponse::Ok().finish()
}

fn request() -> TestRequest {
    TestRequest::get().insert_header(("Approov-Token", good_token()))
}

fn verifications(response: &ServiceResponse<impl actix_web::body::MessageBody>, status: StatusCode) -> usize {
    assert_eq!(response.status(), status);
    VERIFICATIONS.replace(0)
}

#[actix_web::test]
async fn one_request_verifies_its_token_once() {
    let approov = forgetful();
    let app = App::new()
        .route("/", web::get().to(everything))
        .wrap(approov.middleware())
        .wrap(approov.middleware());
    let app = init_service(app).await;

    VERIFICATIONS.set(0);
    let response = call_service(&app, request().to_request()).await;
    assert_eq!(verifications(&response, StatusCode::OK), 1);
    let response = call_service(&app, request().to_request()).await;
    assert_eq!(verifications(&response, StatusCode::OK), 1);
}

#[actix_web::test]
async fn each_configuration_verifies_for_itself() {
    let (a, b): (Approov, Approov) = (forgetful(), forgetful());
    let app = App::new()
        .service(
            web::scope("/b")
                .route("", web::get().to(everything))
                .wrap(b.middleware()),
        )
        .wrap(a.middleware());
    let app = init_service(app).await;

    VERIFICATIONS.set(0);
    let response = call_service(&app, request().uri("/b").to_request()).await;
    assert_eq!(verifications(&response, StatusCode::OK), 2);
}

/// Rotates the keys while a request is between its middleware and its guard.
#[actix_web::test]
async fn a_verdict_does_not_outlive_its_keys() {
    let same = KeySet::new([test_support::key()]).unwrap();
    let other = KeySet::new([Key::from_secret(Algorithm::HS256, &crate::test_support::secret(9)).unwrap()]).unwrap();
    for (keys, status, expected) in [(same, StatusCode::OK, 2), (other, StatusCode::UNAUTHORIZED, 2)] {
        let approov = forgetful();
        let rotating = approov.clone();
        let app = App::new()
            .route("/", web::get().to(everything))
            .wrap_fn(move |request, next| {
                rotating.replace_keys(keys.clone()).unwrap();
                next.call(request)
            })
            .wrap(approov.middleware());
        let app = init_service(app).await;

        VERIFICATIONS.set(0);
        let response = call_service(&app, request().to_request()).await;
        assert_eq!(verifications(&response, status), expected);
    }
}

#[actix_web::test]
async fn a_remembered_verdict_is_no_pass_for_a_stricter_policy() {
    let approov = forgetful();
    let app = App::new()
        .route("/bound", web::get().to(|_: Guarded<Bound, ()>| async { "in" }))
        .route(
            "/unbound",
            web::get().to(|_: Guarded<UnboundPolicy, ()>| async { "in" }),
        )
        .wrap(approov.middleware());
    let app = init_service(app).await;

    VERIFICATIONS.set(0);
    let response = call_service(&app, request().uri("/bound").to_request()).await;
    assert_eq!(verifications(&response, StatusCode::UNAUTHORIZED), 1);
    let response = call_service(&app, request().uri("/unbound").to_request()).await;
    assert_eq!(verifications(&response, StatusCode::OK), 1);
}
