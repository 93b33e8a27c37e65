//! Digests that are signed, and not those of the body.

use super::prelude::*;
use crate::client::chunked;

pub(super) fn rows(case: Case) -> Case {
    let body = &order().body;
    let right = sha256(body);
    let values: [(_, &[u8]); 2] = [("body", body), ("right", right.as_bytes())];
    let with = |digest: &str| replaced("Content-Digest", &String::from_utf8(filled(digest, &values)).unwrap());
    let altered = |form: &str| filled(form, &values);
    let empty = order().body(b"").without("Content-Length");
    let signature = Signature::install(&empty);
    let filled_up = Message {
        body: b"{}".to_vec(),
        ..empty.clone().header("Content-Length", "2")
    };
    let filled_up = filled_up.request().signed(&[&signature]);
    let bodies = "{body ..9} | {body}␠ | {body ×2} | {0xefbbbf}{body} | ∅";
    case.at([Signing])
        .whole("digest", named(DIGESTS, with))
        .whole("body", named(bodies, |form| sent(&altered(form))))
        .whole("body in chunks", named(bodies, |form| in_chunks(&altered(form))))
        .whole("body", [("where none was signed", filled_up)])
        .passes()
        .whole("body", [("as signed", sent(body)), ("none", empty.signed())])
        .whole("body in chunks", [("as signed", in_chunks(body))])
}

const DIGESTS: &str = r#"
    sha-256=:{0x6f74686572 sha256 base64}: | sha-256=:{0x sha256 base64}: | sha-512=:{0x sha512 base64}: | sha-256=::
    sha-256=:{body 1.. sha256 base64}: | {right}, sha-512=:{0x sha512 base64}: | sha-256="" | sha-256=:AAAA:
    sha-256=:AAAA:, sha-512=:{body sha512 base64}: | {right}, sha-512=:: | sha-256=:AAAA:, md5=:AAAA:
    sha-256=:{0x00 ×32 base64}: | sha-256=:{0x00 ×33 base64}: | sha-256=:{right base64}: | {right 256→512}
    sha-256=:{body sha512 base64}:
"#;

/// The digest is that of the message's own body. The length need not be signed: the digest says it as well.
fn with_body(body: &[u8]) -> Message {
    let signature = install().covering(&order(), &["@method", "@target-uri", "approov-token", "content-digest"]);
    let message = order().body(body).replace("Content-Digest", &sha256(&order().body));
    message.carrying(&signature)
}

fn sent(body: &[u8]) -> Request {
    with_body(body).request()
}

fn in_chunks(body: &[u8]) -> Request {
    let mut message = with_body(body)
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked");
    message.body = chunked(body, body.len().max(1));
    message.request()
}
