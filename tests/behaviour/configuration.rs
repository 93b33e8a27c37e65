//! What does not start, and what an error says.

use std::{fs, time::Duration};

use approov_actix::{
    Algorithm, Approov, ConfigErrorKind, JwksUrl, Key, KeyFile, KeySet, MessageSigning, Policy, SignaturePolicy,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use support::{
    log,
    token::{OTHER_SECRET, SECRET},
};
use tempfile::TempDir;

use super::single_use::{ONCE, in_memory};
use crate::{approov, builder, key, signing};

/// The kind is for a program that does something else than stop, such as to try again.
#[test]
fn faults_are_one_sentence_and_have_a_kind() {
    use ConfigErrorKind::{Conflict, Invalid, KeySource, NoKeys};
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("junk"), "junk").unwrap();
    fs::write(path("set"), support::oct::key_set(&["kinds"])).unwrap();
    let keys = |keys: KeyFile| Approov::builder().keys(keys);
    let at = |url: &str| Approov::builder().keys(JwksUrl::new(url));
    let signed = |signing: MessageSigning| builder().message_signing(signing);
    let origins = |origins: &[&str]| signed(MessageSigning::new().public_origins(origins));
    let account = |with: Key| MessageSigning::new().account_key(with);
    let two = || account(key(SECRET)).account_key(key(OTHER_SECRET));
    let third = || key(&support::oct::secret("third"));
    let hs512 = Key::from_secret(Algorithm::HS512, &[7, 1].repeat(32)).unwrap();
    let with_id = |length: usize| key(SECRET).with_key_id("k".repeat(length));
    let (no_time, longer, long) = (Duration::ZERO, Duration::from_secs(301), Duration::from_secs(3601));
    let (none, junk) = (|| KeyFile::jwks(path("nowhere")), || KeyFile::jwks(path("junk")));
    let set = || KeyFile::jwks(path("set"));
    let unsigned = Policy::new().single_use(true);
    let pem = |algorithm| keys(KeyFile::pem(algorithm, path("junk")));
    let builders = vec![
        (NoKeys, Approov::builder(), "set APPROOV_BASE64_SECRET"),
        (Invalid, builder().issuer(""), "the text given to `issuer` is empty"),
        (Invalid, builder().audience(""), "given to `audience` is empty"),
        (Invalid, builder().leeway(longer), "is longer than five minutes"),
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
        (Invalid, signed(two().account_key(third())), "is the third"),
        // They add up from call to call.
        (Invalid, signed(two()).message_signing(account(third())), "is the third"),
        (Invalid, signed(account(hs512)), "is not a key for HS256"),
        (Invalid, signed(account(with_id(257))), "more than 256 bytes"),
        (Invalid, builder().keys(with_id(257)), "to `keys`, the key HS256"),
        (Conflict, builder().binding("Approov-Token"), "carries the token"),
        (Conflict, builder().binding("X").token_header("x"), "carries the token"),
        (Conflict, builder().policy(TO_ITSELF), "carries the token"),
        (Conflict, signing().policy(ONCE), "single use, but there is no store"),
        (Conflict, in_memory().policy(unsigned), "single use, but no signature"),
        (Conflict, pem(Algorithm::HS256), "given to `KeyFile::pem`"),
        (KeySource, keys(none()), "names a file that cannot be read"),
        // Which one is meant, without its path.
        (KeySource, keys(set()).keys(none()), "`KeyFile::jwks` (number 2) names"),
        (KeySource, keys(junk()), "given to `KeyFile::jwks`"),
        (KeySource, pem(Algorithm::ES256), "given to `KeyFile::pem`"),
        (KeySource, at("http://127.0.0.1:1/"), "given to `JwksUrl::new`"),
    ];
    let builders = builders.into_iter();
    let builders = builders.map(|(kind, builder, text)| (kind, builder.build().err(), text));
    let placeholder = Key::from_base64_secret("approov_base64_secret_here");
    let others = [
        (Invalid, Key::from_base64_secret("c2hvcnQ=").err(), "at least 32 bytes"),
        (Invalid, placeholder.err(), "placeholder"),
        (Invalid, KeySet::from_jwks("{}").err(), "`KeySet::from_jwks`"),
        (NoKeys, KeySet::new([]).err(), "`KeySet::new`"),
        (Invalid, KeySet::new([with_id(257)]).err(), "HS256 has a `kid`"),
        (Invalid, Policy::new().try_binding("a b").err(), "`try_binding`"),
    ];
    for (kind, error, text) in builders.chain(others) {
        let error = error.unwrap();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(format!("{error:?}"), error.to_string(), "main() -> Result prints Debug");
        assert!(error.to_string().contains(text), "{error}");
    }
    for good in [
        // For the builder no name is no binding.
        builder().binding([""; 0]),
        builder().leeway(Duration::from_secs(300)),
        builder().keys(with_id(256)),
        signed(two()),
        in_memory().policy(ONCE),
        signed(account(key(SECRET))).message_signing(account(third())),
    ] {
        assert!(good.build().is_ok());
    }

    let refreshed = keys(set()).build().unwrap();
    let set = KeySet::new([key(SECRET)]).unwrap();
    assert_eq!(refreshed.replace_keys(set.clone()).unwrap_err().kind(), Conflict);
    assert!(approov().replace_keys(set).is_ok());
}

const TO_ITSELF: Policy = Policy::new().binding(&["approov-token"]);

#[test]
#[should_panic(expected = "the policy requires single use, but there is no store")]
fn a_middleware_of_single_use_needs_a_store() {
    let _ = signing().build().unwrap().middleware().policy(ONCE);
}

#[test]
#[should_panic(expected = "Policy::single_use needs a signature that is required")]
fn a_policy_of_single_use_needs_a_signature() {
    let _ = Policy::new().single_use(true).signature(SignaturePolicy::if_able());
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
    let bytes = STANDARD.decode(SECRET).unwrap();
    let k = URL_SAFE_NO_PAD.encode(&bytes);
    let set = format!(r#"{{"keys":[{{"kty":"oct","alg":"HS256","k":"{k}"}}]}}"#);
    let hs512 = Key::from_secret(Algorithm::HS512, &bytes);
    assert!(Key::from_base64_secret(SECRET).is_ok() && hs512.is_ok() && KeySet::from_jwks(&set).is_ok());
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
