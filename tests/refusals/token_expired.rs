//! Tokens that have expired, however the date is written: the moment itself is no longer.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let now = now();
    let soon = (now + 3600).to_string();
    let good = r#"SOON.891912 | SOON000e-3 | 253402300799.9 | SOON,"iat":SOON"#;
    let dates = "
        0 | -0 | 0.0 | -0.0 | 0e0 | -0e99 | 1 | -1 | -1.5 | 300 | 2147483647e-9 | 1e-400 | -1e-400 | 5e-324 | -5e-324
        2.2250738585072014e-308 | 2.2250738585072011e-308 | -2147483648 | -2147483649 | -9007199254740992
        -9223372036854775808 | -9223372036854775809 | -18446744073709551616 | -1e300 | -1.7976931348623157e308
        0.00000000000000000000000000000000000000000001 | 1000000000 | 1e9 | 1E+9
    ";
    let ago = [
        ("now", now.to_string()),
        ("a second ago", (now - 1).to_string()),
        ("a fraction ago", format!("{}.999", now - 1)),
        ("in minutes", (now / 60 + 60).to_string()),
        ("with an exponent", format!("{}e-3", (now - 1) * 1000)),
    ];
    let bound = token::with(&json!({ "pay": token::binding(&[USER]), "exp": now - 1 }));
    case.tokens("expired", ago.map(|(name, exp)| (name, with_claim("exp", &exp))))
        .tokens("exp", named(dates, |exp| with_claim("exp", exp)))
        .at([Bound, Lenient])
        .lines("bound but expired", beside_bound(&bound))
        .at([Secret])
        .passes()
        .tokens("exp", named(good, |exp| with_claim("exp", &exp.replace("SOON", &soon))))
}
