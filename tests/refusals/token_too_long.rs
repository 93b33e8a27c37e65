//! Tokens of more than 8192 bytes, which are not read.

use serde_json::json;

use super::{
    Case,
    make::{HEADER, MAX_LENGTH, good, payload, sign, up_to},
};

pub(super) fn rows(case: Case) -> Case {
    let good = good();
    let kid = json!({ "alg": "HS256", "kid": "k".repeat(MAX_LENGTH) }).to_string();
    let claim = format!(r#"{{"exp":4102444800,"x":"{}"}}"#, "x".repeat(MAX_LENGTH));
    let bearer = |length| format!("Bearer {}", of_length(length));
    case.kind("size")
        .tokens([
            ("one byte too many", up_to(MAX_LENGTH + 1, &good)),
            ("one byte too many, well signed", of_length(MAX_LENGTH + 1)),
            ("one byte too many, with a scheme", bearer(MAX_LENGTH + 1)),
            ("16 KiB", up_to(16 * 1024, &good)),
            ("100 KiB", up_to(100 * 1024, &good)),
            ("of dots", ".".repeat(MAX_LENGTH + 1)),
            ("a kid", sign(kid, payload())),
            ("a claim", sign(HEADER, claim)),
            ("two tokens", format!("{good},{}", up_to(MAX_LENGTH, &good))),
        ])
        .passes()
        .tokens([
            ("as long as allowed", of_length(MAX_LENGTH)),
            ("as long as allowed, with a scheme", bearer(MAX_LENGTH)),
        ])
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
