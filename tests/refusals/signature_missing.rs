//! Requests without a signature, or with those of others alone.

use super::{
    Case,
    Server::Signing,
    make::{each, install, order, pair, signed},
};
use crate::{signing::Signature, tables::cells};

pub(super) fn rows(case: Case) -> Case {
    let labels = cells("sig1 | *install | install2 | install- | in.stall | x").into_iter();
    let other = install().label("sig1");
    case.at([Signing])
        .whole([("none", pair(&[], &[])), ("empty", pair(&[""], &["", ""]))])
        .whole(each(labels.map(|label| (label.clone(), install().label(&label)))))
        .passes()
        .whole([("beside another's", signed(&[&other, &install()]))])
        .whole(each([("of everything", Signature::install(&order()))]))
}
