//! The words of the SDK in place of a token, with and without a scheme.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let words = "NO_NETWORK | POOR_NETWORK | MITM_DETECTED | UNTRUSTED_NETWORK | NO_APPROOV_SERVICE | UNKNOWN_URL
        UNPROTECTED_URL | BAD_URL | NOT_INITIALIZED | NO_NETWORK_PERMISSION | MISSING_LIB_DEPENDENCY | INTERNAL_ERROR
        REJECTED | DISABLED | UNKNOWN_KEY | BAD_KEY | BAD_PAYLOAD | SUCCESS";
    let add = |case: Case, word: String| {
        let spellings = [word.clone(), format!("Bearer {word}"), format!(" bearer \t{word}\t")];
        case.detail(&word)
            .tokens("status word", spellings.map(|value| (format!("{value:?}"), value)))
    };
    cells(words)
        .into_iter()
        .fold(case, add)
        .passes()
        .tokens("status word", [("in a claim", with_claim("did", "\"NO_NETWORK\""))])
}
