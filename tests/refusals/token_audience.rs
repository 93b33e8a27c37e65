//! Tokens for another server than the one that is configured.

use serde_json::{Value, json};

use super::{
    AUDIENCE, Case, ISSUER,
    Server::{IssuerAndAudience, Secret},
    make::{issued_for, others, with_claim},
};

pub(super) fn rows(case: Case) -> Case {
    let near = others(AUDIENCE).into_iter().flat_map(|aud| [json!([aud, "x"]), aud]);
    let letters: Vec<_> = AUDIENCE.chars().collect();
    let far = [Value::Null, json!([]), json!(ISSUER), json!(letters)];
    let row = |aud: Value| (aud.to_string(), issued_for(&json!(ISSUER), &aud));
    case.at([IssuerAndAudience])
        .kind("audience")
        .tokens(near.chain(far).map(row))
        .passes()
        .tokens([json!(AUDIENCE), json!([AUDIENCE]), json!(["x", AUDIENCE])].map(row))
        .at([Secret])
        .tokens([("an empty audience", with_claim("aud", "[]"))])
}
