//! Signatures that are too old.

use super::{
    Case,
    Server::Signing,
    make::{FAR, created, with_parameters},
};
use crate::token::now;

pub(super) fn rows(case: Case) -> Case {
    let (at, created) = (now(), created());
    case.at([Signing])
        .whole(with_parameters([
            format!("{created};expires={}", at - FAR),
            format!("{created};expires=0"),
            format!("{created};expires=-0"),
            format!("{created};expires=-1"),
            format!("{created};expires=-999999999999999"),
            format!(";created={}", at - FAR),
            format!(";created={};expires={}", at - FAR, at + 15),
            ";created=-999999999999999;expires=999999999999999".to_owned(),
            ";created=0".to_owned(),
        ]))
        .passes()
        .whole(with_parameters([
            format!(";created={}", at - 100),
            format!("{created};expires=999999999999999"),
        ]))
}
