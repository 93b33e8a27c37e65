//! Digests that are signed, and not those of the body.

use super::{
    Case,
    Server::Signing,
    make::{install, order, with_header},
};
use crate::{
    client::{Request, chunked},
    signing::{Message, Signature, bytes, sha256, sha512},
};

pub(super) fn rows(case: Case) -> Case {
    let body = &order().body;
    let (right, wrong) = (sha256(body), sha256(b"other"));
    let digests = [
        wrong.clone(),
        sha256(b""),
        sha512(b""),
        sha256(&body[1..]),
        sha256(&[body, &b"\n"[..]].concat()),
        format!("{right}, {}", sha512(b"other")),
        format!("{wrong}, {}", sha512(body)),
        format!("{right}, sha-512=::"),
        format!("{wrong}, md5=:AAAA:"),
        "sha-256=::".to_owned(),
        "sha-256=\"\"".to_owned(),
        "sha-256=:AAAA:".to_owned(),
        format!("sha-256={}", bytes(&[0; 32])),
        format!("sha-256={}", bytes(&[0; 33])),
        format!("sha-256={}", bytes(right.as_bytes())),
        sha512(body).replace("sha-512", "sha-256"),
        right.replace("sha-256", "sha-512"),
    ];
    let bodies = [
        ("truncated", body[..body.len() - 1].to_vec()),
        ("extended", [body, &b" "[..]].concat()),
        ("twice", body.repeat(2)),
        ("a byte-order mark", [&b"\xef\xbb\xbf"[..], body].concat()),
        ("empty", Vec::new()),
    ];
    let empty = order()
        .without("Content-Length")
        .replace("Content-Digest", &sha256(b""));
    let empty = Message {
        body: Vec::new(),
        ..empty
    };
    let signature = Signature::install(&empty);
    let filled = Message {
        body: b"{}".to_vec(),
        ..empty.clone().header("Content-Length", "2")
    };
    case.at([Signing])
        .whole(digests.map(|digest| (digest.clone(), with_header("Content-Digest", &digest))))
        .kind("body")
        .whole(bodies.iter().map(|(name, body)| (name, sent(body))))
        .kind("body in chunks")
        .whole(bodies.iter().map(|(name, body)| (name, in_chunks(body))))
        .kind("body")
        .whole([("where none was signed", filled.request().signed(&[&signature]))])
        .passes()
        .whole([
            ("as signed", sent(body)),
            ("as signed, in chunks", in_chunks(body)),
            ("none", empty.request().signed(&[&signature])),
        ])
}

/// The length need not be signed: the digest says it as well.
fn signature() -> Signature {
    install().covering(&order(), &["@method", "@target-uri", "approov-token", "content-digest"])
}

/// The digest is that of the message's own body.
fn with_body(body: &[u8]) -> Message {
    order().body(body).replace("Content-Digest", &sha256(&order().body))
}

fn sent(body: &[u8]) -> Request {
    with_body(body).request().signed(&[&signature()])
}

fn in_chunks(body: &[u8]) -> Request {
    let mut message = with_body(body)
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked");
    message.body = chunked(body, body.len().max(1));
    message.request().signed(&[&signature()])
}
