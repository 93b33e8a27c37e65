//! Tokens whose public key is none.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let with = |ipk: &str| replaced("Approov-Token", &signing::token(&json!({ "ipk": ipk })));
    case.at([Signing])
        .whole("ipk", [("no base64", with("junk!")), ("empty", with(""))])
        .passes()
        .whole("ipk", [("a key", with(&Key::install(1).ipk()))])
}
