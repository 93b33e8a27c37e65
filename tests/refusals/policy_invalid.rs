//! Policies that ask for what cannot be checked: the answer is 500.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/behaviour/single_use/settings.rs",
        "a_handler_that_cannot_be_checked_answers_500",
    )
}
