//! Tokens that are bound to something else than the request brings, or in another way.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Case,
    Server::{Bound, BoundToTwo, Lenient, Unbound},
    make::{DEVICE, USER, bound, hash, user, user_and_device, with_members, with_pay},
};
use crate::tables::{cells, filled, filled_text, pairs};

pub(super) fn rows(case: Case) -> Case {
    let sent = |value: String| (format!("{value:.80}"), bound(USER, user(value)));
    let meant = |value: String| (format!("{value:.80}"), bound(value, user(USER)));
    let device = [user(USER), format!("X-Device-Id: {DEVICE}\r\n").into()].concat();
    let case = case
        .at([Bound, Lenient])
        .kind("binding value")
        .lines(near_misses().map(sent))
        .kind("bound to")
        .lines(near_misses().map(meant))
        .lines(pairs(OTHERS, |value| bound(value.replace("{}", USER), user(USER))))
        .lines([("another header", bound(DEVICE, device))])
        .kind("binding bytes")
        .lines(bytes())
        .kind("bound by")
        .lines(other_pays())
        .at([BoundToTwo])
        .kind("two headers")
        .lines(two_headers());
    good(not_http(case))
}

/// Almost the bound value.
fn near_misses() -> impl Iterator<Item = String> {
    let table = "{user}2 | {user}, {user} | {user}, | {user}; | {user}= | {user}\u{a0} | {user}\u{200b} | \"{user}\"
        Bearer {user} | {user}{user} | Bearer | null | * | {user Bearer→BEARER} | {user Bearer→Basic} | {user e→е}
        Bearer␠␠{user 7..} | Bearer⇥{user 7..} | Bearer{user 7..} | Bearer\u{a0}{user 7..} | {user -→%2D} | {user 7..}
        {user ..11}␠{user 12..17}␠{user 18..} | {user -→\u{2010}} | {user lower} | {user upper} | {user ..19}
        {user 1..} | {user reversed} | {user base64} | {user sha256 base64} | {0x78 ×4000}";
    cells(table)
        .into_iter()
        .map(|cell| filled_text(&cell, &[("user", USER)]))
}

const OTHERS: &str = "the value with white space: ␠{}␠ | the value with a line end: {}␍␊ | the value with a NUL: {}␀
    the line: Authorization: {} | the name: Authorization | the name and the value: Authorization{} | nothing: ∅
    a space: ␠ | the host: localhost";

