//! Tokens with the id of a key that the server does not have. An unknown id is the reason only where every key has one.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let with = |secret: &[u8], kid: &str| (short(kid), with_kid(secret, kid));
    let near = cells(NEAR_MISSES).into_iter().map(|kid| kid.replace("{}", KID));
    case.at([KeyWithId])
        .tokens("kid", key_ids().map(|(kid, own)| with(own, &kid)))
        .tokens("kid, signed well", key_ids().map(|(kid, _)| with(&secret(), &kid)))
        .tokens("almost the kid", near.map(|kid| with(&secret(), &kid)))
        .passes()
        .tokens("kid", [with(&secret(), KID)])
        .at([Secret])
        .tokens("kid of no key, where it has none", [with(&secret(), "a")])
}

/// Almost the id of the key.
const NEAR_MISSES: &str = r#"
    {}X | {}␠ | ␠{} | {}␀ | {}␊ | "{}" | {},{} | ./{} | x/../{} | {}# | {}? | {}%00 | 2026%2D11 | 2026‐11 | 2026-１１
    202611 | 026-11 | 2026-1 | [2]0[2]6-11 | * | .* | % | ____-__ | 0
"#;
