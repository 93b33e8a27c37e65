//! Tokens that are bound to nothing, where a binding is asked for.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let pay = STANDARD.encode(hash(USER));
    let with = |claims: &Value| [token_line(&token::with(claims)).into(), user(USER)].concat();
    let of_name = |name: &str| with(&json!({ name: pay }));
    let names = "PAY | Pay | pay␠ | ␠pay | pay␀ | payload | раy | binding | cnf | ath | ∅";
    let nested = with(&json!({ "claims": { "pay": pay } }));
    let of_two = with_pay(Value::Null, user_and_device(USER, DEVICE));
    case.at([Bound])
        .lines(
            "no pay",
            [("no claim", with(&json!({}))), ("in another object", nested)],
        )
        .lines("another name", named(names, of_name))
        .at([BoundToTwo])
        .lines("two headers", [("no pay", of_two)])
        .at([Lenient])
        .passes()
        .lines("no pay", [("where it may be missing", with(&json!({})))])
}
