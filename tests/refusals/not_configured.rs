//! Applications that forgot their `Approov`: the answer is 500.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by("tests/behaviour/extractors.rs", "without_configuration_nobody_gets_in")
}
