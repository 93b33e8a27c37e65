//! Tokens that are bound to nothing, where a binding is asked for.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let pay = STANDARD.encode(hash(USER));
    let with = |claims: &Value| [token_line(&token::with(claims)).into(), user(USER)].concat();
    let names = cells("PAY | Pay | pay␠ | ␠pay | pay␀ | payload | раy | binding | cnf | ath | ∅").into_iter();
    case.at([Bound])
        .lines("no pay", [("no claim", with(&json!({})))])
        .lines(
            "no pay",
            names.map(|name| (format!("{name:?}"), with(&json!({ name: pay })))),
        )
        .lines(
            "no pay",
            [("in another object", with(&json!({ "claims": { "pay": pay } })))],
        )
        .at([BoundToTwo])
        .lines(
            "two headers",
            [("no pay", with_pay(Value::Null, user_and_device(USER, DEVICE)))],
        )
        .at([Lenient])
        .passes()
        .lines("no pay", [("where it may be missing", with(&json!({})))])
}
