//! Tokens that have expired, however the date is written: the moment itself is no longer.

use serde_json::json;

use super::{
    Case,
    Server::{Bound, Lenient, Secret, Unbound},
    make::{USER, beside_bound, with_claim, with_payload},
};
use crate::{
    tables::named,
    token::{self, now},
};

pub(super) fn rows(case: Case) -> Case {
    let now = now();
    let soon = (now + 3600).to_string();
    let good = r#"SOON.891912 | SOON000e-3 | 253402300799.9 | SOON,"iat":SOON"#;
    let at = |exp: String| with_claim("exp", &exp);
    let dates = "
        0 | -0 | 0.0 | -0.0 | 0e0 | -0e99 | 1 | -1 | -1.5 | 300 | 2147483647e-9 | 1e-400 | -1e-400 | 5e-324 | -5e-324
        2.2250738585072014e-308 | 2.2250738585072011e-308 | -2147483648 | -2147483649 | -9007199254740992
        -9223372036854775808 | -9223372036854775809 | -18446744073709551616 | -1e300 | -1.7976931348623157e308
        0.00000000000000000000000000000000000000000001 | 1000000000 | 1e9 | 1E+9
    ";
    let bound = token::with(&json!({ "pay": token::binding(&[USER]), "exp": now - 1 }));
    case.kind("expired")
        .tokens([
            ("now", at(now.to_string())),
            ("a second ago", at((now - 1).to_string())),
            ("a fraction ago", at(format!("{}.999", now - 1))),
            ("an hour ago", at((now - 3600).to_string())),
            ("in minutes", at((now / 60 + 60).to_string())),
            ("with an exponent, a second ago", at(format!("{}e-3", (now - 1) * 1000))),
        ])
        .kind("exp")
        .tokens(named(dates, |exp| with_claim("exp", exp)))
        .at([Bound, Lenient, Unbound])
        .kind("bound but expired")
        .lines(beside_bound(&bound))
        .passes()
        .at([Secret])
        .tokens(named(good, |exp| {
            with_payload(&format!(r#"{{"exp":{}}}"#, exp.replace("SOON", &soon)))
        }))
}
