//! Tokens with the id of a key that the server does not have. An unknown id is the reason only where every key has one.

use super::{
    Case, KID,
    Server::{KeyWithId, Secret},
    make::{key_ids, secret, short, with_kid},
};

pub(super) fn rows(case: Case) -> Case {
    let ids = key_ids().into_iter();
    let signed_well = ids.clone().map(|(kid, _)| (short(&kid), with_kid(&secret(), &kid)));
    let near = near_misses().into_iter();
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
fn near_misses() -> Vec<String> {
    vec![
        KID.to_uppercase() + "X",
        format!("{KID} "),
        format!(" {KID}"),
        format!("{KID}\0"),
        format!("{KID}\n"),
        format!("\"{KID}\""),
        format!("{KID},{KID}"),
        format!("./{KID}"),
        format!("x/../{KID}"),
        format!("{KID}#"),
        format!("{KID}?"),
        format!("{KID}%00"),
        KID.replace('-', "%2D"),
        KID.replace('-', "\u{2010}"),
        KID.replace('1', "１"),
        KID.replace('-', ""),
        KID[1..].to_owned(),
        KID[..KID.len() - 1].to_owned(),
        KID.replace('2', "[2]"),
        "*".to_owned(),
        ".*".to_owned(),
        "%".to_owned(),
        "____-__".to_owned(),
        "0".to_owned(),
    ]
}
