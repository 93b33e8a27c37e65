//! Signed requests through the guard.

use std::time::Duration;

use actix_web::{
    App, FromRequest as _, HttpRequest, HttpResponse,
    dev::Payload,
    error::PayloadError,
    http::StatusCode,
    rt,
    test::{TestRequest, call_service, init_service, read_body},
    web,
};

use futures_util::{Stream, future, stream};

use crate::{
    Approov, ApproovBuilder, ApproovSignature, Key, KeySet, MessageSigning, Policy, Refused, Rejection, RoutePolicy,
    SignaturePolicy,
    protect::guard::Guarded,
    testing::{self, InstallationKey, RequestSigner, TokenBuilder},
    time::UnixTime,
};

struct Required;

impl RoutePolicy for Required {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().signature(SignaturePolicy::required());
        &POLICY
    }
}

async fn echo(guarded: Guarded<Required, (ApproovSignature, web::Bytes)>) -> HttpResponse {
    let (signature, body) = guarded.into_inner();
    assert_eq!(signature.label(), "install");
    assert_eq!(signature.covers_body(), !body.is_empty());
    let shown = format!("{signature:?}");
    assert!(
        shown.contains("@target-uri") && !shown.contains("igest:") && !shown.contains("nonce"),
        "{shown}"
    );
    HttpResponse::Ok().body(body)
}

fn builder() -> ApproovBuilder {
    testing::builder().message_signing(MessageSigning::new().public_origins("https://api.example.com"))
}

/// The status of a request that was signed for `url` with `body`, and is sent to `target` with `sent`.
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

/// Otherwise, a captured request would be valid for as long as its last byte is held back.
#[actix_web::test]
async fn what_expires_before_its_body_is_there_is_refused() {
    let (short, long) = (Duration::from_secs(2), Duration::from_secs(60));
    let (at_once, late) = (Duration::ZERO, Duration::from_millis(3200));
    let cases = [
        (short, short, at_once, None),
        (long, short, late, Some(Rejection::SignatureExpired)),
        (short, long, late, Some(Rejection::TokenExpired)),
        (short, short, late, Some(Rejection::TokenExpired)),
        (long, long, late, None),
    ];
    let verdicts = cases.map(|(token, signature, wait, _)| verdict_on_late_body(token, signature, wait));
    let verdicts = future::join_all(verdicts).await;
    assert_eq!(verdicts, cases.map(|(.., expected)| expected));
}

/// For a token and a signature with these lifetimes. Both count from the beginning of this second, which may be almost
/// over.
async fn verdict_on_late_body(token: Duration, signature: Duration, wait: Duration) -> Option<Rejection> {
    let approov = builder()
        .message_signing(MessageSigning::new().clock_skew(Duration::ZERO))
        .build()
        .unwrap();
    let key = InstallationKey::new();
    let token = TokenBuilder::new().expires_in(token).installation_key(&key).build();
    let request = signed_post(&approov, &key, &token, signature);
    let body = stream::once(async move {
        rt::time::sleep(wait).await;
        Ok(web::Bytes::from_static(b"body"))
    });
    verdict_on_body(&request, body).await
}

/// A request with the digest of `body`, which is still to come.
fn signed_post(approov: &Approov, key: &InstallationKey, token: &str, lifetime: Duration) -> HttpRequest {
    let headers = RequestSigner::install(key).expires_in(lifetime).sign(
        "POST",
        "https://api.example.com/",
        &[("Approov-Token", token)],
        Some(b"body"),
    );
    let request = TestRequest::post()
        .insert_header(("Approov-Token", token))
        .app_data(approov.clone());
    headers
        .into_iter()
        .fold(request, TestRequest::insert_header)
        .to_http_request()
}

async fn verdict_on_body(
    request: &HttpRequest,
    body: impl Stream<Item = Result<web::Bytes, PayloadError>> + 'static,
) -> Option<Rejection> {
    let mut payload: Payload = Payload::Stream {
        payload: Box::pin(body),
    };
    let admitted = Guarded::<Required, (web::Bytes,)>::from_request(request, &mut payload).await;
    admitted
        .err()
        .map(|error| error.as_error::<Refused>().unwrap().rejection())
}

/// Otherwise, anyone who holds a connection open could make one more request with a leaked key after its replacement.
#[actix_web::test]
async fn keys_that_are_replaced_while_a_body_is_kept_back_count_no_longer() {
    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    for (keys, expected) in [
        (&[NEW][..], Some(Rejection::TokenSignature)),
        (&[NEW, OLD], None),
        (&[OLD], None),
    ] {
        let approov = Approov::builder()
            .keys(Key::from_base64_secret(OLD).unwrap())
            .message_signing(MessageSigning::new().public_origins("https://api.example.com"))
            .build()
            .unwrap();
        let key = InstallationKey::new();
        let token = TokenBuilder::with_base64_secret(OLD).unwrap().installation_key(&key);
        let request = signed_post(&approov, &key, &token.build(), Duration::from_secs(60));
        let keys = keys.iter().map(|secret| Key::from_base64_secret(secret).unwrap());
        let keys = KeySet::new(keys).unwrap();
        let body = stream::once(async move {
            approov.replace_keys(keys).unwrap();
            Ok(web::Bytes::from_static(b"body"))
        });
        assert_eq!(verdict_on_body(&request, body).await, expected);
    }
}

/// Covered values may be costly to find, and anyone with a token can have them covered.
#[actix_web::test]
async fn not_more_query_parameters_than_any_client_covers() {
    for (count, rejection) in [(8, Rejection::SignatureInvalid), (9, Rejection::SignatureComponent {})] {
        let names: Vec<_> = (0..count).map(|i| format!(r#""@query-param";name="{i}""#)).collect();
        let query: Vec<_> = (0..count).map(|i| format!("{i}=1")).collect();
        let target = format!("/?{}", query.join("&"));
        assert_eq!(verdict_on_forgery(&target, &names.join(" ")), rejection);
    }
}

/// Each of the three is as long as the target.
#[actix_web::test]
async fn not_more_of_a_long_target_than_any_client_covers() {
    let target = format!("/{}", "a".repeat(50_000));
    for (components, rejection) in [
        (r#""@authority""#, Rejection::SignatureInvalid),
        (r#""@authority" "@query""#, Rejection::SignatureComponent {}),
    ] {
        assert_eq!(verdict_on_forgery(&target, components), rejection);
    }
}

/// The verdict on a forged signature that covers the usual components and these.
fn verdict_on_forgery(target: &str, components: &str) -> Rejection {
    let approov = builder().build().unwrap();
    let key = InstallationKey::new();
    let token = TokenBuilder::new().installation_key(&key).build();
    let input = format!(
        r#"install=("@method" "@target-uri" "approov-token" {components});created={}"#,
        UnixTime::now().seconds().floor()
    );
    let request = TestRequest::with_uri(target)
        .insert_header(("Approov-Token", token.as_str()))
        .insert_header(("Signature-Input", input))
        .insert_header(("Signature", format!("install=:{}:", "A".repeat(86) + "==")))
        .to_http_request();
    let claims = approov.verify_token(&token).unwrap();
    let settings = approov.settings();
    let verifier = super::Verifier {
        settings: &settings.signature,
        policy: &settings.default_policy.signature,
        token_header: &settings.token_header,
        claims: &claims,
        explains: true,
        now: UnixTime::now(),
    };
    verifier.verify(&request).map(drop).unwrap_err()
}
