//! What does not start, and what an error says.

use std::time::Duration;

use approov_actix::{Approov, Key};
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
    let secret_error = |secret| Key::from_base64_secret(secret).unwrap_err().to_string();
    assert!(secret_error("c2hvcnQ=").contains("at least 32 bytes"));
    assert!(secret_error("approov_base64_secret_here").contains("placeholder"));
    assert!(error(builder().token_header("a b")).contains("not a valid HTTP header name"));
    assert!(error(builder().binding(["a", "A"])).contains("named twice"));
    assert!(error(builder().binding([""])).contains("has an empty name in its list"));
    assert!(error(builder().binding(["Approov-Token"])).contains("carries the token"));
    assert!(error(builder().binding(["X"]).token_header("x")).contains("carries the token"));
    assert_eq!(error(builder().issuer("")), "the text given to `issuer` is empty");
    assert_eq!(error(builder().audience("")), "the text given to `audience` is empty");
    assert!(error(builder().leeway(Duration::from_secs(301))).contains("is longer than five minutes"));
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
        Key::from_base64_secret(&format!("{SECRET}!")).unwrap_err().to_string(),
    ] {
        assert!(!debug.contains(&unpadded[..8]), "{debug}");
        assert!(!debug.contains("135, 227"), "{debug}");
    }
}
