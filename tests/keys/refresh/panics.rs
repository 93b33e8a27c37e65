//! A logger is the application's, and may panic. What refreshes keys goes on.

use approov_actix::Approov;
use serde_json::json;
use support::{log, oct, wait_until};

use super::{Published, wait_until_accepted, wait_until_unknown};

/// Before the new keys count, and after.
#[test]
fn a_logger_that_panics_once_keeps_no_removed_key_alive() {
    log::capture();
    for (name, line) in [
        ("panic-before", r#", kid "panic-before", is not used: it "#),
        ("panic-after", r#"tokens are verified with HS256 "panic-after-2""#),
    ] {
        let kid = |number: u8| format!("{name}-{number}");
        let file = Published::keys(&[&kid(1)]);
        let approov = Approov::builder().name(name).keys(file.jwks()).build().unwrap();
        wait_until_accepted(&approov, &kid(1));
        log::panic_once_at(line);
        file.replace(oct::set_of(&[oct::jwk(&kid(2)), json!({ "kty": "oct", "kid": name })]));
        wait_until_accepted(&approov, &kid(2));
        wait_until_unknown(&approov, &kid(1));
        let report = format!(
            "ERROR approov_actix the refresh of the path given to `KeyFile::jwks` has panicked and is restarted name={name}"
        );
        wait_until(&report, || !log::lines_with(&report).is_empty());
        // And from then on.
        file.replace(oct::key_set(&[&kid(3)]));
        wait_until_accepted(&approov, &kid(3));
        wait_until_unknown(&approov, &kid(2));
        assert!(approov.status().is_refreshing());
    }
}
