//! Tokens that are bound to something else than the request brings, or in another way.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{
    Case,
    Server::{Bound, BoundToTwo, Lenient, Unbound},
    make::{DEVICE, USER, bound, hash, hex, user, user_and_device, with_members, with_pay},
};
use crate::tables::{named, pairs};

pub(super) fn rows(case: Case) -> Case {
    let sent = |value: String| (format!("{value:.80}"), bound(USER, user(value)));
    let meant = |value: String| (format!("{value:.80}"), bound(value, user(USER)));
    let case = case
        .at([Bound, Lenient])
        .kind("binding value")
        .lines(near_misses().into_iter().map(sent))
        .kind("bound to")
        .lines(near_misses().into_iter().map(meant))
        .lines(others())
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
fn near_misses() -> Vec<String> {
    let around = named(
        "{}2 | {}, {} | {}, | {}; | {}= | {}\u{a0} | {}\u{200b} | \"{}\" | Bearer {} | {}{} | Bearer | null | *",
        |cell| cell.replace("{}", USER),
    );
    let scheme = named("␠␠ | ⇥ | ∅ | \u{a0}", |blank| USER.replace(' ', blank));
    let hyphen = named("␠ | %2D | \u{2010}", |hyphen| USER.replace('-', hyphen));
    let others = [
        USER.trim_start_matches("Bearer ").to_owned(),
        USER.to_lowercase(),
        USER.to_uppercase(),
        USER.replace("Bearer", "BEARER"),
        USER.replace("Bearer ", "Basic "),
        USER.replace('e', "е"),
        USER[..USER.len() - 1].to_owned(),
        USER[1..].to_owned(),
        USER.chars().rev().collect(),
        STANDARD.encode(USER),
        STANDARD.encode(hash(USER)),
        "x".repeat(4000),
    ];
    let tables = [around, scheme, hyphen].concat().into_iter().map(|(_, value)| value);
    tables.chain(others).collect()
}

fn others() -> Vec<(String, Vec<u8>)> {
    let table = "the value with white space: ␠{}␠ | the value with a line end: {}␍␊ | the value with a NUL: {}␀
        the line: Authorization: {} | the name: Authorization | the name and the value: Authorization{} | nothing: ∅
        a space: ␠ | the host: localhost";
    let device = bound(
        DEVICE,
        [user(USER), format!("X-Device-Id: {DEVICE}\r\n").into()].concat(),
    );
    let rows = pairs(table, |value| bound(value.replace("{}", USER), user(USER))).into_iter();
    rows.chain([("another header".to_owned(), device)]).collect()
}

/// The value's bytes count, not the text that they may be.
fn bytes() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let (latin, utf8, decomposed) = (
        b"Bearer gr\xfcn",
        "Bearer gr\u{fc}n".as_bytes(),
        "Bearer gru\u{308}n".as_bytes(),
    );
    let rows: [(_, &[u8], &[u8]); 10] = [
        ("Latin-1 for UTF-8", utf8, latin),
        ("UTF-8 for Latin-1", latin, utf8),
        ("decomposed", utf8, decomposed),
        ("composed", decomposed, utf8),
        ("without marks", utf8, b"Bearer grun"),
        ("a broken letter", b"Bearer \xff", b"Bearer \xfe"),
        ("a replacement character", b"Bearer \xff", "Bearer \u{fffd}".as_bytes()),
        ("an overlong letter", b"Bearer a", b"Bearer \xc1\xa1"),
        ("an overlong NUL", b"Bearer a", b"Bearer a\xc0\x80"),
        ("a question mark", b"Bearer \xff", b"Bearer ?"),
    ];
    rows.into_iter()
        .map(|(name, one, other)| (name, bound(one, user(other))))
}

fn not_http(case: Case) -> Case {
    let with_byte = |byte: u8| {
        let value = [USER.as_bytes(), &[byte]].concat();
        (format!("{byte:#04x}"), bound(&value, user(&value)))
    };
    case.not_http()
        .at([Bound, Lenient])
        .kind("binding bytes")
        .lines([0x00, 0x01, 0x0b, 0x0c, 0x1f, 0x7f].map(with_byte))
        .lines([(
            "a value on two lines",
            bound(USER, "Authorization: Bearer\r\n user-token-24\r\n"),
        )])
}

