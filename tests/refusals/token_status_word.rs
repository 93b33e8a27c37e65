//! The words of the SDK in place of a token, with and without a scheme.

use super::{Case, make::with_claim};
use crate::tables::cells;

pub(super) fn rows(case: Case) -> Case {
    let words = "NO_NETWORK | POOR_NETWORK | MITM_DETECTED | UNTRUSTED_NETWORK | NO_APPROOV_SERVICE | UNKNOWN_URL
        UNPROTECTED_URL | BAD_URL | NOT_INITIALIZED | NO_NETWORK_PERMISSION | MISSING_LIB_DEPENDENCY | INTERNAL_ERROR
        REJECTED | DISABLED | UNKNOWN_KEY | BAD_KEY | BAD_PAYLOAD | SUCCESS";
    let spelt = |word: &str| {
        let spellings = [word.to_owned(), format!("Bearer {word}"), format!(" bearer \t{word}\t")];
        spellings.map(|value| (format!("{value:?}"), value))
    };
    let add = |case: Case, word: String| case.detail(&word).kind("status word").tokens(spelt(&word));
    cells(words)
        .into_iter()
        .fold(case, add)
        .passes()
        .kind("status word")
        .tokens([("in a claim", with_claim("did", "\"NO_NETWORK\""))])
}
