//! Requests for what has no path, which would pass for the root. The other cases need other servers:
//! `tests/behaviour/signatures/targets.rs`.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let sent = |row: &str| {
        let parts: Vec<_> = row.split(' ').collect();
        let message = Message::new(parts[0], &format!("https://api.example.com{}", parts[1]));
        let message = message.header("Approov-Token", &signing::token(&json!({})));
        message.request_to(parts[2]).signed(&[&Signature::install(&message)])
    };
    let no_path =
        "GET  evil.example.com:80 | GET / evil.example.com:80 | OPTIONS  evil.example.com:80 | GET  * | GET / *
        OPTIONS / evil.example.com:80";
    let the_root = "GET  / | GET / / | OPTIONS  / | OPTIONS / /";
    case.at([Signing])
        .whole("signed and sent", named(no_path, sent))
        .passes()
        .whole("signed and sent", named(the_root, sent))
}
