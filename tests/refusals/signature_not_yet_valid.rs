//! Signatures from the future.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let at = now();
    let future = [
        format!(";created={}", at + FAR),
        format!(";created={};expires={}", at + FAR, at - FAR),
        ";created=999999999999999".to_owned(),
    ];
    case.at([Signing])
        .signed("times", with_parameters(future))
        .passes()
        .signed("times", with_parameters([format!(";created={}", at + 60)]))
}
