//! A logger is the application's, and may panic. What refreshes keys goes on.

use std::fs;

use approov_actix::{Approov, KeyFile};
use serde_json::json;
use support::{log, oct, wait_until};
use tempfile::TempDir;

use super::{SECOND, wait_until_accepted, wait_until_unknown};

/// Before the new keys count, and after.
#[test]
fn a_logger_that_panics_once_keeps_no_removed_key_alive() {
    log::capture();
    for (name, line) in [
        ("before", r#", kid "panic-before", is not used: it "#),
        ("after", r#"tokens are verified with HS256 "panic-after-2""#),
    ] {
        let kid = |number: u8| format!("panic-{name}-{number}");
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys");
        let replace = |text: String| {
            let new = folder.path().join("new");
            fs::write(&new, text).unwrap();
            fs::rename(&new, &path).unwrap();
        };
        replace(oct::key_set(&[&kid(1)]));
        let file = KeyFile::jwks(&path).refresh_interval(SECOND);
        let approov = Approov::builder()
            .name(format!("panic-{name}"))
            .keys(file)
            .build()
            .unwrap();
        wait_until_accepted(&approov, &kid(1));

        log::panic_once_at(line);
        let bad = json!({ "kty": "oct", "kid": format!("panic-{name}") });
        replace(oct::set_of(&[oct::jwk(&kid(2)), bad]));
        wait_until_accepted(&approov, &kid(2));
        wait_until_unknown(&approov, &kid(1));
        let report = format!(
            "ERROR approov_actix the refresh of the path given to `KeyFile::jwks` has panicked and is restarted name=panic-{name}"
        );
        wait_until(&report, || !log::lines_with(&report).is_empty());
        // And from then on.
        replace(oct::key_set(&[&kid(3)]));
        wait_until_accepted(&approov, &kid(3));
        wait_until_unknown(&approov, &kid(2));
        assert!(approov.status().is_refreshing());
    }
}
