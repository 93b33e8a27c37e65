//! Segments that are not base64url, or not the one spelling of their bytes.

use crate::refusals::prelude::*;

/// Text in whose base64 all letters occur that the alphabets do not share, wherever it stands.
const FILL: &str = "???>>>???>>>~~~ ?a>b~c";

/// Tokens of which one segment is another, and signed as it is.
pub(super) fn spelt() -> Vec<(String, String)> {
    let header = format!(r#"{{"alg":"HS256","x":"{FILL}"}}"#);
    let payload = payload().replacen('{', &format!(r#"{{"x":"{FILL}","#), 1);
    let (message, mac) = message_and_signature();
    let (h, p) = message.split_once('.').unwrap();
    let headers = spellings(header.as_bytes()).into_iter();
    let payloads = spellings(payload.as_bytes()).into_iter();
    let signatures = spellings(&mac).into_iter();
    headers
        .map(|(name, one)| (format!("header {name}"), sign_segments(&one, p)))
        .chain(payloads.map(|(name, one)| (format!("payload {name}"), sign_segments(h, &one))))
        .chain(signatures.map(|(name, one)| (format!("signature {name}"), format!("{message}.{one}"))))
        .collect()
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
    if !segment.len().is_multiple_of(4) {
        // The last letter stands for a few bits more than there are bytes.
        let (start, last) = segment.split_at(segment.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        all.extend(named("another last letter", |_| format!("{start}{next}")));
    }
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
