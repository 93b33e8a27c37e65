//! Requests for what has no path, which would pass for the root. The other cases need other servers:
//! `tests/behaviour/signatures/targets.rs`.

use serde_json::json;

use super::{Case, Server::Signing};
use crate::signing::{Message, Signature, token};

pub(super) fn rows(case: Case) -> Case {
    let sent = |method: &str, path: &str, target: &str| {
        let url = format!("https://api.example.com{path}");
        let message = Message::new(method, &url).header("Approov-Token", &token(&json!({})));
        let name = format!("{method} {target}, signed for {url}");
        (
            name,
            message.request_to(target).signed(&[&Signature::install(&message)]),
        )
    };
    let each = |target| {
        let rows = [("GET", ""), ("GET", "/"), ("OPTIONS", ""), ("OPTIONS", "/")];
        rows.map(|(method, path)| sent(method, path, target))
    };
    case.at([Signing])
        .whole(each("evil.example.com:80"))
        .whole([sent("GET", "", "*"), sent("GET", "/", "*")])
        .passes()
        .whole(each("/"))
}
