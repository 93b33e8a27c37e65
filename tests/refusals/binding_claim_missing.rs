//! Tokens that are bound to nothing, where a binding is asked for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Case,
    Server::{Bound, BoundToTwo, Lenient},
    make::{DEVICE, USER, hash, token_line, user, user_and_device, with_pay},
};
use crate::{tables::cells, token};

pub(super) fn rows(case: Case) -> Case {
    let pay = STANDARD.encode(hash(USER));
    let with = |claims: &Value| [token_line(&token::with(claims)).into(), user(USER)].concat();
    let near = cells("PAY | Pay | pay␠ | ␠pay | pay␀ | payload | раy | binding | cnf | ath | ∅").into_iter();
    let near = near.map(|name| (format!("{name:?}"), with(&json!({ name: pay }))));
    case.at([Bound])
        .kind("no pay")
        .lines([("no claim", with(&json!({})))])
        .lines(near)
        .lines([("in another object", with(&json!({ "claims": { "pay": pay } })))])
        .at([BoundToTwo])
        .kind("two headers")
        .lines([("no pay", with_pay(Value::Null, user_and_device(USER, DEVICE)))])
        .passes()
        .at([Lenient])
        .kind("no pay")
        .lines([("where it may be missing", with(&json!({})))])
}
