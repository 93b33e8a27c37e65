//! A check of the application's own: when it runs, and what comes of it, is in `tests/behaviour/checks.rs`.

use serde_json::json;

use super::{Case, Server, make::BLOCKED};
use crate::token;

pub(super) fn rows(case: Case) -> Case {
    let of_device = |device| token::with(&json!({ "did": device }));
    case.at([Server::Blocking])
        .detail("device_blocked")
        .kind("device")
        .tokens([
            ("blocked", of_device(BLOCKED)),
            ("bound to something", {
                token::with(&json!({ "did": BLOCKED, "pay": token::binding(&["a"]) }))
            }),
        ])
        .passes()
        .tokens([
            ("another", of_device("other")),
            ("another case", of_device("Blocked-device")),
        ])
}
