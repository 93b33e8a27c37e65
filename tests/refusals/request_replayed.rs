//! Copies of a request that may be used once: the answer is 409.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/behaviour/single_use/copies.rs",
        "a_copy_is_refused_however_it_is_written",
    )
}
