//! Cached tokens: nothing that is refused without a cache is let in with one. That times are looked at each time:
//! `token/tests.rs` of the library. That keys are: `keys/refresh/replace.rs`. That configurations share nothing:
//! `layers`.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use approov_actix::{Algorithm, Approov, Key, KeySet};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use support::{client::Request, token};

use crate::{
    builder,
    served::Served,
    ways::{self, WAYS},
};

#[actix_web::test]
async fn a_binding_is_compared_each_time() {
    let server = Served::new(builder().binding("Authorization"), ways::configure);
    let token = token::bound(&["user-1"]);
    for way in WAYS.repeat(2) {
        let get = |user: &str| Request::get(way).token(&token).header("Authorization", user);
        server.accepts(way, &get("user-1"));
        server.refuses(way, "binding_mismatch", &get("user-2"));
    }
}

/// Verifications that start with the old keys and end with the new ones.
#[test]
fn what_was_verified_with_the_old_keys_does_not_come_in_late() {
    let secret_of = |byte: u8| [byte, 7].repeat(16);
    let keys = |byte| KeySet::new([Key::from_secret(Algorithm::HS256, &secret_of(byte)).unwrap()]).unwrap();
    let claims = token::claims(&json!({})).to_string();
    let token = token::sign(&STANDARD.encode(secret_of(1)), r#"{"alg":"HS256"}"#, &claims);
    let builder = Approov::builder().keys(keys(1)).token_cache_capacity(16);
    let approov = builder.build().unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let _ = approov.verify_token(&token);
                }
            });
        }
        for _ in 0..2000 {
            approov.replace_keys(keys(2)).unwrap();
            assert!(approov.verify_token(&token).is_err());
            approov.replace_keys(keys(1)).unwrap();
            assert!(approov.verify_token(&token).is_ok());
        }
        is_over.store(true, Ordering::Relaxed);
    });
}
