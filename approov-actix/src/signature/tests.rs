//! Signed requests through the guard.

use std::time::Duration;

use actix_web::{
    App, FromRequest as _, HttpResponse,
    dev::Payload,
    http::StatusCode,
    rt,
    test::{TestRequest, call_service, init_service, read_body},
    web,
};

use futures_util::stream;

use crate::{
    ApproovBuilder, ApproovSignature, Policy, Rejection, RoutePolicy, SignatureRequirement,
    guard::Guarded,
    testing::{self, InstallationKey, RequestSigner, TokenBuilder},
    token::Clock,
};

struct Required;

impl RoutePolicy for Required {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().signature(SignatureRequirement::Required);
        &POLICY
    }
}

async fn echo(guarded: Guarded<Required, (ApproovSignature, web::Bytes)>) -> HttpResponse {
    let (signature, body) = guarded.into_inner();
    assert_eq!(signature.label(), "install");
    assert_eq!(signature.covers_body(), !body.is_empty());
    HttpResponse::Ok().body(body)
}

fn builder() -> ApproovBuilder {
    testing::builder().public_origin("https://api.example.com")
}

/// The status of a request that was signed for `url` and with `body`, and is sent to `target` with `sent`.
async fn status(url: &str, body: Option<&'static str>, target: &str, sent: &'static str) -> StatusCode {
    let app = App::new()
        .app_data(builder().build().unwrap())
        .default_service(web::to(echo));
    let app = init_service(app).await;
    let key = InstallationKey::new();
    let token = TokenBuilder::new().installation_key(&key).build();
    let signer = RequestSigner::install(&key);
    let headers = signer.sign("POST", url, &[("Approov-Token", &token)], body.map(str::as_bytes));
    let request = TestRequest::post()
        .uri(target)
        .insert_header(("Approov-Token", token))
        .set_payload(sent);
    let request = headers.into_iter().fold(request, TestRequest::insert_header);
    let response = call_service(&app, request.to_request()).await;
    let status = response.status();
    let body = read_body(response).await;
    assert_eq!(body, if status == StatusCode::OK { sent } else { "{}" });
    status
}

#[actix_web::test]
async fn what_was_signed_is_served() {
    let signed = "https://api.example.com/a/b?c=d";
    assert_eq!(status(signed, Some("body"), "/a/b?c=d", "body").await, 200);
    assert_eq!(status(signed, None, "/a/b?c=d", "").await, 200);
}

#[actix_web::test]
async fn what_was_altered_is_refused() {
    let signed = "https://api.example.com/a/b?c=d";
    for (target, body) in [
        ("/a/b?c=e", "body"),
        ("/a/b", "body"),
        ("/a/b/?c=d", "body"),
        ("/a/b?c=d", "bodY"),
        ("/a/b?c=d", ""),
        ("/a/b?c=d", "body "),
    ] {
        assert_eq!(status(signed, Some("body"), target, body).await, 401, "{target} {body}");
    }
    assert_eq!(status("https://other.example.com/a", None, "/a", "").await, 401);
}

/// Else a captured request would be good for as long as its last byte is kept back.
#[actix_web::test]
async fn what_expires_before_its_body_is_there_is_refused() {
    let approov = builder().signature_clock_skew(Duration::ZERO).build().unwrap();
    let key = InstallationKey::new();
    let token = TokenBuilder::new().installation_key(&key).build();
    for (wait, expected) in [(0, StatusCode::OK), (3200, StatusCode::UNAUTHORIZED)] {
        // Counted from the beginning of this second, which may be almost over.
        let signer = RequestSigner::install(&key).expires_in(Duration::from_secs(2));
        let headers = signer.sign(
            "POST",
            "https://api.example.com/",
            &[("Approov-Token", &token)],
            Some(b"body"),
        );
        let request = TestRequest::post()
            .insert_header(("Approov-Token", token.as_str()))
            .app_data(approov.clone());
        let request = headers
            .into_iter()
            .fold(request, TestRequest::insert_header)
            .to_http_request();
        let body = stream::once(async move {
            rt::time::sleep(Duration::from_millis(wait)).await;
            Ok(web::Bytes::from_static(b"body"))
        });
        let mut payload: Payload = Payload::Stream {
            payload: Box::pin(body),
        };
        let admitted = Guarded::<Required, (web::Bytes,)>::from_request(&request, &mut payload).await;
        let status = admitted.map_or_else(|error| error.error_response().status(), |_| StatusCode::OK);
        assert_eq!(status, expected, "{wait}");
    }
}

/// What is covered may be costly to find, and everyone with a token can ask for it.
#[actix_web::test]
async fn not_more_query_parameters_than_any_client_covers() {
    let approov = builder().build().unwrap();
    for (count, rejection) in [(8, Rejection::SignatureInvalid), (9, Rejection::SignatureComponent)] {
        let key = InstallationKey::new();
        let token = TokenBuilder::new().installation_key(&key).build();
        let names: Vec<_> = (0..count).map(|i| format!(r#""@query-param";name="{i}""#)).collect();
        let query: Vec<_> = (0..count).map(|i| format!("{i}=1")).collect();
        let input = format!(
            r#"install=("@method" "@target-uri" "approov-token" {});created={}"#,
            names.join(" "),
            Clock::now().seconds().floor()
        );
        let request = TestRequest::with_uri(&format!("/?{}", query.join("&")))
            .insert_header(("Approov-Token", token.as_str()))
            .insert_header(("Signature-Input", input))
            .insert_header(("Signature", format!("install=:{}:", "A".repeat(86) + "==")))
            .to_http_request();
        let claims = approov.verify_token(&token).unwrap();
        let verdict = super::verify(&request, &approov, &claims, Clock::now());
        assert_eq!(verdict.map(drop), Err(rejection));
    }
}
