//! Signatures that are too old.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let (now, past) = (now(), now() - FAR);
    let old = "
        ;created=NOW;expires=PAST | ;created=NOW;expires=0 | ;created=NOW;expires=-0 | ;created=NOW;expires=-1
        ;created=NOW;expires=-999999999999999 | ;created=PAST | ;created=PAST;expires=999999999999999 | ;created=0
        ;created=-999999999999999;expires=999999999999999";
    let filled = |row: String| row.replace("NOW", &now.to_string()).replace("PAST", &past.to_string());
    let good_ones = [
        format!(";created={}", now - 100),
        format!(";created={now};expires=999999999999999"),
    ];
    case.at([Signing])
        .signed("times", with_parameters(cells(old).into_iter().map(filled)))
        .passes()
        .signed("times", with_parameters(good_ones))
}