/// The value's bytes count, not the text that they may be.
fn bytes() -> [(&'static str, Vec<u8>); 10] {
    let rows: [(_, &[u8], &[u8]); 10] = [
        ("Latin-1 for UTF-8", "grün".as_bytes(), b"gr\xfcn"),
        ("UTF-8 for Latin-1", b"gr\xfcn", "grün".as_bytes()),
        ("decomposed", "gr\u{fc}n".as_bytes(), "gru\u{308}n".as_bytes()),
        ("composed", "gru\u{308}n".as_bytes(), "gr\u{fc}n".as_bytes()),
        ("without marks", "grün".as_bytes(), b"grun"),
        ("a broken letter", b"\xff", b"\xfe"),
        ("a replacement character", b"\xff", "\u{fffd}".as_bytes()),
        ("an overlong letter", b"a", b"\xc1\xa1"),
        ("an overlong NUL", b"a", b"a\xc0\x80"),
        ("a question mark", b"\xff", b"?"),
    ];
    let bearer = |value: &[u8]| [b"Bearer ", value].concat();
    rows.map(|(name, one, other)| (name, bound(bearer(one), user(bearer(other)))))
}

fn not_http(case: Case) -> Case {
    let with_byte = |byte: u8| {
        let value = [USER.as_bytes(), &[byte]].concat();
        (format!("{byte:#04x}"), bound(&value, user(&value)))
    };
    let two_lines = bound(USER, "Authorization: Bearer\r\n user-token-24\r\n");
    case.not_http()
        .at([Bound, Lenient])
        .kind("binding bytes")
        .lines([0x00, 0x01, 0x0b, 0x0c, 0x1f, 0x7f].map(with_byte))
        .lines([("a value on two lines", two_lines)])
}

/// The right hash in another spelling, or another hash: the SDK writes one form alone.
const PAYS: &str = r#"
    empty: ∅ | a space: ␠ | more padding: {good}= | a space behind: {good}␠ | a space in front: ␠{good} | a star: *
    a line end behind: {good}␊ | a NUL behind: {good}␀ | a byte order mark in front: {0xefbbbf}{good} | twice: {good ×2}
    twice with a comma: {good},{good} | in quotes: "{good}" | with its algorithm: sha-256={good} | null as text: null
    as a structured field: sha-256=:{good}: | base64url: {hash base64url=} | no padding: {hash base64-}
    base64url without padding: {hash base64url} | padding as %3D: {good =→%3D} | lower case: {good lower}
    percent encoded: {good +→%2B /→%2F} | upper case: {good upper} | a line break within: {good ..20}␍␊{good 20..}
    its start: {good ..43} | its first letter: {good ..1} | half of it: {good ..22} | its end: {good 1..}
    other trailing bits: {good 8=→9=} | hex: {hash hex} | hex in capitals: {hash hex upper}
    hex in base64: {hash hex base64} | base64 in base64: {good base64} | bytes as Latin-1: {hash latin1}
    the value itself: {user} | the value in base64: {user base64} | the hash of the hash: {hash sha256 base64}
    the hash of the text of the hash: {good sha256 base64} | SHA-384: {user sha384 base64}
    SHA-512: {user sha512 base64} | SHA-512, cut: {user sha512 ..32 base64} | SHA-256, cut: {hash ..16 base64}
    one byte short: {hash ..31 base64} | one byte more: {hash +00 base64} | zeros: {0x00 ×32 base64}
    backwards: {hash reversed base64} | the hash of nothing: {0x sha256 base64} | a long text: {0x41 ×4000}
"#;

fn other_pays() -> Vec<(String, Vec<u8>)> {
    let hash = hash(USER);
    let good = STANDARD.encode(&hash);
    let differs = good.contains('+') && good.contains('/') && good.ends_with("8=");
    assert!(differs, "{good}: take another value");
    let values: [(_, &[u8]); 3] = [("hash", &hash), ("good", good.as_bytes()), ("user", USER.as_bytes())];
    let with = |pay: &str| with_pay(String::from_utf8(filled(pay, &values)).unwrap(), user(USER));
    let mut rows = pairs(PAYS, with);
    rows.push((
        "spaces for plus".to_owned(),
        with_pay(good.replace('+', " "), user(USER)),
    ));
    rows
}

fn two_headers() -> Vec<(String, Vec<u8>)> {
    let filled = |text: &str| text.replace("{1}", USER).replace("{2}", DEVICE);
    let both = user_and_device(USER, DEVICE);
    let table = "the other order: {2}{1} | the first alone: {1} | the second alone: {2} | joined by a space: {1} {2}
        joined by a comma: {1},{2} | joined by a comma and a space: {1}, {2} | joined by a NUL: {1}␀{2}
        joined by a line end: {1}␊{2} | joined by a colon: {1}:{2} | twice: {1}{2}{1}{2}";
    let sent = |user: &str, device: &str| bound(filled("{1}{2}"), user_and_device(user, device));
    let two_hashes = STANDARD.encode(hash(USER)) + &STANDARD.encode(hash(DEVICE));
    let of_two_hashes = bound([hash(USER), hash(DEVICE)].concat(), &both);
    let moved = user_and_device(&format!("{USER} "), &format!("x{DEVICE}"));
    let others = [
        ("swapped values", sent(DEVICE, USER)),
        ("another device", sent(USER, "device-2")),
        ("another user", sent("Bearer other", DEVICE)),
        ("two hashes", with_pay(two_hashes, &both)),
        ("the hash of two hashes", of_two_hashes),
        (
            "white space between, moved into the first",
            bound(filled("{1} x{2}"), moved),
        ),
    ];
    let rows = pairs(table, |value| bound(filled(value), &both)).into_iter();
    rows.chain(others.map(|(name, lines)| (name.to_owned(), lines)))
        .collect()
}

fn good(case: Case) -> Case {
    let pay = STANDARD.encode(hash(USER)).replace('/', "\\/").replace('+', "\\u002B");
    let (start, end) = USER.split_at(10);
    let same = |value: &[u8]| bound(value, user(value));
    let halves = |one, other: &str| {
        let value = format!("{USER}{DEVICE}");
        (format!("{one} and {other}"), bound(value, user_and_device(one, other)))
    };
    case.passes()
        .at([Bound, Lenient])
        .kind("bound")
        .lines([
            (
                "white space around the value",
                bound(USER, user(format!(" \t{USER}\t "))),
            ),
            ("letters of two bytes", same("Bearer grün".as_bytes())),
            ("bytes that are no text", same(b"Bearer \xff\x80")),
            ("escapes in pay", with_members(&format!(r#""pay":"{pay}""#), user(USER))),
        ])
        // The limit that the documentation states: where one value ends and the next begins is not bound.
        .at([BoundToTwo])
        .kind("two headers")
        .lines([
            halves(start, &format!("{end}{DEVICE}")),
            halves(USER, DEVICE),
            halves("B", &format!("{}{DEVICE}", &USER[1..])),
        ])
        .at([Unbound])
        .kind("not asked for")
        .lines([("another value", bound(USER, user("other")))])
}
