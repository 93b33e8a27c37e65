//! What does not start, and what an error says.

use std::time::Duration;

use approov_actix::Approov;
use support::token::{self, SECRET};

use crate::builder;

fn error(builder: approov_actix::ApproovBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string(), "main() -> Result prints Debug");
    error.to_string()
}

#[test]
fn faults_are_one_sentence() {
    assert!(error(Approov::builder()).starts_with("no key to verify Approov tokens with: set APPROOV_BASE64_SECRET"));
    assert!(error(Approov::builder().base64_secret("c2hvcnQ=")).contains("at least 32 bytes"));
    assert!(error(Approov::builder().base64_secret("approov_base64_secret_here")).contains("placeholder"));
    assert!(error(builder().token_header("a b")).contains("not a valid HTTP header name"));
    assert!(error(builder().binding(["a", "A"])).contains("named twice"));
    assert!(error(builder().binding([""])).contains("has an empty name in its list"));
    assert!(error(builder().binding(["Approov-Token"])).contains("carries the token"));
    assert!(error(builder().binding(["X"]).token_header("x")).contains("carries the token"));
    assert_eq!(error(builder().issuer("")), "the text given to `issuer` is empty");
    assert_eq!(error(builder().audience("")), "the text given to `audience` is empty");
    assert!(error(builder().leeway(Duration::from_secs(301))).contains("5 minutes"));
    // Of no effect here, as no source of keys is refreshed, and wrong all the same.
    assert!(error(builder().key_refresh_interval(Duration::ZERO)).contains("is not between one second and one day"));
    assert!(error(builder().key_max_stale(Duration::ZERO)).contains("is shorter than twice the time"));
    assert!(builder().key_refresh_interval(Duration::from_secs(1)).build().is_ok());
}

#[test]
fn leeway_up_to_five_minutes() {
    let approov = builder().leeway(Duration::from_secs(300)).build().unwrap();
    let expired = |seconds: u64| token::with(&serde_json::json!({ "exp": token::now() - seconds }));
    assert!(approov.verify_token(&expired(290)).is_ok());
    assert!(approov.verify_token(&expired(301)).is_err());
    let approov = builder().leeway(Duration::MAX).build();
    assert!(approov.is_err());
}

#[test]
fn nothing_secret_shows() {
    let approov = builder().binding(["Authorization"]).build().unwrap();
    let unpadded = SECRET.trim_end_matches('=');
    for debug in [
        format!("{approov:?}"),
        format!("{:?}", approov.middleware()),
        format!("{:?}", builder()),
        error(Approov::builder().base64_secret(format!("{SECRET}!"))),
    ] {
        assert!(!debug.contains(&unpadded[..8]), "{debug}");
        assert!(!debug.contains("135, 227"), "{debug}");
    }
}
