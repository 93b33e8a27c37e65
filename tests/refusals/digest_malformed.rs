//! Digests of a body that are signed, and say nothing.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let body = &order().body;
    let right = sha256(body);
    let values = [
        ("right", &*right),
        ("wrong", &sha256(b"other")),
        ("512", &sha512(body)),
        ("text", &right.replace(':', "\"")),
    ];
    let with = |digest: &str| replaced("Content-Digest", &filled_text(digest, &values));
    case.at([Signing])
        .whole("digest", named(DIGESTS, with))
        .passes()
        .whole("digest", named(GOOD_ONES, with))
}

const DIGESTS: &str = r#"
    {right}, {right} | {right}, sha-512=1 | {right}, sha-512 | {right}, junk( | {right}, | {right} {right} | a{right}
    {right}, {wrong} | {right sha-256→sha256} | {right sha-256→SHA-256} | {right sha-256=→sha-256:} | {right 8..}
    sha=:AAAA:, sha-384=:AAAA:, unixsum=:AAAA: | ∅ | sha-256 | sha-256=1 | sha-256=?0 | sha-256="no base64" | md5=:AAAA:
    sha-256=:-_-_: | sha-256=(:AAAA:) | sha-256=é
"#;

const GOOD_ONES: &str = "
    {right}, {512} | md5=:AAAA:, {right} | {512} | {text} | {512}, {text} | {right};a=1, unixsum=1, sha=(1 2)
";
