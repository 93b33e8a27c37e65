//! Digests of a body that are signed, and say nothing.

use super::{
    Case,
    Server::Signing,
    make::{order, with_header},
};
use crate::{
    signing::{sha256, sha512},
    tables::named,
};

pub(super) fn rows(case: Case) -> Case {
    let body = &order().body;
    let (right, wrong) = (sha256(body), sha256(b"other"));
    let of_right = [
        format!("{right}, {wrong}"),
        right.replace("sha-256", "sha256"),
        right.replace("sha-256", "SHA-256"),
    ];
    let without = [right.replacen('=', ":", 1), right.replace("sha-256=", "")];
    // `{}` is the right digest.
    let table = named(
        r#"{}, {} | {}, sha-512=1 | {}, sha-512 | {}, junk( | {}, | {} {} | a{} | md5=:AAAA:
        sha=:AAAA:, sha-384=:AAAA:, unixsum=:AAAA: | ∅ | sha-256 | sha-256=1 | sha-256=?0 | sha-256="no base64"
        sha-256=:-_-_: | sha-256=(:AAAA:) | sha-256=é"#,
        |digest| digest.replace("{}", &right),
    );
    let digests = table
        .into_iter()
        .map(|(_, digest)| digest)
        .chain(of_right)
        .chain(without);
    let as_text = |digest: &str| digest.replacen(':', "\"", 2);
    let row = |digest: String| (digest.clone(), with_header("Content-Digest", &digest));
    case.at([Signing]).whole(digests.map(row)).passes().whole(
        [
            format!("{right}, {}", sha512(body)),
            format!("md5=:AAAA:, {right}"),
            sha512(body),
            as_text(&right),
            format!("{}, {}", sha512(body), as_text(&right)),
            format!("{right};a=1, unixsum=1, sha=(1 2)"),
        ]
        .map(row),
    )
}
