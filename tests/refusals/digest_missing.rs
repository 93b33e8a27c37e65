//! Bodies that no signature covers, where that is asked for.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let uncovered = install().covering(&order(), &["@method", "@target-uri", "approov-token"]);
    let none = order().without("Content-Digest");
    let of_no_length = |name: &str, value: &str, body: &[u8]| {
        let message = none.clone().without("Content-Length").header(name, value);
        Message {
            body: body.to_vec(),
            ..message
        }
        .signed()
    };
    let chunked = |body| of_no_length("Transfer-Encoding", "chunked", body);
    let rows = [
        ("altered", order().alter_body().request().signed(&[&uncovered])),
        ("unaltered", signed(&[&uncovered])),
        ("none", none.signed()),
        ("in chunks", chunked(b"5\r\nhello\r\n0\r\n\r\n")),
    ];
    let empty = [
        ("no body", Message::get("https://api.example.com/a").signed()),
        ("a length of nothing", of_no_length("Content-Length", "0", b"")),
        ("no chunks", chunked(b"0\r\n\r\n")),
    ];
    case.at([SigningBodies])
        .whole("no digest", rows.clone())
        .passes()
        .whole("nothing to cover", empty)
        .at([Signing])
        .whole("not asked for", rows)
}
