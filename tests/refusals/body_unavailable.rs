//! Bodies that have to be compared where they cannot be read: in handlers with claims alone.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/behaviour/signatures/extractor.rs",
        "claims_alone_refuse_what_they_cannot_check",
    )
}
