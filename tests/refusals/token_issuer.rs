//! Tokens of another issuer than the one that is configured.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let [issuer, audience] = [ISSUER, AUDIENCE].map(Value::from);
    let with = |iss: Value| (iss.to_string(), issued_for(&iss, &audience));
    case.at([IssuerAndAudience])
        .tokens("issuer", others(ISSUER).chain([Value::Null]).map(with))
        .tokens("neither", [("is there", issued_for(&Value::Null, &Value::Null))])
        .tokens("swapped", [("with the audience", issued_for(&audience, &issuer))])
        .passes()
        .tokens("issuer", [with(issuer.clone())])
        .at([Secret])
        .tokens("not asked for", [("another", with_claim("iss", "\"other\""))])
}