/// The right hash in another spelling, or another hash: the SDK writes one form alone.
fn other_pays() -> impl Iterator<Item = (String, Vec<u8>)> {
    let hash = hash(USER);
    let good = STANDARD.encode(&hash);
    assert!(
        good.contains('+') && good.contains('/') && good.ends_with("8="),
        "{good}: take another value"
    );
    let hex = hex(&hash);
    let table = pairs(
        "empty: ∅ | a space: ␠ | more padding: {}= | a space behind: {}␠ | a space in front: ␠{}
        a line end behind: {}␊
        a NUL behind: {}␀ | a byte order mark in front: \u{feff}{} | twice: {}{} | twice with a comma: {},{}
        in quotes: \"{}\" | with its algorithm: sha-256={} | as a structured field: sha-256=:{}: | null as text: null
        a star: *",
        |pay| pay.replace("{}", &good),
    );
    let pays = [
        ("base64url", URL_SAFE.encode(&hash)),
        ("base64url without padding", URL_SAFE_NO_PAD.encode(&hash)),
        ("no padding", STANDARD_NO_PAD.encode(&hash)),
        ("padding as %3D", good.replace('=', "%3D")),
        ("percent encoded", good.replace('+', "%2B").replace('/', "%2F")),
        ("spaces for plus", good.replace('+', " ")),
        ("lower case", good.to_lowercase()),
        ("upper case", good.to_uppercase()),
        ("a line break within", format!("{}\r\n{}", &good[..20], &good[20..])),
        ("its start", good[..43].to_owned()),
        ("its first letter", good[..1].to_owned()),
        ("half of it", good[..22].to_owned()),
        ("its end", good[1..].to_owned()),
        ("other trailing bits", good.replace("8=", "9=")),
        ("hex", hex.clone()),
        ("hex in capitals", hex.to_uppercase()),
        ("hex in base64", STANDARD.encode(&hex)),
        ("base64 in base64", STANDARD.encode(&good)),
        ("bytes as Latin-1", hash.iter().map(|byte| char::from(*byte)).collect()),
        ("the value itself", USER.to_owned()),
        ("the value in base64", STANDARD.encode(USER)),
        ("the hash of the hash", STANDARD.encode(Sha256::digest(&hash))),
        (
            "the hash of the text of the hash",
            STANDARD.encode(Sha256::digest(&good)),
        ),
        ("SHA-384", STANDARD.encode(Sha384::digest(USER))),
        ("SHA-512", STANDARD.encode(Sha512::digest(USER))),
        ("SHA-512, cut", STANDARD.encode(&Sha512::digest(USER)[..32])),
        ("SHA-256, cut", STANDARD.encode(&hash[..16])),
        ("one byte short", STANDARD.encode(&hash[..31])),
        ("one byte more", STANDARD.encode([hash.as_slice(), &[0]].concat())),
        ("zeros", STANDARD.encode([0; 32])),
        (
            "backwards",
            STANDARD.encode(hash.iter().rev().copied().collect::<Vec<_>>()),
        ),
        ("the hash of nothing", STANDARD.encode(Sha256::digest(""))),
        ("a long text", "A".repeat(4000)),
    ];
    let pays = table.into_iter().chain(pays.map(|(name, pay)| (name.to_owned(), pay)));
    pays.map(|(name, pay)| (name, with_pay(pay, user(USER))))
}

fn two_headers() -> Vec<(String, Vec<u8>)> {
    let filled = |text: &str| text.replace("{1}", USER).replace("{2}", DEVICE);
    let both = user_and_device(USER, DEVICE);
    let table = "the other order: {2}{1} | the first alone: {1} | the second alone: {2} | joined by a space: {1} {2}
        joined by a comma: {1},{2} | joined by a comma and a space: {1}, {2} | joined by a NUL: {1}␀{2}
        joined by a line end: {1}␊{2} | joined by a colon: {1}:{2} | twice: {1}{2}{1}{2}";
    let sent = |user: &str, device: &str| bound(filled("{1}{2}"), user_and_device(user, device));
    let two_hashes = STANDARD.encode(hash(USER)) + &STANDARD.encode(hash(DEVICE));
    let moved = user_and_device(&format!("{USER} "), &format!("x{DEVICE}"));
    let others = [
        ("swapped values", sent(DEVICE, USER)),
        ("another device", sent(USER, "device-2")),
        ("another user", sent("Bearer other", DEVICE)),
        ("two hashes", with_pay(two_hashes, &both)),
        (
            "the hash of two hashes",
            bound([hash(USER), hash(DEVICE)].concat(), &both),
        ),
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
            (
                "letters of two bytes",
                bound("Bearer gr\u{fc}n", user("Bearer gr\u{fc}n")),
            ),
            (
                "bytes that are no text",
                bound(b"Bearer \xff\x80", user(b"Bearer \xff\x80")),
            ),
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
