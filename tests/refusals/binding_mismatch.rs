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

pub(super) fn rows(case: Case) -> Case {
    let sent = |value: String| (format!("{value:.80}"), bound(USER, user(value)));
    let meant = |value: String| (format!("{value:.80}"), bound(value, user(USER)));
    let case = case
        .at([Bound, Lenient])
        .lines("binding value", near_misses().map(sent))
        .lines("bound to", near_misses().map(meant))
        .lines("bound to", others())
        .lines("binding bytes", bytes())
        .lines("bound by", other_pays())
        .at([BoundToTwo])
        .lines("two headers", two_headers());
    good(not_http(case))
}

/// Almost the bound value.
fn near_misses() -> [String; 32] {
    [
        USER.trim_start_matches("Bearer ").to_owned(),
        USER.to_lowercase(),
        USER.to_uppercase(),
        USER.replace("Bearer", "BEARER"),
        USER.replace("Bearer ", "Bearer  "),
        USER.replace("Bearer ", "Bearer\t"),
        USER.replace("Bearer ", "Bearer"),
        USER.replace("Bearer ", "Bearer\u{a0}"),
        USER.replace("Bearer ", "Basic "),
        USER.replace('-', " "),
        USER.replace('-', "%2D"),
        USER.replace('-', "\u{2010}"),
        USER.replace('e', "е"),
        format!("{USER}2"),
        format!("{USER}, {USER}"),
        format!("{USER},"),
        format!("{USER};"),
        format!("{USER}="),
        format!("{USER}\u{a0}"),
        format!("{USER}\u{200b}"),
        format!("\"{USER}\""),
        format!("Bearer {USER}"),
        USER[..USER.len() - 1].to_owned(),
        USER[1..].to_owned(),
        USER.chars().rev().collect(),
        USER.repeat(2),
        STANDARD.encode(USER),
        STANDARD.encode(hash(USER)),
        "Bearer".to_owned(),
        "null".to_owned(),
        "*".to_owned(),
        "x".repeat(4000),
    ]
}

fn others() -> [(&'static str, Vec<u8>); 10] {
    let device = [user(USER), format!("X-Device-Id: {DEVICE}\r\n").into()].concat();
    [
        ("the value with white space", bound(format!(" {USER} "), user(USER))),
        ("the value with a line end", bound(format!("{USER}\r\n"), user(USER))),
        ("the value with a NUL", bound(format!("{USER}\0"), user(USER))),
        ("the line", bound(format!("Authorization: {USER}"), user(USER))),
        ("the name", bound("Authorization", user(USER))),
        (
            "the name and the value",
            bound(format!("Authorization{USER}"), user(USER)),
        ),
        ("nothing", bound("", user(USER))),
        ("a space", bound(" ", user(USER))),
        ("another header", bound(DEVICE, device)),
        ("the host", bound("localhost", user(USER))),
    ]
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
        .lines("binding bytes", [0x00, 0x01, 0x0b, 0x0c, 0x1f, 0x7f].map(with_byte))
        .lines(
            "binding bytes",
            [(
                "a value on two lines",
                bound(USER, "Authorization: Bearer\r\n user-token-24\r\n"),
            )],
        )
}

/// The right hash in another spelling, or another hash: the SDK writes one form alone.
fn other_pays() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let hash = hash(USER);
    let good = STANDARD.encode(&hash);
    assert!(
        good.contains('+') && good.contains('/') && good.ends_with("8="),
        "{good}: take another value"
    );
    let hex = hex(&hash);
    let pays = [
        ("empty", String::new()),
        ("a space", " ".to_owned()),
        ("base64url", URL_SAFE.encode(&hash)),
        ("base64url without padding", URL_SAFE_NO_PAD.encode(&hash)),
        ("no padding", STANDARD_NO_PAD.encode(&hash)),
        ("more padding", format!("{good}=")),
        ("padding as %3D", good.replace('=', "%3D")),
        ("percent encoded", good.replace('+', "%2B").replace('/', "%2F")),
        ("spaces for plus", good.replace('+', " ")),
        ("lower case", good.to_lowercase()),
        ("upper case", good.to_uppercase()),
        ("a space behind", format!("{good} ")),
        ("a space in front", format!(" {good}")),
        ("a line end behind", format!("{good}\n")),
        ("a line break within", format!("{}\r\n{}", &good[..20], &good[20..])),
        ("a NUL behind", format!("{good}\0")),
        ("a byte order mark in front", format!("\u{feff}{good}")),
        ("its start", good[..43].to_owned()),
        ("its first letter", good[..1].to_owned()),
        ("half of it", good[..22].to_owned()),
        ("its end", good[1..].to_owned()),
        ("other trailing bits", good.replace("8=", "9=")),
        ("twice", good.repeat(2)),
        ("twice with a comma", format!("{good},{good}")),
        ("in quotes", format!("\"{good}\"")),
        ("with its algorithm", format!("sha-256={good}")),
        ("as a structured field", format!("sha-256=:{good}:")),
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
        ("null as text", "null".to_owned()),
        ("a star", "*".to_owned()),
        ("a long text", "A".repeat(4000)),
    ];
    pays.into_iter().map(|(name, pay)| (name, with_pay(pay, user(USER))))
}

fn two_headers() -> [(&'static str, Vec<u8>); 16] {
    let joined = |separator: &str| format!("{USER}{separator}{DEVICE}");
    let both = user_and_device(USER, DEVICE);
    let two_hashes = STANDARD.encode(hash(USER)) + &STANDARD.encode(hash(DEVICE));
    let moved = user_and_device(&format!("{USER} "), &format!("x{DEVICE}"));
    [
        ("the other order", bound(format!("{DEVICE}{USER}"), &both)),
        ("swapped values", bound(joined(""), user_and_device(DEVICE, USER))),
        ("the first alone", bound(USER, &both)),
        ("the second alone", bound(DEVICE, &both)),
        ("another device", bound(joined(""), user_and_device(USER, "device-2"))),
        (
            "another user",
            bound(joined(""), user_and_device("Bearer other", DEVICE)),
        ),
        ("joined by a space", bound(joined(" "), &both)),
        ("joined by a comma", bound(joined(","), &both)),
        ("joined by a comma and a space", bound(joined(", "), &both)),
        ("joined by a NUL", bound(joined("\0"), &both)),
        ("joined by a line end", bound(joined("\n"), &both)),
        ("joined by a colon", bound(joined(":"), &both)),
        ("twice", bound(joined("").repeat(2), &both)),
        ("two hashes", with_pay(two_hashes, &both)),
        (
            "the hash of two hashes",
            bound([hash(USER), hash(DEVICE)].concat(), &both),
        ),
        (
            "white space between, moved into the first",
            bound(format!("{USER} x{DEVICE}"), moved),
        ),
    ]
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
        .lines(
            "bound",
            [
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
            ],
        )
        // The limit that the documentation states: where one value ends and the next begins is not bound.
        .at([BoundToTwo])
        .lines(
            "two headers",
            [
                halves(start, &format!("{end}{DEVICE}")),
                halves(USER, DEVICE),
                halves("B", &format!("{}{DEVICE}", &USER[1..])),
            ],
        )
        .at([Unbound])
        .lines("not asked for", [("another value", bound(USER, user("other")))])
}
