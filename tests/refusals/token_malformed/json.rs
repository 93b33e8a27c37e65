//! Texts that are not one JSON object, or not the same one to every parser.

use crate::refusals::prelude::*;

/// What can be done to an object, whatever its members are.
pub(super) fn spoilt(object: &str) -> Vec<(String, Vec<u8>)> {
    let inner = &object[1..object.len() - 1];
    let with_member = |member: &str| object.replacen('{', &format!("{{{member},"), 1);
    let changed = |change: &str, count| {
        let (from, to) = change.split_once(" → ").unwrap();
        object.replacen(from, to, count)
    };
    let written = [
        pairs(AROUND, |text| text.replace('~', inner).replace('@', object)),
        pairs(FIRST, |change| changed(change, 1)),
        pairs(EVERYWHERE, |change| changed(change, usize::MAX)),
        named("is base64 of it", |_| encode(object)),
        named("is a list of its members", |_| format!("[{}]", inner.replace(':', ","))),
        named("is a string of it", |_| json!(object).to_string()),
        named("is a form", |_| {
            inner.replace(',', "&").replace(':', "=").replace('"', "")
        }),
        named("with names without quotes", |_| object.replacen('"', "", 2)),
        named("with a string without end", |_| {
            object[..object.rfind('"').unwrap()].to_owned()
        }),
        named(NO_VALUES, |value| with_member(&format!("\"other\":{value}"))),
        named(NO_NAMES, with_member),
    ];
    let written = written.concat().into_iter();
    written
        .map(|(name, text)| (name.escape_debug().to_string(), text.into_bytes()))
        .chain(encodings(object))
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

fn encodings(object: &str) -> Vec<(String, Vec<u8>)> {
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark, &object.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat()
    };
    let overlong = |letter: u8, bytes: &[u8]| {
        let parts: Vec<_> = object.as_bytes().split(|byte| *byte == letter).collect();
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
        (
            "compressed".to_owned(),
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0".to_vec(),
        ),
        ("with overlong braces".to_owned(), overlong(b'{', &[0xC1, 0xBB])),
        ("with overlong quotes".to_owned(), overlong(b'"', &[0xC0, 0xA2])),
    ];
    for bytes in hex("ff 80 c3 e9 c080 c0a22cc0a2 e080a2 eda080 eda0bdedb880 f4908080 f888808080 efbf") {
        for (name, member) in [("value", "{\"x\":\"@\","), ("name", "{\"@\":1,")] {
            let (start, end) = member.split_once('@').unwrap();
            let spoilt = [start.as_bytes(), &bytes, end.as_bytes(), &object.as_bytes()[1..]].concat();
            rows.push((format!("with {} in a {name}", bytes.escape_ascii()), spoilt));
        }
    }
    rows
}
