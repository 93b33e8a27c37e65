//! An empty set is an answer: its owner revokes all keys. Whatever else is wrong keeps them.

use std::fs;

use approov_actix::{Approov, JwksUrl, KeyFile, KeySource, Rejection};
use serde_json::{Value, json};
use support::{
    key_server::{KeyServer, Reply},
    log, oct, token,
};
use tempfile::TempDir;

use super::{SECOND, keys_at, verdict, wait_until_accepted, wait_until_unavailable};
use crate::builder;

/// Sets without a key for this library, but with nothing wrong in them.
fn empty_sets() -> [String; 3] {
    let mut for_encryption = oct::jwk("for-encryption");
    for_encryption["use"] = json!("enc");
    let quantum = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" });
    [
        r#"{"keys":[]}"#.to_owned(),
        r#"{"keys": [ ], "a": 1}"#.to_owned(),
        oct::set_of(&[for_encryption, quantum]),
    ]
}

#[test]
fn an_empty_set_in_a_file_revokes_its_keys() {
    log::capture();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    let replace = |text: &str| {
        fs::write(folder.path().join("new"), text).unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
    };
    let file = || KeyFile::jwks(&path).refresh_interval(SECOND);
    replace(&oct::key_set(&["revoked-file"]));
    let approov = Approov::builder().name("revoked-file").keys(file()).build().unwrap();
    for set in empty_sets() {
        wait_until_accepted(&approov, "revoked-file");
        replace(&set);
        wait_until_unavailable(&approov, "revoked-file");
        replace(&oct::key_set(&["revoked-file"]));
    }
    wait_until_accepted(&approov, "revoked-file");
    let line = "ERROR approov_actix the path given to `KeyFile::jwks` names a file that has an empty set; \
                the keys that came from there before are REVOKED name=revoked-file";
    assert_eq!(log::lines_with(line).len(), 3);
    let no_key = "ERROR approov_actix there is NO KEY: every token is refused name=revoked-file";
    assert_eq!(log::lines_with(no_key).len(), 3);

    // At the start it is a mistake.
    for set in empty_sets() {
        replace(&set);
        let error = Approov::builder().keys(file()).build().unwrap_err().to_string();
        assert_eq!(
            error,
            "the path given to `KeyFile::jwks` names a file that has no usable key"
        );
    }
}

#[test]
fn an_empty_set_at_an_address_revokes_its_keys_and_no_others() {
    let server = KeyServer::start(Reply::keys(&["revoked"]));
    let approov = builder().keys(keys_at(&server, SECOND)).build().unwrap();
    assert_eq!(verdict(&approov, "revoked"), Ok(()));
    server.set(Reply::keys(&[]));
    // The fixed key has no id and is tried.
    support::wait_until("the end of the key", || {
        verdict(&approov, "revoked") == Err(Rejection::TokenSignature)
    });
    assert!(approov.verify_token(&token::good()).is_ok());
}

/// What is wrong may be a mistake, which must not lock everyone out.
#[test]
fn a_set_that_is_wrong_revokes_nothing() {
    let secret_of_an_address = oct::jwk("kept");
    for (set, allow_secrets) in [
        (json!({}), true),
        (json!({ "keys": null }), true),
        (json!({ "keys": {} }), true),
        (json!([]), true),
        (json!({ "keys": [{}] }), true),
        (json!({ "keys": [Value::Null] }), true),
        (json!({ "keys": [secret_of_an_address] }), false),
    ] {
        let first = if allow_secrets {
            Reply::keys(&["kept"])
        } else {
            Reply::new(200, oct::set_of(&[support::ed25519::FIRST.jwk()]))
        };
        let server = KeyServer::start(first);
        let keys: KeySource = JwksUrl::new(server.url())
            .allow_secrets(allow_secrets)
            .refresh_interval(SECOND)
            .into();
        let approov = Approov::builder().keys(keys).build().unwrap();
        server.set(Reply::new(200, set.to_string()));
        server.wait_for_more(2);
        let good = if allow_secrets {
            oct::token("kept")
        } else {
            support::ed25519::FIRST.token.to_owned()
        };
        assert!(approov.verify_token(&good).is_ok(), "{set}");
    }
}
