//! Bodies of many requests at once that are more than the memory for them.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/behaviour/signatures/withheld.rs",
        "the_bytes_that_are_held_at_once_are_bounded",
    )
}
