//! Five segments, as an encrypted token has (RFC 7516), whatever they are.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    // Whoever derives the key of PBES2 first computes for minutes.
    let headers = r#"{"alg":"dir","enc":"A256GCM"} | {"alg":"RSA-OAEP","enc":"A128CBC-HS256"}
        {"alg":"dir","enc":"A256GCM","zip":"DEF"} | {"alg":"HS256","typ":"JWT"}
        {"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}
        {"alg":"ECDH-ES","enc":"A256GCM","epk":{"kty":"EC"}}"#;
    let with = |header: &str| format!("{}.a2V5.aXYx.Y2lwaGVy.dGFn", encode(header));
    let segments = "@.a.b | @.. | ..@ | .... | a.b.c.d.e";
    case.tokens("encrypted", named(headers, with))
        .tokens("encrypted", named(segments, |token| token.replace('@', &good())))
        .passes()
        .tokens("encrypted", [("in a claim", with_claim("did", "\"a.b.c.d.e\""))])
}
