//! Digests of a body that are signed, and say nothing.

use super::{
    Case,
    Server::Signing,
    make::{order, with_header},
};
use crate::{
    signing::{sha256, sha512},
    tables::{filled_text, named},
};

pub(super) fn rows(case: Case) -> Case {
    let body = &order().body;
    let (right, wrong) = (sha256(body), sha256(b"other"));
    let digests = named(DIGESTS, |digest| {
        filled_text(digest, &[("right", &*right), ("wrong", &wrong)])
    })
    .into_iter();
    let row = |digest: String| (digest.clone(), with_header("Content-Digest", &digest));
    let as_text = |digest: &str| digest.replacen(':', "\"", 2);
    let good_ones = [
        format!("{right}, {}", sha512(body)),
        format!("md5=:AAAA:, {right}"),
        sha512(body),
        as_text(&right),
        format!("{}, {}", sha512(body), as_text(&right)),
        format!("{right};a=1, unixsum=1, sha=(1 2)"),
    ];
    case.at([Signing])
        .whole(digests.map(|(_, digest)| row(digest)))
        .passes()
        .whole(good_ones.map(row))
}

const DIGESTS: &str = r#"
    {right}, {right} | {right}, sha-512=1 | {right}, sha-512 | {right}, junk( | {right}, | {right} {right} | a{right}
    {right}, {wrong} | {right sha-256→sha256} | {right sha-256→SHA-256} | {right sha-256=→sha-256:} | {right 8..}
    sha=:AAAA:, sha-384=:AAAA:, unixsum=:AAAA: | ∅ | sha-256 | sha-256=1 | sha-256=?0 | sha-256="no base64" | md5=:AAAA:
    sha-256=:-_-_: | sha-256=(:AAAA:) | sha-256=é
"#;
