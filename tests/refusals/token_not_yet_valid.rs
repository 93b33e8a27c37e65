//! Tokens that are not valid yet.

use super::{
    Case,
    make::{with_claim, with_payload},
};
use crate::{tables::cells, token::now};

pub(super) fn rows(case: Case) -> Case {
    let soon = now() + 600;
    let far = cells(
        "4102444800 | 253402300800 | 9007199254740993 | 9223372036854775807 | 9223372036854775808
        18446744073709551615 | 18446744073709551616 | 1e300 | 1.7976931348623157e308",
    );
    let near = [
        soon.to_string(),
        format!("{soon}.5"),
        format!("{soon}000e-3"),
        (soon * 1000).to_string(),
    ];
    let times = near.into_iter().chain(far);
    let with = |nbf: &str| with_payload(&format!(r#"{{"exp":{soon},"nbf":{nbf}}}"#));
    case.kind("nbf")
        .tokens(times.map(|nbf| (nbf.clone(), with_claim("nbf", &nbf))))
        .passes()
        .tokens([("nbf long ago", with("-1e300")), ("nbf before 1970", with("-0.0"))])
}
