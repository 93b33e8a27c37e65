//! Requests for what has no path, which would pass for the root. The other cases need other servers:
//! `tests/behaviour/signatures/targets.rs`.

use serde_json::json;

use super::{Case, Server::Signing};
use crate::{
    client::Request,
    signing::{Message, Signature, token},
};

pub(super) fn rows(case: Case) -> Case {
    let urls = ["https://api.example.com", "https://api.example.com/"];
    let methods = ["GET", "OPTIONS"]
        .into_iter()
        .flat_map(|method| urls.map(|url| (method, url)));
    let sent = |method: &str, url: &str, target: &str| -> Request {
        let message = Message::new(method, url).header("Approov-Token", &token(&json!({})));
        message.request_to(target).signed(&[&Signature::install(&message)])
    };
    let row = |target: &'static str| {
        let rows = methods.clone();
        rows.map(move |(method, url)| {
            (
                format!("{method} {target}, signed for {url}"),
                sent(method, url, target),
            )
        })
    };
    case.at([Signing])
        .whole(row("evil.example.com:80"))
        .whole(row("*").filter(|(name, _)| name.starts_with("GET")))
        .passes()
        .whole(row("/"))
}
