//! Signatures that cover too little, though it may look like enough.

use super::{
    Case,
    Server::Signing,
    make::{each, install, order},
};

pub(super) fn rows(case: Case) -> Case {
    let covering = |names: &[&str]| install().covering(&order(), names);
    let path = ["@method", "@authority", "@path", "approov-token"];
    case.at([Signing])
        .whole(each([
            ("nothing", covering(&[])),
            ("no method", covering(&["@target-uri", "approov-token"])),
            ("no target", covering(&["@method", "approov-token"])),
            ("no token", covering(&["@method", "@target-uri"])),
            ("no query", covering(&path)),
            (
                "no authority",
                covering(&["@method", "@path", "@query", "approov-token"]),
            ),
            (
                "the request target alone",
                covering(&["@method", "@request-target", "approov-token"]),
            ),
            (
                "single parameters of the query",
                covering(&path).line(r#""@query-param";name="id""#, "1"),
            ),
            (
                "a member of the token",
                covering(&["@method", "@target-uri"]).line(r#""approov-token";key="a""#, "1"),
            ),
        ]))
        .passes()
        .whole(each([
            ("the least", covering(&["@method", "@target-uri", "approov-token"])),
            (
                "the target in parts",
                covering(&["@method", "@authority", "@path", "@query", "approov-token"]),
            ),
        ]))
}
