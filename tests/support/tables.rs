//! Tables of texts: ` | ` separates their cells, and so do lines. Signs stand for what is not seen in one.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The cells.
pub fn cells(table: &str) -> Vec<String> {
    raw(table).map(resolved).collect()
}

fn raw(table: &str) -> impl Iterator<Item = &str> {
    let lines = table.trim_matches([' ', '\n']).split('\n');
    lines.flat_map(|line| line.trim_start_matches(' ').split(" | "))
}

fn resolved(cell: &str) -> String {
    let cell = cell.replace('∅', "").replace('␠', " ").replace('⇥', "\t");
    cell.replace('␊', "\n").replace('␍', "\r").replace('␀', "\0")
}

/// The cells, and what is made of them.
pub fn named<V>(table: &str, make: impl Fn(&str) -> V) -> Vec<(String, V)> {
    let cells = cells(table).into_iter();
    cells.map(|cell| (cell.clone(), make(&cell))).collect()
}

/// Cells with a name in front of a colon.
pub fn pairs<V>(table: &str, make: impl Fn(&str) -> V) -> Vec<(String, V)> {
    let pair = |cell: &str| {
        let (name, text) = cell.split_once(": ").expect("a name");
        (resolved(name), make(&resolved(text)))
    };
    raw(table).map(pair).collect()
}

/// The text with values in place of their names in braces. What is behind a name is done to its value, step by step:
/// `{mac ..16 base64url}`. `{0x00 ×32}` are bytes of their own.
pub fn filled(text: &str, values: &[(&str, &[u8])]) -> Vec<u8> {
    let mut filled = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.extend(before.bytes());
        let recipe = after.split_once('}');
        let filling = recipe.and_then(|(recipe, after)| Some((value(recipe, values)?, after)));
        let (value, after) = filling.unwrap_or((vec![b'{'], after));
        filled.extend(value);
        rest = after;
    }
    filled.extend(rest.bytes());
    filled
}

/// The same of texts.
pub fn filled_text(text: &str, values: &[(&str, &str)]) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    String::from_utf8(filled(text, &values)).unwrap()
}

fn value(recipe: &str, values: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut steps = recipe.split(' ');
    let name = steps.next()?;
    let value = match name.strip_prefix("0x") {
        Some(digits) => bytes(digits),
        None => values.iter().find(|(known, _)| *known == name)?.1.to_vec(),
    };
    Some(steps.fold(value, step))
}

fn step(value: Vec<u8>, step: &str) -> Vec<u8> {
    if let Some((start, end)) = step.split_once("..") {
        let (start, end) = (start.parse().unwrap_or(0), end.parse().unwrap_or(value.len()));
        return value[start..end].to_vec();
    }
    if let Some((from, to)) = step.split_once('→') {
        return String::from_utf8(value).unwrap().replace(from, to).into_bytes();
    }
    if let Some(times) = step.strip_prefix('×') {
        return value.repeat(times.parse().unwrap());
    }
    if let Some(digits) = step.strip_prefix('+') {
        return [value, bytes(digits)].concat();
    }
    match step {
        "reversed" => value.into_iter().rev().collect(),
        "inverted" => value.into_iter().map(|byte| !byte).collect(),
        "upper" => value.to_ascii_uppercase(),
        "lower" => value.to_ascii_lowercase(),
        "hex" => value
            .iter()
            .flat_map(|byte| format!("{byte:02x}").into_bytes())
            .collect(),
        "latin1" => value.into_iter().map(char::from).collect::<String>().into(),
        "base64" => STANDARD.encode(value).into(),
        "base64-" => STANDARD_NO_PAD.encode(value).into(),
        "base64url" => URL_SAFE_NO_PAD.encode(value).into(),
        "base64url=" => URL_SAFE.encode(value).into(),
        "sha256" => Sha256::digest(value).to_vec(),
        "sha384" => Sha384::digest(value).to_vec(),
        "sha512" => Sha512::digest(value).to_vec(),
        _ => panic!("{step} is no step"),
    }
}

/// Byte sequences in hex, separated by blanks.
pub fn hex(table: &str) -> Vec<Vec<u8>> {
    table.split_whitespace().map(bytes).collect()
}

fn bytes(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
