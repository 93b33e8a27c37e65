//! Tokens that are not valid yet.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let soon = (now() + 600).to_string();
    let times = "SOON | SOON.5 | SOON000e-3 | SOON000 | 4102444800 | 253402300800 | 9007199254740993
        9223372036854775807 | 9223372036854775808 | 18446744073709551615 | 18446744073709551616 | 1e300
        1.7976931348623157e308";
    let with = |nbf: &str| with_claim("nbf", &nbf.replace("SOON", &soon));
    case.tokens("nbf", named(times, with))
        .passes()
        .tokens("nbf", named("-1e300 | -0.0", with))
}
