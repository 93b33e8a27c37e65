//! Tokens of another issuer than the one that is configured.

use serde_json::{Value, json};

use super::{
    AUDIENCE, Case, ISSUER,
    Server::{IssuerAndAudience, Secret},
    make::{issued_for, others, with_claim},
};

pub(super) fn rows(case: Case) -> Case {
    let audience = json!(AUDIENCE);
    let near = others(ISSUER).into_iter();
    case.at([IssuerAndAudience])
        .kind("issuer")
        .tokens(near.map(|iss| (iss.to_string(), issued_for(&iss, &audience))))
        .tokens([
            ("none", issued_for(&Value::Null, &audience)),
            ("neither", issued_for(&Value::Null, &Value::Null)),
            ("swapped with the audience", issued_for(&audience, &json!(ISSUER))),
        ])
        .passes()
        .tokens([("itself", issued_for(&json!(ISSUER), &audience))])
        .at([Secret])
        .tokens([("any, where none is configured", with_claim("iss", "\"other\""))])
}
