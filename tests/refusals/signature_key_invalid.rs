//! Tokens whose public key is none.

use serde_json::json;

use super::{Case, Server::Signing, make::with_header};
use crate::signing::{Key, token};

pub(super) fn rows(case: Case) -> Case {
    let with = |ipk: &str| with_header("Approov-Token", &token(&json!({ "ipk": ipk })));
    case.at([Signing])
        .whole([("no base64", with("junk!")), ("an empty key", with(""))])
        .passes()
        .whole([("a key", with(&Key::install(1).ipk()))])
}
