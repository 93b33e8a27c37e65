//! Headers that ask for an extension (RFC 7515, section 4.1.11, and RFC 7797). Refused for what is asked, however well
//! signed.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let none = |member: &str| unsigned(&format!(r#"{{"alg":"none",{member}}}"#));
    // RFC 7797: the payload as it is.
    let header = encode(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#);
    let as_it_is = sign_segments(&header, &payload().replace('.', ""));
    let harmless = r#""http://openbanking.org.uk/iat":1 | "x":{"crit":["exp"],"b64":false}"#;
    case.tokens("critical", named(MEMBERS, with_header))
        .tokens("critical, unsigned", named(MEMBERS, none))
        .tokens("critical", [("a payload that is not encoded", as_it_is)])
        .passes()
        .tokens("not critical", named(harmless, with_header))
}

const MEMBERS: &str = r#"
    "crit":["exp"] | "crit":["alg"] | "crit":["b64"] | "crit":["b64"],"b64":false | "crit":["b64"],"b64":true
    "crit":["crit"] | "crit":["x"],"x":1 | "crit":["http://openbanking.org.uk/iat"],"http://openbanking.org.uk/iat":1
    "crit":[] | "crit":[""] | "crit":[null] | "crit":[[]] | "crit":["exp","exp"] | "crit":"exp" | "crit":""
    "crit":null | "crit":true | "crit":false | "crit":0 | "crit":{} | "crit":{"exp":true} | "\u0063rit":["exp"]
    "cr\u0069t":null | "b64":false | "b64":true | "b64":null | "b64":0 | "b64":"false" | "b64":[] | "b\u00364":false
"#;
