//! A check of the application's own: when it runs, and what comes of it, is in `tests/behaviour/checks.rs`.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let of_device = |name: &'static str, device: &str| (name, token::with(&json!({ "did": device })));
    case.at([Blocking])
        .detail("device_blocked")
        .tokens("device", [of_device("blocked", BLOCKED)])
        .passes()
        .tokens("device", [of_device("another", "other")])
        .tokens("device", [of_device("another case", "Blocked-device")])
}
