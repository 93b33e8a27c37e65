//! The token header with nothing in it.

use super::{
    Case,
    Server::{Authorization, Secret},
    make::good,
};
use crate::tables::{cells, pairs};

pub(super) fn rows(case: Case) -> Case {
    let values = cells(r"∅ | ␠ | ⇥ | ␠␠⇥␠ | Bearer | bearer | BEARER | Bearer␠ | ⇥Bearer ⇥ | bEaReR␠␠␠␠␠").into_iter();
    let good_ones = "alone: @ | with a scheme: Bearer @ | with a scheme in capitals: BEARER @
        with a scheme in odd case: bEaReR @ | with white space behind the scheme: Bearer  ⇥ @
        with white space around it: ␠⇥@⇥␠ | with white space around it and a scheme: ␠⇥Bearer @⇥␠";
    case.kind("nothing")
        .tokens(values.map(|value| (format!("{value:?}"), value)))
        .at([Authorization])
        .kind("Authorization")
        .lines([("Bearer alone", "Authorization: Bearer \r\n")])
        .passes()
        .at([Secret])
        .tokens(pairs(good_ones, |value| value.replace('@', &good())))
}
