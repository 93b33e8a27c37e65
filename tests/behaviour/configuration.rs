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
    builder.build().unwrap_err().to_string()
}

/// The kind is for a program that does something else than stop, such as to try again.
#[test]
fn faults_are_one_sentence_and_have_a_kind() {
    use ConfigErrorKind::{Conflict, Invalid, KeySource, NoKeys};
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("junk"), "junk").unwrap();
    let keys = |keys: KeyFile| Approov::builder().keys(keys);
    let at = |url: &str| Approov::builder().keys(JwksUrl::new(url));
    let signed = |signing: MessageSigning| builder().message_signing(signing);
    let origins = |origins: &[&str]| signed(MessageSigning::new().public_origins(origins));
    let (no_time, long) = (Duration::ZERO, Duration::from_secs(3601));
    let (none, junk) = (|| KeyFile::jwks(path("nowhere")), || KeyFile::jwks(path("junk")));
    let pem = |algorithm| keys(KeyFile::pem(algorithm, path("junk")));
    for (kind, builder, text) in [
        (NoKeys, Approov::builder(), "set APPROOV_BASE64_SECRET"),
        (Invalid, builder().issuer(""), "the text given to `issuer` is empty"),
        (Invalid, builder().audience(""), "given to `audience` is empty"),
        (Invalid, builder().leeway(long), "is longer than five minutes"),
        (Invalid, builder().leeway(Duration::MAX), "longer than five minutes"),
        (Invalid, builder().token_cache_capacity(10_000_001), "is more than"),
        (Invalid, builder().token_header("a b"), "is not a header name"),
        (Invalid, builder().binding("a, b"), "is not a header name"),
        (Invalid, builder().binding(["a", "A"]), "named twice"),
        (Invalid, builder().binding([""]), "has an empty name in its list"),
        (Invalid, keys(junk().refresh_interval(no_time)), "interval"),
        (Invalid, at("http://example.com/"), "given to `JwksUrl::new`"),
        (Invalid, origins(&["api.example.com"]), "is not an origin"),
        (Invalid, origins(&[]), "origin"),
        (Invalid, signed(MessageSigning::new().clock_skew(long)), "an hour"),
        (Conflict, builder().binding("Approov-Token"), "carries the token"),
        (Conflict, builder().binding("X").token_header("x"), "carries the token"),
        (Conflict, builder().policy(TO_ITSELF), "carries the token"),
        (Conflict, pem(Algorithm::HS256), "given to `KeyFile::pem`"),
        (KeySource, keys(none()), "names a file that cannot be read"),
        (KeySource, keys(junk()), "given to `KeyFile::jwks`"),
        (KeySource, pem(Algorithm::ES256), "given to `KeyFile::pem`"),
        (KeySource, at("http://127.0.0.1:1/"), "given to `JwksUrl::new`"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(format!("{error:?}"), error.to_string(), "main() -> Result prints Debug");
    }
    let placeholder = Key::from_base64_secret("approov_base64_secret_here");
    for (kind, error, text) in [
        (Invalid, Key::from_base64_secret("c2hvcnQ=").err(), "at least 32 bytes"),
        (Invalid, placeholder.err(), "placeholder"),
        (Invalid, KeySet::from_jwks("{}").err(), "`KeySet::from_jwks`"),
        (NoKeys, KeySet::new([]).err(), "`KeySet::new`"),
        (Invalid, Policy::new().try_binding("a b").err(), "`try_binding`"),
    ] {
        let error = error.unwrap();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
    // For the builder no name is no binding.
    assert!(builder().binding([""; 0]).build().is_ok());

    fs::write(path("set"), support::oct::key_set(&["kinds"])).unwrap();
    let refreshed = keys(KeyFile::jwks(path("set"))).build().unwrap();
    let set = KeySet::new([key(SECRET)]).unwrap();
    assert_eq!(refreshed.replace_keys(set.clone()).unwrap_err().kind(), Conflict);
    assert!(approov().replace_keys(set).is_ok());
}

const TO_ITSELF: Policy = Policy::new().binding(&["approov-token"]);

#[test]
fn account_keys_sign_with_hs256_and_are_two_at_most() {
    let third = support::oct::secret("third");
    // They add up from call to call.
    let with = |calls: &[&[&str]]| {
        calls.iter().fold(builder(), |builder, keys| {
            let keys = keys.iter().map(|base64| key(base64));
            builder.message_signing(keys.fold(MessageSigning::new(), MessageSigning::account_key))
        })
    };
    assert!(with(&[&[SECRET, OTHER_SECRET]]).build().is_ok());
    assert!(with(&[&[SECRET], &[&third]]).build().is_ok());
    for three in [
        with(&[&[SECRET, OTHER_SECRET, &third]]),
        with(&[&[SECRET, OTHER_SECRET], &[&third]]),
    ] {
        assert_eq!(
            error(three),
            "the key given to `MessageSigning::account_key` is the third message signing key of the account; the \
             maximum is two"
        );
    }
    let hs512 = Key::from_secret(Algorithm::HS512, &[7, 1].repeat(32)).unwrap();
    assert_eq!(
        error(builder().message_signing(MessageSigning::new().account_key(hs512))),
        "the key given to `MessageSigning::account_key` is not a key for HS256, with which accounts sign messages"
    );
}

#[test]
fn leeway_up_to_five_minutes() {
    let approov = builder().leeway(Duration::from_secs(300)).build().unwrap();
    let expired = |seconds: u64| token::with(&serde_json::json!({ "exp": token::now() - seconds }));
    assert!(approov.verify_token(&expired(290)).is_ok());
    assert!(approov.verify_token(&expired(301)).is_err());
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
