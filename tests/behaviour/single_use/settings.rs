//! Single use is never silently off.

use approov_actix::{ConfigErrorKind, Policy, SignaturePolicy};

use super::{ONCE, in_memory};
use crate::{builder, signing};

#[test]
fn a_default_that_cannot_be_checked_stops_the_start() {
    const NO_STORE: &str = "the default policy requires single use, but there is no store";
    const NO_SIGNATURE: &str = "the default policy requires single use, but no signature";
    for (builder, sentence) in [
        (signing().policy(ONCE), NO_STORE),
        (in_memory().policy(Policy::new().single_use(true)), NO_SIGNATURE),
        (builder().policy(ONCE), NO_STORE),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Conflict);
        assert_eq!(error.to_string(), sentence);
    }
    assert!(in_memory().policy(ONCE).build().is_ok());
}

#[test]
#[should_panic(expected = "the policy requires single use, but there is no store")]
fn a_middleware_that_cannot_be_checked_stops_the_start() {
    let _ = signing().build().unwrap().middleware().policy(ONCE);
}

#[test]
#[should_panic(expected = "Policy::single_use needs a signature that is required")]
fn a_policy_that_contradicts_itself() {
    let _ = Policy::new().single_use(true).signature(SignaturePolicy::if_able());
}
