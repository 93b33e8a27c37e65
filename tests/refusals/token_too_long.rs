//! Tokens of more than 8192 bytes, which are not read.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let (good, too_long) = (good(), MAX_LENGTH + 1);
    let kid = "k".repeat(MAX_LENGTH);
    let bearer = |length| format!("Bearer {}", of_length(length));
    let sizes = [
        ("one byte too many", format!("{good:A<too_long$}")),
        ("one byte too many, well signed", of_length(too_long)),
        ("one byte too many, with a scheme", bearer(too_long)),
        ("100 KiB", good.repeat(600)),
        ("of dots", ".".repeat(too_long)),
        ("a kid", with_kid(&secret(), &kid)),
        ("a claim", with_claim("x", &format!("\"{kid}\""))),
        ("two tokens", format!("{good},{good:A<MAX_LENGTH$}")),
    ];
    case.tokens("size", sizes)
        .passes()
        .tokens("as long as allowed", [("alone", of_length(MAX_LENGTH))])
        .tokens("as long as allowed", [("with a scheme", bearer(MAX_LENGTH))])
}

/// A good token of this length.
fn of_length(length: usize) -> String {
    let with = |fill: usize, spaces: usize| {
        let header = format!("{HEADER}{}", " ".repeat(spaces));
        sign(header, format!(r#"{{"exp":4102444800,"x":"{}"}}"#, "x".repeat(fill)))
    };
    let fill = (length - with(0, 0).len()) / 4 * 3 - 3;
    let sizes = (fill..fill + 9).flat_map(|fill| (0..4).map(move |spaces| (fill, spaces)));
    let mut tokens = sizes.map(|(fill, spaces)| with(fill, spaces));
    tokens.find(|token| token.len() == length).unwrap()
}
