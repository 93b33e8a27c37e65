//! Five segments, as an encrypted token has (RFC 7516), whatever they are.

use serde_json::{Value, json};

use super::{
    Case,
    make::{encode, good, with_claim},
};

pub(super) fn rows(case: Case) -> Case {
    let five = |header: Value| format!("{}.a2V5.aXYx.Y2lwaGVy.dGFn", encode(header.to_string()));
    let costly = json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_147_483_647, "p2s": "AAAA" });
    case.kind("encrypted")
        .tokens([
            ("dir", five(json!({ "alg": "dir", "enc": "A256GCM" }))),
            ("RSA-OAEP", five(json!({ "alg": "RSA-OAEP", "enc": "A128CBC-HS256" }))),
            (
                "dir, compressed",
                five(json!({ "alg": "dir", "enc": "A256GCM", "zip": "DEF" })),
            ),
            // Whoever derives the key first computes for minutes.
            ("PBES2", five(costly)),
            (
                "ECDH-ES",
                five(json!({ "alg": "ECDH-ES", "enc": "A256GCM", "epk": { "kty": "EC" } })),
            ),
            (
                "with the header of a good token",
                five(json!({ "alg": "HS256", "typ": "JWT" })),
            ),
            ("a good token and two segments", format!("{}.a.b", good())),
            ("a good token and two empty segments", format!("{}..", good())),
            ("two empty segments and a good token", format!("..{}", good())),
            ("four dots", "....".to_owned()),
            ("five letters", "a.b.c.d.e".to_owned()),
        ])
        .passes()
        .tokens([("in a claim", with_claim("did", "\"a.b.c.d.e\""))])
}
