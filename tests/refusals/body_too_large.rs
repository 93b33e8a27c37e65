//! Bodies that are larger than what is read to compare them with their digest: the answer is 413.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/behaviour/signatures/broken.rs",
        "bodies_above_the_limit_are_too_large",
    )
}
