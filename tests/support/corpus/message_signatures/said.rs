//! What a signature says of the time and of the body.

use super::{MALFORMED, SignatureAttack, both, created};
use crate::{
    signing::{Message, bytes, sha256, sha512},
    token::now,
};

/// Further than age and skew may be, however slow the test is.
const FAR: u64 = 100_000;

/// Times out of the window, and what is no time.
pub(super) fn times() -> Vec<SignatureAttack> {
    let (at, created) = (now(), created());
    let (missing, early, late) = ("signature_time_missing", "signature_not_yet_valid", "signature_expired");
    let rows = [
        (missing, String::new()),
        (missing, format!(";expires={}", at + 15)),
        (missing, format!(";nonce=\"created={at}\"")),
        (early, format!(";created={}", at + FAR)),
        (early, format!(";created={};expires={}", at + FAR, at - FAR)),
        (early, ";created=999999999999999".to_owned()),
        (late, format!("{created};expires={}", at - FAR)),
        (late, format!("{created};expires=0")),
        (late, format!("{created};expires=-0")),
        (late, format!("{created};expires=-1")),
        (late, format!("{created};expires=-999999999999999")),
        (late, format!(";created={}", at - FAR)),
        (late, format!(";created={};expires={}", at - FAR, at + 15)),
        (late, ";created=-999999999999999;expires=999999999999999".to_owned()),
        (late, ";created=0".to_owned()),
        (MALFORMED, format!("{created}{created}")),
        (MALFORMED, format!(";created={at}.0")),
        (MALFORMED, format!(";created={at}e0")),
        (MALFORMED, format!(";created=+{at}")),
        (MALFORMED, format!(";created=\"{at}\"")),
        (MALFORMED, format!(";created=@{at}")),
        (MALFORMED, format!(";created=({at})")),
        (MALFORMED, ";created".to_owned()),
        (MALFORMED, ";created=".to_owned()),
        (MALFORMED, ";created=now".to_owned()),
        (MALFORMED, ";created=?0".to_owned()),
        (MALFORMED, ";created=:AAAA:".to_owned()),
        (MALFORMED, ";created=1000000000000000".to_owned()),
        (MALFORMED, format!("{created};expires=\"{at}\"")),
        (MALFORMED, format!("{created};expires={at}.5")),
        (MALFORMED, format!("{created};expires")),
        (MALFORMED, format!("{created};nonce=1")),
        (MALFORMED, format!("{created};nonce")),
        (MALFORMED, format!("{created};nonce=a")),
    ];
    let attack = |(refusal, parameters): &(&'static str, String)| {
        both().map(|signature| SignatureAttack::signed(parameters, refusal, &[&signature.parameters(parameters)]))
    };
    rows.iter().flat_map(attack).collect()
}

/// Digests that are signed, but are not those of the body, or say nothing.
pub(super) fn digests() -> Vec<SignatureAttack> {
    let body = &Message::order().body;
    let (right, wrong) = (sha256(body), sha256(b"other"));
    let (mismatch, malformed) = ("digest_mismatch", "digest_malformed");
    let rows = [
        (mismatch, wrong.clone()),
        (mismatch, sha256(b"")),
        (mismatch, sha512(b"")),
        (mismatch, sha256(&body[1..])),
        (mismatch, sha256(&[body, &b"\n"[..]].concat())),
        (mismatch, format!("{right}, {}", sha512(b"other"))),
        (mismatch, format!("{wrong}, {}", sha512(body))),
        (mismatch, format!("{right}, sha-512=::")),
        (mismatch, format!("{wrong}, md5=:AAAA:")),
        (mismatch, "sha-256=::".to_owned()),
        (mismatch, "sha-256=\"\"".to_owned()),
        (mismatch, "sha-256=:AAAA:".to_owned()),
        (mismatch, format!("sha-256={}", bytes(&[0; 32]))),
        (mismatch, format!("sha-256={}", bytes(&[0; 33]))),
        (mismatch, format!("sha-256={}", bytes(right.as_bytes()))),
        (mismatch, sha512(body).replace("sha-512", "sha-256")),
        (mismatch, right.replace("sha-256", "sha-512")),
        (malformed, format!("{right}, {right}")),
        (malformed, format!("{right}, {wrong}")),
        (malformed, format!("{right}, sha-512=1")),
        (malformed, format!("{right}, sha-512")),
        (malformed, format!("{right}, junk(")),
        (malformed, format!("{right},")),
        (malformed, format!("{right} {right}")),
        (malformed, format!("a{right}")),
        (malformed, "md5=:AAAA:".to_owned()),
        (malformed, "sha=:AAAA:, sha-384=:AAAA:, unixsum=:AAAA:".to_owned()),
        (malformed, right.replace("sha-256", "sha256")),
        (malformed, right.replace("sha-256", "SHA-256")),
        (malformed, right.replacen('=', ":", 1)),
        (malformed, right.replace("sha-256=", "")),
        (malformed, String::new()),
        (malformed, "sha-256".to_owned()),
        (malformed, "sha-256=1".to_owned()),
        (malformed, "sha-256=?0".to_owned()),
        (malformed, "sha-256=\"no base64\"".to_owned()),
        (malformed, "sha-256=:-_-_:".to_owned()),
        (malformed, "sha-256=(:AAAA:)".to_owned()),
        (malformed, "sha-256=\u{e9}".to_owned()),
    ];
    let attack =
        |(refusal, digest): &(&'static str, String)| SignatureAttack::with(digest, refusal, "Content-Digest", digest);
    rows.iter().map(attack).collect()
}
