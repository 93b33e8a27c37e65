//! Tokens with the id of a key that the server does not have. An unknown id is the reason only where every key has one.

use super::{
    Case, KID,
    Server::{KeyWithId, Secret},
    make::{key_ids, secret, short, with_kid},
};
use crate::tables::cells;

pub(super) fn rows(case: Case) -> Case {
    let ids = key_ids().into_iter();
    let signed_well = ids.clone().map(|(kid, _)| (short(&kid), with_kid(&secret(), &kid)));
    let near = cells(NEAR_MISSES).into_iter().map(|kid| kid.replace("{}", KID));
    case.at([KeyWithId])
        .kind("kid for an id")
        .tokens(ids.map(|(kid, own)| (short(&kid), with_kid(&own, &kid))))
        .kind("kid for an id, signed well")
        .tokens(signed_well)
        .kind("kid for an id")
        .tokens(near.map(|kid| (format!("{kid:?}"), with_kid(&secret(), &kid))))
        .passes()
        .tokens([("its own", with_kid(&secret(), KID))])
        .at([Secret])
        .kind("kid")
        .tokens([("of no key, where it has none", with_kid(&secret(), "a"))])
}

/// Almost the id of the key.
const NEAR_MISSES: &str = r#"
    {}X | {}␠ | ␠{} | {}␀ | {}␊ | "{}" | {},{} | ./{} | x/../{} | {}# | {}? | {}%00 | 2026%2D11 | 2026‐11 | 2026-１１
    202611 | 026-11 | 2026-1 | [2]0[2]6-11 | * | .* | % | ____-__ | 0
"#;
