//! Segments that are not base64url, or not the one spelling of their bytes.

use crate::refusals::prelude::*;

/// Text in whose base64 all letters occur that the alphabets do not share, wherever it stands.
const FILL: &str = "???>>>???>>>~~~ ?a>b~c";

pub(super) fn spelt() -> Vec<(String, String)> {
    let header = format!(r#"{{"alg":"HS256","x":"{FILL}"}}"#);
    let payload = payload().replacen('{', &format!(r#"{{"x":"{FILL}","#), 1);
    let (_, mac) = message_and_signature();
    each_segment([header.as_bytes(), payload.as_bytes(), &mac].map(spellings))
}

/// Tokens of which one segment is another, and signed as it is.
fn each_segment([headers, payloads, signatures]: [Vec<(String, String)>; 3]) -> Vec<(String, String)> {
    let (message, _) = message_and_signature();
    let (h, p) = message.split_once('.').unwrap();
    let headers = headers
        .into_iter()
        .map(|(name, one)| (format!("header {name}"), sign_segments(&one, p)));
    let payloads = payloads
        .into_iter()
        .map(|(name, one)| (format!("payload {name}"), sign_segments(h, &one)));
    let signatures = signatures
        .into_iter()
        .map(|(name, one)| (format!("signature {name}"), format!("{message}.{one}")));
    headers.chain(payloads).chain(signatures).collect()
}

/// Other spellings of the same bytes, and what else programs make of them.
fn spellings(bytes: &[u8]) -> Vec<(String, String)> {
    let segment = encode(bytes);
    let standard = STANDARD.encode(bytes);
    let (start, end) = segment.split_at(segment.len() / 2);
    let hex = String::from_utf8(filled("{raw hex}", &[("raw", bytes)])).unwrap();
    let around = "padded with =: @= | padded with ==: @== | padded with ===: @=== | padded with ====: @====
        padded in front: =@ | padded with %3D: @%3D | in base64 with a data URL: data:;base64,@ | percent encoded: @%
        in hex with a prefix: 0x~! | in quoted printable: =~";
    let within = "padded in the middle: = | with a space: ␠ | with a tab: ⇥ | with a line break: ␊ | with a NUL: ␀
        with a line break of Windows: ␍␊ | with a comma: , | with a hyphen that is none: \u{2010}
        with a letter of two bytes: é | with a zero width space: \u{200b} | with a sign of no alphabet: !";
    // One letter cannot stand for a byte.
    let too_many = "A".repeat((5 - segment.len() % 4) % 4);
    let mut all = [
        pairs(around, |text| text.replace('~', &hex).replace('@', &segment)),
        pairs(within, |what| format!("{start}{what}{end}")),
        named("one letter too many", |_| format!("{segment}{too_many}")),
    ]
    .concat();
    if standard.contains(['+', '/']) {
        let one_of_each = segment.replacen('-', "+", 1).replacen('_', "/", 1);
        all.extend(named("in base64 of MIME", |_| standard.clone()));
        all.extend(named("in MIME's without padding", |_| {
            standard.trim_end_matches('=').to_owned()
        }));
        all.extend(named("in both alphabets", |_| one_of_each.clone()));
    }
    all
}

/// The last letter stands for a few bits more than there are bytes. Who ignores them takes several texts for one token.
pub(super) fn trailing_bits() -> Vec<(String, String)> {
    let (_, mac) = message_and_signature();
    let rows = ["", " ", "  "].map(|spaces| {
        each_segment([
            altered(&encode(format!("{HEADER}{spaces}"))),
            altered(&encode(payload() + spaces)),
            Vec::new(),
        ])
    });
    rows.concat()
        .into_iter()
        .chain(each_segment([Vec::new(), Vec::new(), altered(&encode(mac))]))
        .collect()
}

/// The segment with each other last letter that stands for the same bytes.
fn altered(segment: &str) -> Vec<(String, String)> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let spare: usize = match segment.len() % 4 {
        2 => 16,
        3 => 4,
        _ => return Vec::new(),
    };
    let (start, last) = segment.split_at(segment.len() - 1);
    let number = LETTERS.find(last).unwrap();
    let others = (1..spare).map(|bits| &LETTERS[number + bits..=number + bits]);
    others
        .map(|letter| {
            (
                format!("of {}, with {letter}", segment.len()),
                format!("{start}{letter}"),
            )
        })
        .collect()
}
