//! What does not start, and what an error says.

use std::{fs, time::Duration};

use approov_actix::{
    Algorithm, Approov, ApproovBuilder, ConfigErrorKind, JwksUrl, Key, KeyFile, KeySet, MessageSigning, Policy,
};
use support::{
    log,
    token::{self, OTHER_SECRET, SECRET},
};
use tempfile::TempDir;

use crate::{approov, builder, key};

fn error(builder: ApproovBuilder) -> String {
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
    assert!(error(builder().token_header("a b")).contains("is not a header name"));
    assert!(error(builder().binding(["a", "A"])).contains("named twice"));
    assert!(error(builder().binding([""])).contains("has an empty name in its list"));
    assert!(error(builder().binding(["Approov-Token"])).contains("carries the token"));
    assert!(error(builder().binding(["X"]).token_header("x")).contains("carries the token"));
    assert_eq!(error(builder().issuer("")), "the text given to `issuer` is empty");
    assert_eq!(error(builder().audience("")), "the text given to `audience` is empty");
    assert!(error(builder().leeway(Duration::from_secs(301))).contains("is longer than five minutes"));
}

/// For a program that does something else than stop, such as to try again.
#[test]
fn each_fault_has_its_kind() {
    use ConfigErrorKind::{Conflict, Invalid, KeySource, NoKeys};
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("junk"), "junk").unwrap();
    let keys = |keys: KeyFile| Approov::builder().keys(keys);
    let at = |url: &str| Approov::builder().keys(JwksUrl::new(url));
    for (case, builder, kind) in [
        ("no key", Approov::builder(), NoKeys),
        ("an empty issuer", builder().issuer(""), Invalid),
        ("a leeway", builder().leeway(Duration::from_secs(301)), Invalid),
        ("a cache", builder().token_cache_capacity(10_000_001), Invalid),
        ("a header", builder().token_header("a b"), Invalid),
        ("a list of headers in one text", builder().binding("a, b"), Invalid),
        ("a header twice", builder().binding(["a", "A"]), Invalid),
        (
            "an interval",
            keys(KeyFile::jwks(path("junk")).refresh_interval(Duration::ZERO)),
            Invalid,
        ),
        ("an address of another machine", at("http://example.com/"), Invalid),
        (
            "an origin",
            signing(MessageSigning::new().public_origins("api.example.com")),
            Invalid,
        ),
        (
            "origins",
            signing(MessageSigning::new().public_origins([""; 0])),
            Invalid,
        ),
        (
            "a skew",
            signing(MessageSigning::new().clock_skew(Duration::from_secs(3601))),
            Invalid,
        ),
        ("the token's header", builder().binding("Approov-Token"), Conflict),
        ("the token's header in a policy", builder().policy(TO_ITSELF), Conflict),
        ("an HMAC", keys(KeyFile::pem(Algorithm::HS256, path("junk"))), Conflict),
        ("no file", keys(KeyFile::jwks(path("nowhere"))), KeySource),
        ("a file with junk", keys(KeyFile::jwks(path("junk"))), KeySource),
        (
            "a file without PEM",
            keys(KeyFile::pem(Algorithm::ES256, path("junk"))),
            KeySource,
        ),
        ("an address where nothing listens", at("http://127.0.0.1:1/"), KeySource),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{case}: {error}");
    }
    for (case, error, kind) in [
        ("a secret", Key::from_base64_secret("c2hvcnQ=").unwrap_err(), Invalid),
        ("a set", KeySet::from_jwks("{}").unwrap_err(), Invalid),
        ("a set without keys", KeySet::new([]).unwrap_err(), NoKeys),
        ("a policy", Policy::new().try_binding("a b").unwrap_err(), Invalid),
    ] {
        assert_eq!(error.kind(), kind, "{case}: {error}");
    }
    fs::write(path("set"), support::oct::key_set(&["kinds"])).unwrap();
    let refreshed = keys(KeyFile::jwks(path("set"))).build().unwrap();
    let set = KeySet::new([key(SECRET)]).unwrap();
    assert_eq!(refreshed.replace_keys(set.clone()).unwrap_err().kind(), Conflict);
    assert!(approov().replace_keys(set).is_ok());
}

const TO_ITSELF: Policy = Policy::new().binding(&["approov-token"]);

