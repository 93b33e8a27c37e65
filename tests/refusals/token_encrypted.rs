//! Five segments, as an encrypted token has (RFC 7516), whatever they are.

use super::{
    Case,
    make::{encode, good, with_claim},
};
use crate::tables::pairs;

pub(super) fn rows(case: Case) -> Case {
    // Whoever derives the key of PBES2 first computes for minutes.
    let headers = r#"dir: {"alg":"dir","enc":"A256GCM"} | RSA-OAEP: {"alg":"RSA-OAEP","enc":"A128CBC-HS256"}
        dir, compressed: {"alg":"dir","enc":"A256GCM","zip":"DEF"}
        with the header of a good token: {"alg":"HS256","typ":"JWT"}
        PBES2: {"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}
        ECDH-ES: {"alg":"ECDH-ES","enc":"A256GCM","epk":{"kty":"EC"}}"#;
    let segments = "a good token and two segments: @.a.b | a good token and two empty segments: @..
        two empty segments and a good token: ..@ | four dots: .... | five letters: a.b.c.d.e";
    case.kind("encrypted")
        .tokens(pairs(headers, |header| {
            format!("{}.a2V5.aXYx.Y2lwaGVy.dGFn", encode(header))
        }))
        .tokens(pairs(segments, |token| token.replace('@', &good())))
        .passes()
        .tokens([("in a claim", with_claim("did", "\"a.b.c.d.e\""))])
}
