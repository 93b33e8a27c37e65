//! Requests without a signature, or with those of others alone.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let other = |label: &str| install().label(label);
    let labels = "sig1 | *install | install2 | install- | in.stall | x";
    case.at([Signing])
        .whole("headers", [("none", pair(&[], &[])), ("empty", pair(&[""], &["", ""]))])
        .signed("label", named(labels, other))
        .passes()
        .whole("label", [("beside another's", signed(&[&other("sig1"), &install()]))])
        .signed("label", [("its own", install())])
}
