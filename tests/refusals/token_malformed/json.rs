//! Texts that are not one JSON object, or not the same one to every parser.

use super::super::make::{encode, named as cells_named};

/// What can be done to an object, whatever its members are.
pub(super) fn spoilt(json: &str) -> Vec<(String, Vec<u8>)> {
    let with_member = |member: &str| json.replacen('{', &format!("{{{member},"), 1).into_bytes();
    let values = cells_named(NO_VALUES, |value| with_member(&format!("\"other\":{value}"))).into_iter();
    let names = cells_named(NO_NAMES, with_member).into_iter();
    [
        named(other_kinds(json)),
        named(around(json)),
        named(syntax(json)),
        values.map(|(value, json)| (format!("with {value:?}"), json)).collect(),
        names
            .map(|(members, json)| (format!("with the members {}", members.escape_debug()), json))
            .collect(),
        encodings(json),
    ]
    .concat()
}

fn named<const N: usize>(rows: [(&str, String); N]) -> Vec<(String, Vec<u8>)> {
    rows.into_iter()
        .map(|(name, json)| (name.to_owned(), json.into_bytes()))
        .collect()
}

fn other_kinds(json: &str) -> [(&'static str, String); 18] {
    let members: Vec<_> = json.trim_matches(['{', '}']).split(',').collect();
    [
        ("is empty", String::new()),
        ("is a space", " ".to_owned()),
        ("is null", "null".to_owned()),
        ("is true", "true".to_owned()),
        ("is a number", "1".to_owned()),
        ("is a string", "\"\"".to_owned()),
        ("is an empty list", "[]".to_owned()),
        ("is a list of it", format!("[{json}]")),
        (
            "is a list of its members",
            format!("[{}]", members.join(",").replace(':', ",")),
        ),
        ("is a string of it", serde_json::to_string(json).unwrap()),
        ("is its members without braces", members.join(",")),
        ("is a form", members.join("&").replace(':', "=").replace('"', "")),
        ("is YAML", members.join("\n").replace('"', "").replace(':', ": ")),
        ("is XML", format!("<token>{}</token>", members.join(""))),
        ("is PHP's own", format!("a:1:{{s:3:\"alg\";{json}}}")),
        ("is base64 of it", encode(json)),
        ("is CBOR", "\u{21}calgeHS256".to_owned()),
        ("is a word", "undefined".to_owned()),
    ]
}

fn around(json: &str) -> [(&'static str, String); 31] {
    let with = |before: &str, after: &str| format!("{before}{json}{after}");
    [
        ("behind a byte order mark", with("\u{feff}", "")),
        ("before a byte order mark", with("", "\u{feff}")),
        ("behind a zero width space", with("\u{200b}", "")),
        ("behind a no-break space", with("\u{a0}", "")),
        ("behind a form feed", with("\x0c", "")),
        ("behind a vertical tab", with("\x0b", "")),
        ("behind a NUL", with("\0", "")),
        ("before a NUL", with("", "\0")),
        ("before a NUL and another", with("", &format!("\0{json}"))),
        ("before a line separator", with("", "\u{2028}")),
        ("twice", with("", json)),
        ("twice, on two lines", with("", &format!("\n{json}"))),
        ("before an empty object", with("", "{}")),
        ("behind an empty object", with("{}", "")),
        ("before a word", with("", " x")),
        ("before a number", with("", "1")),
        ("before a comma", with("", ",")),
        ("before a semicolon", with("", ";")),
        ("before a brace", with("", "}")),
        ("before a bracket", with("", "]")),
        ("behind a brace", with("{", "")),
        ("in braces", with("{", "}")),
        ("in parentheses", with("(", ")")),
        ("in a call", with("f(", ")")),
        ("before a comment", with("", "// a")),
        ("before a long comment", with("", "/* a */")),
        ("behind a comment", with("// a\n", "")),
        ("behind a long comment", with("/* a */", "")),
        ("before a hash", with("", " # a")),
        ("behind a guard", with(")]}',\n", "")),
        ("behind a loop", with("for(;;);", "")),
    ]
}

fn syntax(json: &str) -> [(&'static str, String); 28] {
    let inner = json.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let first = |from: &str, to: &str| json.replacen(from, to, 1);
    [
        ("with a comma at the end", format!("{{{inner},}}")),
        ("with a comma in front", format!("{{,{inner}}}")),
        ("with two commas", first(",", ",,")),
        ("with a semicolon", first(",", ";")),
        ("without a comma", first(",", " ")),
        ("without a colon", first(":", " ")),
        ("with an equals sign", first(":", "=")),
        ("with an arrow", first(":", "=>")),
        ("with two colons", first(":", "::")),
        ("without its end", format!("{{{inner}")),
        ("without its start", format!("{inner}}}")),
        ("closed by a bracket", format!("{{{inner}]")),
        ("with a comment", first(",", ",/* a */")),
        ("with a comment to the end of a line", first(",", ",// a\n")),
        ("in single quotes", json.replace('"', "'")),
        ("in curly quotes", json.replace('"', "\u{201d}")),
        ("in backticks", json.replace('"', "`")),
        ("with escaped quotes", json.replace('"', "\\\"")),
        ("without quotes", json.replace('"', "")),
        ("with names without quotes", first("\"", "").replacen('"', "", 1)),
        ("with a string without end", json[..json.rfind('"').unwrap()].to_owned()),
        ("with no-break spaces", json.replace(',', ",\u{a0}")),
        ("with vertical tabs", json.replace(',', ",\x0b")),
        ("with a word in it", first(",", ",x,")),
        ("with a string in it", first(",", ",\"x\",")),
        ("with a number for a name", first("{", "{1:1,")),
        ("with null for a name", first("{", "{null:1,")),
        ("with a spread", first("{", "{...{},")),
    ]
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
    let with_bytes = |bytes: &[u8]| [b"{\"x\":\"", bytes, b"\",", &json.as_bytes()[1..]].concat();
    let name_of_bytes = |bytes: &[u8]| [b"{\"", bytes, b"\":1,", &json.as_bytes()[1..]].concat();
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark, &json.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat()
    };
    let of_four = |mark: &[u8], unit: fn(u32) -> [u8; 4]| {
        [mark, &json.chars().flat_map(|c| unit(c.into())).collect::<Vec<_>>()].concat()
    };
    let overlong = |letter: u8, bytes: &[u8]| {
        let spelt = json
            .bytes()
            .map(|byte| if byte == letter { bytes.to_vec() } else { vec![byte] });
        spelt.collect::<Vec<_>>().concat()
    };
    let whole = [
        ("in UTF-16LE", wide(b"", u16::to_le_bytes)),
        ("in UTF-16BE", wide(b"", u16::to_be_bytes)),
        ("in UTF-16LE with a mark", wide(b"\xff\xfe", u16::to_le_bytes)),
        ("in UTF-16BE with a mark", wide(b"\xfe\xff", u16::to_be_bytes)),
        ("in UTF-32LE", of_four(b"", u32::to_le_bytes)),
        ("in UTF-32BE with a mark", of_four(b"\0\0\xfe\xff", u32::to_be_bytes)),
        ("in UTF-7", json.replace('{', "+AHs-").into_bytes()),
        ("compressed", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0".to_vec()),
        ("with overlong braces", overlong(b'{', &[0xC1, 0xBB])),
        ("with overlong quotes", overlong(b'"', &[0xC0, 0xA2])),
    ];
    let no_text: [&[u8]; 12] = [
        b"\xff",
        b"\x80",
        b"\xc3",
        b"\xe9",
        b"\xc0\x80",
        b"\xc0\xa2,\xc0\xa2",
        b"\xe0\x80\xa2",
        b"\xed\xa0\x80",
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xef\xbf",
    ];
    let of_bytes = no_text.into_iter().flat_map(|bytes| {
        let name = |place: &str| format!("with the bytes {} in a {place}", bytes.escape_ascii());
        [(name("value"), with_bytes(bytes)), (name("name"), name_of_bytes(bytes))]
    });
    whole
        .map(|(name, json)| (name.to_owned(), json))
        .into_iter()
        .chain(of_bytes)
        .collect()
}
