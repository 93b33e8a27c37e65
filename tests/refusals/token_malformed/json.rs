//! Texts that are not one JSON object, or not the same one to every parser.

use crate::{
    refusals::make::encode,
    tables::{hex, named, pairs},
};

/// What can be done to an object, whatever its members are.
pub(super) fn spoilt(json: &str) -> Vec<(String, Vec<u8>)> {
    let with_member = |member: &str| json.replacen('{', &format!("{{{member},"), 1).into_bytes();
    let written = written(json).into_iter().map(|(name, json)| (name, json.into_bytes()));
    let values = named(NO_VALUES, |value| with_member(&format!("\"other\":{value}"))).into_iter();
    let names = named(NO_NAMES, with_member).into_iter();
    written
        .chain(values.map(|(value, json)| (format!("with {value:?}"), json)))
        .chain(names.map(|(members, json)| (format!("with the members {}", members.escape_debug()), json)))
        .chain(encodings(json))
        .collect()
}

/// `@` is the object, and `~` what is in its braces.
const AROUND: &str = "is empty: ∅ | is a space: ␠ | is null: null | is true: true | is a number: 1 | is a string: \"\"
    is an empty list: [] | is a list of it: [@] | is PHP's own: a:1:{s:3:\"alg\";@}
    is CBOR: !calgeHS256 | is a word: undefined | is its members without braces: ~
    behind a byte order mark: \u{feff}@ | before a byte order mark: @\u{feff} | behind a zero width space: \u{200b}@
    behind a no-break space: \u{a0}@ | behind a form feed: \u{c}@ | behind a vertical tab: \u{b}@ | behind a NUL: ␀@
    before a NUL: @␀ | before a NUL and another: @␀@ | before a line separator: @\u{2028} | twice: @@
    twice, on two lines: @␊@ | before an empty object: @{} | behind an empty object: {}@ | before a word: @ x
    before a number: @1 | before a comma: @, | before a semicolon: @; | before a brace: @} | before a bracket: @]
    behind a brace: {@ | in braces: {@} | in parentheses: (@) | in a call: f(@) | before a comment: @// a
    before a long comment: @/* a */ | behind a comment: // a␊@ | behind a long comment: /* a */@
    before a hash: @ # a | behind a guard: )]}',␊@ | behind a loop: for(;;);@ | with a comma at the end: {~,}
    with a comma in front: {,~} | without its end: {~ | without its start: ~} | closed by a bracket: {~]";

/// What stands first in place of what.
const FIRST: &str = r#"with two commas: , → ,, | with a semicolon: , → ; | without a comma: , → ␠
    without a colon: : → ␠
    with an equals sign: : → = | with an arrow: : → => | with two colons: : → :: | with a comment: , → ,/* a */
    with a comment to the end of a line: , → ,// a␊ | with a word in it: , → ,x, | with a string in it: , → ,"x",
    with a number for a name: { → {1:1, | with null for a name: { → {null:1, | with a spread: { → {...{},"#;

/// What stands everywhere in place of what.
const EVERYWHERE: &str = "in single quotes: \" → ' | in curly quotes: \" → \u{201d} | in backticks: \" → `
    with escaped quotes: \" → \\\" | without quotes: \" → ∅ | with no-break spaces: , → ,\u{a0}
    with vertical tabs: , → ,\u{b}";

fn written(json: &str) -> Vec<(String, String)> {
    let inner = &json[1..json.len() - 1];
    let others = [
        ("is a list of its members", format!("[{}]", inner.replace(':', ","))),
        ("is XML", format!("<token>{}</token>", inner.replace(',', ""))),
        ("is a string of it", serde_json::to_string(json).unwrap()),
        ("is a form", inner.replace(',', "&").replace(':', "=").replace('"', "")),
        ("is YAML", inner.replace(',', "\n").replace('"', "").replace(':', ": ")),
        ("is base64 of it", encode(json)),
        ("with names without quotes", json.replacen('"', "", 2)),
        ("with a string without end", json[..json.rfind('"').unwrap()].to_owned()),
    ];
    let changed = |change: &str, count| {
        let (from, to) = change.split_once(" → ").unwrap();
        json.replacen(from, to, count)
    };
    [
        pairs(AROUND, |text| text.replace('~', inner).replace('@', json)),
        pairs(FIRST, |change| changed(change, 1)),
        pairs(EVERYWHERE, |change| changed(change, usize::MAX)),
        others.map(|(name, json)| (name.to_owned(), json)).into(),
    ]
    .concat()
}

/// What no member can have as its value.
const NO_VALUES: &str = "
    ∅ | ␠ | 01 | -01 | 00 | +1 | - | .5 | -.5 | 5. | 1e | 1e+ | 1.e1 | 0x10 | 0b1 | 0o7 | 1_000 | 1n | NaN | -NaN
    Infinity | -Infinity | True | TRUE | nul | nulll | None | undefined | 'a' | a | \"\\x41\" | \"\\u12\"
    \"\\u{41}\" | \"\\U00000041\" | \"\\a\" | \"\\0\" | \"\\'\" | \"\\ | \"a␊b\" | \"a⇥b\" | \"a␀b\" | \"a\u{1f}b\"
    \"a\" \"b\" | \"a\"+\"b\" | [1,] | [,1] | [1 2] | [ | ] | {\"a\"} | {\"a\":} | {\"a\":1,} | {a:1} | {1:1}
    new Date() | /a/ | {{}} | 1 1 | 1,
";

/// Names that are one once their escapes are resolved, and names that are none.
const NO_NAMES: &str = r#"
    "x":1,"x":1 | "x":1,"x":2 | "x":1,"\u0078":1 | "\u0078":1,"x":1 | "\u00e9":1,"é":1 | "a\/b":1,"a/b":1
    "\ud83d\ude00":1,"😀":1 | "":1,"":2 | "\u0000":1,"\u0000":1 | "x":{},"x":[] | "x":1,"y":2,"x":3 | "\ud800":1
    "\udc00":1 | "\ud800\ud800":1 | "\ud800\u0041":1 | "\ud83d \ude00":1 | "\ud83d":1,"\ude00":1 | "\x78":1 | "\u78":1
    "a␊b":1 | "a␀b":1
"#;

fn encodings(json: &str) -> Vec<(String, Vec<u8>)> {
    let behind = |start: &[&[u8]]| [&start.concat(), &json.as_bytes()[1..]].concat();
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark, &json.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat()
    };
    let of_four = |mark: &[u8], unit: fn(u32) -> [u8; 4]| {
        [mark, &json.chars().flat_map(|c| unit(c.into())).collect::<Vec<_>>()].concat()
    };
    let overlong = |letter: u8, bytes: &[u8]| {
        let parts: Vec<_> = json.as_bytes().split(|byte| *byte == letter).collect();
        parts.join(bytes)
    };
    let mut rows = vec![
        ("in UTF-16LE".to_owned(), wide(b"", u16::to_le_bytes)),
        ("in UTF-16BE".to_owned(), wide(b"", u16::to_be_bytes)),
        (
            "in UTF-16LE with a mark".to_owned(),
            wide(b"\xff\xfe", u16::to_le_bytes),
        ),
        (
            "in UTF-16BE with a mark".to_owned(),
            wide(b"\xfe\xff", u16::to_be_bytes),
        ),
        ("in UTF-32LE".to_owned(), of_four(b"", u32::to_le_bytes)),
        (
            "in UTF-32BE with a mark".to_owned(),
            of_four(b"\0\0\xfe\xff", u32::to_be_bytes),
        ),
        ("in UTF-7".to_owned(), json.replace('{', "+AHs-").into_bytes()),
        (
            "compressed".to_owned(),
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0".to_vec(),
        ),
        ("with overlong braces".to_owned(), overlong(b'{', &[0xC1, 0xBB])),
        ("with overlong quotes".to_owned(), overlong(b'"', &[0xC0, 0xA2])),
    ];
    for bytes in hex("ff 80 c3 e9 c080 c0a22cc0a2 e080a2 eda080 eda0bdedb880 f4908080 f888808080 efbf") {
        let name = bytes.escape_ascii();
        rows.push((
            format!("with {name} in a value"),
            behind(&[b"{\"x\":\"", &bytes, b"\","]),
        ));
        rows.push((format!("with {name} in a name"), behind(&[b"{\"", &bytes, b"\":1,"])));
    }
    rows
}
