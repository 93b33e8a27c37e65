//! Bodies that no signature covers, where that is asked for.

use super::{
    Case,
    Server::{Signing, SigningBodies},
    make::{install, order},
};
use crate::signing::Message;

pub(super) fn rows(case: Case) -> Case {
    let uncovered = install().covering(&order(), &["@method", "@target-uri", "approov-token"]);
    let none = order().without("Content-Digest");
    let chunks = Message {
        body: b"5\r\nhello\r\n0\r\n\r\n".to_vec(),
        ..none.clone().without("Content-Length")
    };
    let empty = |name: &str, value: &str, body: &[u8]| {
        let message = none.clone().without("Content-Length");
        let body = body.to_vec();
        Message {
            body,
            ..message.header(name, value)
        }
        .signed()
    };
    let rows = [
        ("altered", order().alter_body().request().signed(&[&uncovered])),
        ("unaltered", order().request().signed(&[&uncovered])),
        ("none", none.signed()),
        ("in chunks", chunks.header("Transfer-Encoding", "chunked").signed()),
    ];
    case.at([SigningBodies])
        .kind("no digest")
        .whole(rows.clone())
        .passes()
        .whole([
            ("no body", Message::get("https://api.example.com/a").signed()),
            ("a length of nothing", empty("Content-Length", "0", b"")),
            ("no chunks", empty("Transfer-Encoding", "chunked", b"0\r\n\r\n")),
        ])
        .at([Signing])
        .kind("not asked for")
        .whole(rows)
}
