//! Tokens that never expire.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let payloads = r#"
        {} | {"did":"d"} | {"EXP":4102444800} | {"Exp":4102444800} | {"exp ":4102444800} | {" exp":4102444800}
        {"exp\u0000":4102444800} | {"\u0000exp":4102444800} | {"exp\n":4102444800} | {"ехр":4102444800}
        {"ｅｘｐ":4102444800} | {"expires":4102444800} | {"expires_in":300} | {"":4102444800}
        {"claims":{"exp":4102444800}} | {"x":[{"exp":4102444800}]} | {"x":"\"exp\":4102444800"} | {"nbf":0,"iat":0}
    "#;
    let good_ones = r#"{"exp":4102444800} | {"\u0065xp":4102444800}"#;
    case.tokens("no expiry", named(payloads, with_payload))
        .passes()
        .tokens("nothing but it", named(good_ones, with_payload))
}