fn signing(signing: MessageSigning) -> ApproovBuilder {
    builder().message_signing(signing)
}

#[test]
fn account_keys_sign_with_hs256_and_are_two_at_most() {
    let with = |keys: &[&str]| {
        let signing = keys.iter().fold(MessageSigning::new(), |signing, base64| {
            signing.account_key(key(base64))
        });
        builder().message_signing(signing)
    };
    let third = support::oct::secret("third");
    assert!(with(&[SECRET, OTHER_SECRET]).build().is_ok());
    assert_eq!(
        error(with(&[SECRET, OTHER_SECRET, &third])),
        "the key given to `MessageSigning::account_key` is the third message signing key of the account; the maximum is two"
    );
    // They add up from call to call.
    let one_more = MessageSigning::new().account_key(key(&third));
    assert!(with(&[SECRET]).message_signing(one_more).build().is_ok());
    let one_more = MessageSigning::new().account_key(key(&third));
    assert!(with(&[SECRET, OTHER_SECRET]).message_signing(one_more).build().is_err());
    let hs512 = Key::from_secret(Algorithm::HS512, &[7, 1].repeat(32)).unwrap();
    assert_eq!(
        error(signing(MessageSigning::new().account_key(hs512))),
        "the key given to `MessageSigning::account_key` is not a key for HS256, with which accounts sign messages"
    );
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

/// However it comes.
#[test]
fn the_development_secret_is_warned_of() {
    log::capture();
    // Most tests use it.
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, SECRET).unwrap();
    let k = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &bytes);
    let set = format!(r#"{{"keys":[{{"kty":"oct","alg":"HS256","k":"{k}"}}]}}"#);
    Key::from_base64_secret(SECRET).unwrap();
    Key::from_secret(Algorithm::HS512, &bytes).unwrap();
    KeySet::from_jwks(&set).unwrap();
    for origin in [
        "the secret given to `Key::from_base64_secret`",
        "the secret given to `Key::from_secret`",
        "the text given to `KeySet::from_jwks`: key 1",
    ] {
        let line = format!("WARN approov_actix {origin} is the development secret");
        assert_eq!(log::own_lines_with(&line).len(), 1, "{origin}");
    }
    Key::from_base64_secret(OTHER_SECRET).unwrap();
    assert_eq!(log::own_lines_with("is the development secret").len(), 3);
}

#[test]
fn the_same_key_twice_is_warned_of_and_counts_once() {
    log::capture();
    let approov = builder().keys(key(SECRET)).keys(key(OTHER_SECRET)).build().unwrap();
    let line = "WARN approov_actix the key HS256 is not used: it is the same as an earlier one";
    assert_eq!(log::own_lines_with(line).len(), 1);
    assert_eq!(approov.status().key_count(), 2);
    // With an id it may be needed.
    let approov = builder().keys(key(SECRET).with_key_id("a")).build().unwrap();
    assert_eq!(approov.status().key_count(), 2);
    assert_eq!(log::own_lines_with(line).len(), 1);
}

#[test]
fn ids_of_keys_have_a_limit() {
    let long = || key(SECRET).with_key_id("k".repeat(257));
    let fault = "has a `kid` of more than 256 bytes";
    assert_eq!(
        error(builder().keys(long())),
        format!("among the keys given to `keys`, the key HS256 {fault}")
    );
    assert_eq!(
        KeySet::new([long()]).unwrap_err().to_string(),
        format!("among the keys given to `KeySet::new`, the key HS256 {fault}")
    );
    assert_eq!(
        error(builder().message_signing(MessageSigning::new().account_key(long()))),
        format!("the key given to `MessageSigning::account_key` {fault}")
    );
    assert!(builder().keys(key(SECRET).with_key_id("k".repeat(256))).build().is_ok());
}

/// Which one is meant, without its path.
#[test]
fn sources_with_the_same_setting_are_numbered() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys.json");
    fs::write(&path, support::oct::key_set(&["numbered"])).unwrap();
    let missing = KeyFile::jwks(folder.path().join("missing.json"));
    let both = Approov::builder().keys(KeyFile::jwks(&path)).keys(missing);
    assert!(error(both).starts_with("the path given to `KeyFile::jwks` (number 2) names a file that cannot be read: "));
}
