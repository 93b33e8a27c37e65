//! Tokens without the public key of their installation. The other cases need other servers:
//! `tests/behaviour/signatures/keys.rs`.

use serde_json::json;

use super::{
    Case,
    Server::Signing,
    make::{order, with_header},
};
use crate::signing::{Signature, token};

pub(super) fn rows(case: Case) -> Case {
    let token = token(&json!({ "ipk": null }));
    let message = order().replace("Approov-Token", &token);
    let account = message.request().signed(&[&Signature::account(&message)]);
    case.at([Signing])
        .whole([("no key", with_header("Approov-Token", &token))])
        .passes()
        .whole([("no key, and none needed", account)])
}
