//! Signatures that do not say when they were made.

use super::{
    Case,
    Server::Signing,
    make::{created, install, pair, with_parameters},
};
use crate::token::now;

pub(super) fn rows(case: Case) -> Case {
    let at = now();
    let (input, signature) = install().members();
    // The parameters become another member.
    let (one, two) = input.split_at(input.find(";alg").unwrap());
    case.at([Signing])
        .whole(with_parameters([
            String::new(),
            format!(";expires={}", at + 15),
            format!(";nonce=\"created={at}\""),
        ]))
        .whole([("parameters as a member", pair(&[one, &two[1..]], &[&signature]))])
        .passes()
        .whole(with_parameters([created()]))
}
