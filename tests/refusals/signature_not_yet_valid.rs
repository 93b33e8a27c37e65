//! Signatures from the future.

use super::{
    Case,
    Server::Signing,
    make::{FAR, with_parameters},
};
use crate::token::now;

pub(super) fn rows(case: Case) -> Case {
    let at = now();
    case.at([Signing])
        .whole(with_parameters([
            format!(";created={}", at + FAR),
            format!(";created={};expires={}", at + FAR, at - FAR),
            ";created=999999999999999".to_owned(),
        ]))
        .passes()
        .whole(with_parameters([format!(";created={}", at + 60)]))
}
