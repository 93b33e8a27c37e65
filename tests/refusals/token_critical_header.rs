//! Headers that ask for an extension (RFC 7515, section 4.1.11, and RFC 7797). Refused for what is asked, however well
//! signed.

use super::{
    Case,
    make::{encode, header_with, payload, secret, sign, unsigned},
};
use crate::{keys::TestKey, tables::named};

pub(super) fn rows(case: Case) -> Case {
    let none = |member: &str| unsigned(&format!(r#"{{"alg":"none",{member}}}"#));
    // RFC 7797: the payload as it is.
    let header = encode(header_with(r#""crit":["b64"],"b64":false"#));
    let message = format!("{header}.{}", payload().replace('.', ""));
    let signature = TestKey::hmac("HS256", &secret()).signature(message.as_bytes());
    case.kind("critical")
        .tokens(named(MEMBERS, |member| sign(header_with(member), payload())))
        .kind("critical, unsigned")
        .tokens(named(MEMBERS, none))
        .kind("critical")
        .tokens([(
            "a payload that is not encoded",
            format!("{message}.{}", encode(signature)),
        )])
        .passes()
        .tokens([(
            "an extension that is not critical",
            sign(header_with(r#""http://openbanking.org.uk/iat":1"#), payload()),
        )])
        .tokens([(
            "crit in another object",
            sign(header_with(r#""x":{"crit":["exp"],"b64":false}"#), payload()),
        )])
}

const MEMBERS: &str = r#"
    "crit":["exp"] | "crit":["alg"] | "crit":["b64"] | "crit":["b64"],"b64":false | "crit":["b64"],"b64":true
    "crit":["crit"] | "crit":["x"],"x":1 | "crit":["http://openbanking.org.uk/iat"],"http://openbanking.org.uk/iat":1
    "crit":[] | "crit":[""] | "crit":[null] | "crit":[[]] | "crit":["exp","exp"] | "crit":"exp" | "crit":""
    "crit":null | "crit":true | "crit":false | "crit":0 | "crit":{} | "crit":{"exp":true} | "\u0063rit":["exp"]
    "cr\u0069t":null | "b64":false | "b64":true | "b64":null | "b64":0 | "b64":"false" | "b64":[] | "b\u00364":false
"#;
