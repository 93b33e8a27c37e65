//! Tokens without the public key of their installation. The other cases need other servers:
//! `tests/behaviour/signatures/keys.rs`.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let message = order().replace("Approov-Token", &signing::token(&json!({ "ipk": null })));
    let account = message.request().signed(&[&Signature::account(&message)]);
    case.at([Signing])
        .whole("no key", [("of the installation", message.signed())])
        .passes()
        .whole("no key", [("and none needed", account)])
}
