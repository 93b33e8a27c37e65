//! Tokens for another server than the one that is configured.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let near = others(AUDIENCE).flat_map(|aud| [json!([aud, "x"]), aud]);
    let letters: Vec<_> = AUDIENCE.chars().collect();
    let far = [Value::Null, json!([]), json!(ISSUER), json!(letters)];
    let good_ones = [json!(AUDIENCE), json!([AUDIENCE]), json!(["x", AUDIENCE])];
    let with = |aud: Value| (aud.to_string(), issued_for(&json!(ISSUER), &aud));
    case.at([IssuerAndAudience])
        .tokens("audience", near.chain(far).map(with))
        .passes()
        .tokens("audience", good_ones.map(with))
        .at([Secret])
        .tokens("audience", [("an empty list", with_claim("aud", "[]"))])
}
