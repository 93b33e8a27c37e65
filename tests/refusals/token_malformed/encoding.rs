//! Segments that are not base64url, or not the one spelling of their bytes.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

use crate::{
    refusals::make::{HEADER, encode, message_and_signature, payload, sign_segments},
    tables::{filled, pairs},
};

pub(super) fn spelt() -> Vec<(String, String)> {
    let header = format!(r#"{{"alg":"HS256","x":"{FILL}"}}"#);
    let payload = payload().replacen('{', &format!(r#"{{"x":"{FILL}","#), 1);
    let (h, p) = (encode(HEADER), encode(&payload));
    let (message, mac) = message_and_signature();
    let named = |part: &str, name| format!("{part} {name}");
    let headers = spellings(header.as_bytes()).into_iter();
    let payloads = spellings(payload.as_bytes()).into_iter();
    let signatures = spellings(&mac).into_iter();
    headers
        .map(|(name, one)| (named("header", name), sign_segments(&one, &p)))
        .chain(payloads.map(|(name, one)| (named("payload", name), sign_segments(&h, &one))))
        .chain(signatures.map(|(name, one)| (named("signature", name), format!("{message}.{one}"))))
        .collect()
}

/// Text in whose base64 all letters occur that the alphabets do not share, wherever it stands.
const FILL: &str = "???>>>???>>>~~~ ?a>b~c";

/// Other spellings of the same bytes, and what else programs make of them.
fn spellings(bytes: &[u8]) -> Vec<(String, String)> {
    let segment = encode(bytes);
    let insert = |at: usize, what: &str| format!("{}{what}{}", &segment[..at], &segment[at..]);
    let middle = segment.len() / 2;
    let hex = String::from_utf8(filled("{raw hex}", &[("raw", bytes)])).unwrap();
    let around = pairs(
        "padded with =: @= | padded with ==: @== | padded with ===: @=== | padded with ====: @==== | padded in front: =@
        padded with %3D: @%3D | in base64 with a data URL: data:;base64,@ | in hex with a prefix: 0x~!
        in quoted printable: =~",
        |text| text.replace('~', &hex).replace('@', &segment),
    );
    let within = pairs(
        "padded in the middle: = | with a space: ␠ | with a tab: ⇥ | with a line break: ␊ | with a NUL: ␀
        with a line break of Windows: ␍␊ | with a comma: , | with a hyphen that is none: \u{2010}
        with a letter of two bytes: é | with a zero width space: \u{200b} | with a sign of no alphabet: !",
        |what| insert(middle, what),
    );
    let percent = segment.replacen('e', "%65", 1).replacen('A', "%41", 1) + "%";
    let mut all = vec![
        ("with a line break in base64 lines", insert(64.min(middle), "\r\n ")),
        ("with a percent encoded letter", percent),
        // One letter cannot stand for a byte.
        ("with one letter too many", one_letter_too_many(&segment)),
    ];
    let standard = STANDARD.encode(bytes);
    if standard != segment {
        let more = if bytes.len().is_multiple_of(3) { "=" } else { "" };
        all.push(("in base64 of MIME", standard.clone()));
        all.push(("in padded base64url", URL_SAFE.encode(bytes) + more));
    }
    if standard.contains(['+', '/']) {
        let replaced = |plus, slash| standard.replace('+', plus).replace('/', slash);
        all.extend([
            (
                "in base64 of MIME without padding",
                standard.trim_end_matches('=').to_owned(),
            ),
            ("in both alphabets", segment.replacen('-', "+", 1).replacen('_', "/", 1)),
            ("in base64 of MIME, percent encoded", replaced("%2B", "%2F")),
            ("in base64 of MIME, with spaces for plus", replaced(" ", "_") + " !"),
        ]);
    }
    let all = all.into_iter().map(|(name, text)| (name.to_owned(), text));
    around.into_iter().chain(within).chain(all).collect()
}

/// A length that base64 cannot have.
fn one_letter_too_many(segment: &str) -> String {
    let missing = (5 - segment.len() % 4) % 4;
    format!("{segment}{}", "A".repeat(missing))
}

/// The last letter stands for a few bits more than there are bytes. Who ignores them takes several texts for one token.
pub(super) fn trailing_bits() -> Vec<(String, String)> {
    let (message, mac) = message_and_signature();
    let signatures = altered(&encode(mac)).into_iter();
    let mut rows: Vec<_> = signatures
        .map(|(name, one)| (format!("signature {name}"), format!("{message}.{one}")))
        .collect();
    for spaces in ["", " ", "  "] {
        let (h, p) = (encode(format!("{HEADER}{spaces}")), encode(payload() + spaces));
        let headers = altered(&h).into_iter();
        rows.extend(headers.map(|(name, one)| (format!("header{spaces} {name}"), sign_segments(&one, &p))));
        let payloads = altered(&p).into_iter();
        rows.extend(payloads.map(|(name, one)| (format!("payload{spaces} {name}"), sign_segments(&h, &one))));
    }
    rows
}

/// The segment with each other last letter that stands for the same bytes.
fn altered(segment: &str) -> Vec<(String, String)> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let spare: usize = match segment.len() % 4 {
        2 => 16,
        3 => 4,
        _ => return Vec::new(),
    };
    let (start, last) = segment.split_at(segment.len() - 1);
    let number = LETTERS.iter().position(|letter| last.as_bytes() == [*letter]).unwrap();
    let other = |bits: usize| {
        let letter = char::from(LETTERS[number + bits]);
        (format!("with {bits}"), format!("{start}{letter}"))
    };
    (1..spare).map(other).collect()
}
