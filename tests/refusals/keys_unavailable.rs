//! Tokens that arrive before any keys were read: the answer is 503.

use super::Case;

pub(super) fn rows(case: Case) -> Case {
    case.proved_by(
        "tests/keys/refresh/unavailable.rs",
        "without_keys_a_token_is_503_and_none_is_401_as_ever",
    )
}
