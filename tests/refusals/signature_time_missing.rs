//! Signatures that do not say when they were made.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let at = now();
    let others = [
        String::new(),
        format!(";expires={}", at + 15),
        format!(";nonce=\"created={at}\""),
    ];
    let (input, signature) = install().members();
    // The parameters become another member.
    let (one, two) = input.split_at(input.find(";alg").unwrap());
    case.at([Signing])
        .signed("times", with_parameters(others))
        .whole("parameters", [("as a member", pair(&[one, &two[1..]], &[&signature]))])
        .passes()
        .signed("times", with_parameters([created()]))
}
