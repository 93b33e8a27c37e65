//! The token header with nothing in it.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let values = cells(r"∅ | ␠ | ⇥ | ␠␠⇥␠ | Bearer | bearer | BEARER | Bearer␠ | ⇥Bearer ⇥ | bEaReR␠␠␠␠␠").into_iter();
    let good_ones = "@ | Bearer @ | BEARER @ | bEaReR @ | Bearer  ⇥ @ | ␠⇥@⇥␠ | ␠⇥Bearer @⇥␠";
    case.tokens("nothing", values.map(|value| (format!("{value:?}"), value)))
        .at([Authorization])
        .lines("Authorization", [("Bearer alone", "Authorization: Bearer \r\n")])
        .at([Secret])
        .passes()
        .tokens("a token", named(good_ones, |value| value.replace('@', &good())))
}
