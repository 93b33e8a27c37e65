//! Stores that cannot tell whether a request was used before: the answer is 503.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/behaviour/single_use/stores.rs",
        "a_store_that_fails_lets_nobody_in",
    )
}
