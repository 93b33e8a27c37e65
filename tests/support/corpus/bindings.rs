//! Attacks with what a token is bound to. The value of a row are the header lines of a request, the token's among them.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{Attack, NOT_HTTP, tokens::hex};
use crate::token;

/// To what the tokens are bound. Its hash has both letters in which the alphabets of base64 differ.
pub const USER: &str = "Bearer user-token-24";
/// The second value, where two headers are bound.
pub const DEVICE: &str = "device-1";

/// What `pay` has in base64.
#[must_use]
pub fn hash(value: impl AsRef<[u8]>) -> Vec<u8> {
    Sha256::digest(value).to_vec()
}

/// The lines of a request with a token that says it is bound to `pay`.
#[must_use]
pub fn with_pay(pay: impl Into<Value>, lines: impl AsRef<[u8]>) -> Vec<u8> {
    let token = token::with(&json!({ "pay": pay.into() }));
    [format!("Approov-Token: {token}\r\n").as_bytes(), lines.as_ref()].concat()
}

/// The same with a token that is bound to this value.
#[must_use]
pub fn bound(value: impl AsRef<[u8]>, lines: impl AsRef<[u8]>) -> Vec<u8> {
    with_pay(STANDARD.encode(hash(value)), lines)
}

/// The line of the bound header.
#[must_use]
pub fn user(value: impl AsRef<[u8]>) -> Vec<u8> {
    [b"Authorization: ", value.as_ref(), b"\r\n"].concat()
}

/// Where tokens are bound to `Authorization`.
#[must_use]
pub fn for_one_header() -> Vec<Attack> {
    [
        absent(),
        repeated(),
        other_values(),
        other_bytes(),
        no_pay(),
        other_pays(),
        other_types(),
        bad_tokens(),
    ]
    .concat()
}

fn rows<V: AsRef<[u8]>>(
    kind: &str,
    refusal: &'static str,
    rows: impl IntoIterator<Item = (impl AsRef<str>, V)>,
) -> Vec<Attack> {
    let row = |(name, value): (_, V)| {
        let name: &str = AsRef::as_ref(&name);
        Attack::new(format!("{kind}: {name}"), value.as_ref(), refusal)
    };
    rows.into_iter().map(row).collect()
}

fn absent() -> Vec<Attack> {
    let line = |line: &str| (format!("{line:?}"), bound(USER, line));
    let mut all = rows(
        "binding header",
        "binding_header_missing",
        [
            line(""),
            line("Authorization:\r\n"),
            line("Authorization: \t \r\n"),
            line(&format!("Authorisation: {USER}\r\n")),
            line(&format!("Authorization_: {USER}\r\n")),
            line(&format!("X-Authorization: {USER}\r\n")),
            line(&format!("Proxy-Authorization: {USER}\r\n")),
            line(&format!("HTTP_AUTHORIZATION: {USER}\r\n")),
            line(&format!("Cookie: Authorization={USER}\r\n")),
            line(&format!("X-Forwarded-Authorization: {USER}\r\n")),
            line(&format!("X-Device-Id: {USER}\r\n")),
        ],
    );
    // The hash of nothing binds to nothing.
    for (name, line) in [
        ("absent", ""),
        ("empty", "Authorization:\r\n"),
        ("white space", "Authorization: \t \r\n"),
    ] {
        all.push(Attack::new(
            format!("binding to nothing: {name}"),
            bound("", line),
            "binding_header_missing",
        ));
    }
    all.push(Attack::new(
        "binding header: absent, and no pay",
        with_pay(Value::Null, ""),
        "binding_header_missing",
    ));
    all
}

fn repeated() -> Vec<Attack> {
    let two = |one: &str, other: &str| [user(one), user(other)].concat();
    rows(
        "binding header twice",
        "binding_header_repeated",
        [
            ("the same", bound(USER, two(USER, USER))),
            ("another", bound(USER, two(USER, "Bearer other"))),
            ("another first", bound(USER, two("Bearer other", USER))),
            ("an empty one", bound(USER, two(USER, ""))),
            ("an empty one first", bound(USER, two("", USER))),
            ("two empty ones", bound("", two("", ""))),
            (
                "in another case",
                bound(USER, [user(USER), format!("AUTHORIZATION: {USER}\r\n").into()].concat()),
            ),
            ("bound to both", bound(format!("{USER}{USER}"), two(USER, USER))),
            (
                "bound to both with a comma",
                bound(format!("{USER}, {USER}"), two(USER, USER)),
            ),
            ("a half in each", bound(USER, two(&USER[..10], &USER[10..]))),
            ("and no pay", with_pay(Value::Null, two(USER, USER))),
            ("three times", bound(USER, [two(USER, USER), user(USER)].concat())),
        ],
    )
}

/// Almost the bound value.
fn near_misses() -> [String; 32] {
    let bare = USER.trim_start_matches("Bearer ");
    [
        bare.to_owned(),
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

/// One value is bound and another is sent, whichever of them is the right one.
fn other_values() -> Vec<Attack> {
    let sent = |value: String| (format!("{value:.80}"), bound(USER, user(value)));
    let meant = |value: String| (format!("{value:.80}"), bound(value, user(USER)));
    [
        rows("binding value", "binding_mismatch", near_misses().map(sent)),
        rows("bound to", "binding_mismatch", near_misses().map(meant)),
        bound_to_something_else(),
    ]
    .concat()
}

fn bound_to_something_else() -> Vec<Attack> {
    rows(
        "bound to",
        "binding_mismatch",
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
            (
                "another header",
                bound(
                    DEVICE,
                    [user(USER), format!("X-Device-Id: {DEVICE}\r\n").into()].concat(),
                ),
            ),
            ("the host", bound("localhost", user(USER))),
        ],
    )
}

/// The value's bytes count, not the text that they may be.
fn other_bytes() -> Vec<Attack> {
    let mut all = Vec::new();
    for (name, one, other) in [
        (
            "Latin-1 for UTF-8",
            "Bearer gr\u{fc}n".as_bytes(),
            b"Bearer gr\xfcn".as_slice(),
        ),
        ("UTF-8 for Latin-1", b"Bearer gr\xfcn", "Bearer gr\u{fc}n".as_bytes()),
        (
            "decomposed",
            "Bearer gr\u{fc}n".as_bytes(),
            "Bearer gru\u{308}n".as_bytes(),
        ),
        (
            "composed",
            "Bearer gru\u{308}n".as_bytes(),
            "Bearer gr\u{fc}n".as_bytes(),
        ),
        ("without marks", "Bearer gr\u{fc}n".as_bytes(), b"Bearer grun"),
        ("a broken letter", b"Bearer \xff", b"Bearer \xfe"),
        ("a replacement character", b"Bearer \xff", "Bearer \u{fffd}".as_bytes()),
        ("an overlong letter", b"Bearer a", b"Bearer \xc1\xa1"),
        ("an overlong NUL", b"Bearer a", b"Bearer a\xc0\x80"),
        ("a question mark", b"Bearer \xff", b"Bearer ?"),
    ] {
        let name = format!("binding bytes: {name}");
        all.push(Attack::new(name, bound(one, user(other)), "binding_mismatch"));
    }
    for byte in [0x00, 0x01, 0x0b, 0x0c, 0x1f, 0x7f] {
        let value = [USER.as_bytes(), &[byte]].concat();
        all.push(Attack::new(
            format!("binding bytes: {byte:#04x}"),
            bound(&value, user(&value)),
            NOT_HTTP,
        ));
    }
    let folded = bound(USER, "Authorization: Bearer\r\n user-token-24\r\n");
    all.push(Attack::new("binding bytes: a value on two lines", folded, NOT_HTTP));
    all
}

fn no_pay() -> Vec<Attack> {
    let good = [format!("Approov-Token: {}\r\n", token::good()).into(), user(USER)].concat();
    let mut all = vec![Attack::new("no pay: no claim", good, "binding_claim_missing")];
    for name in [
        "PAY", "Pay", "pay ", " pay", "pay\0", "payload", "раy", "binding", "cnf", "ath", "",
    ] {
        let token = token::with(&json!({ name: STANDARD.encode(hash(USER)) }));
        let value = [format!("Approov-Token: {token}\r\n").into(), user(USER)].concat();
        all.push(Attack::new(format!("no pay: {name:?}"), value, "binding_claim_missing"));
    }
    let nested = token::with(&json!({ "claims": { "pay": STANDARD.encode(hash(USER)) } }));
    let nested = [format!("Approov-Token: {nested}\r\n").into(), user(USER)].concat();
    all.push(Attack::new(
        "no pay: in another object",
        nested,
        "binding_claim_missing",
    ));
    all
}

/// The right hash in another spelling, or another hash: the SDK writes one form alone.
fn other_pays() -> Vec<Attack> {
    let hash = hash(USER);
    let good = STANDARD.encode(&hash);
    assert!(
        good.contains('+') && good.contains('/') && good.ends_with("8="),
        "{good}: take another value"
    );
    let hex = hex(&hash);
    let shifted = good.replace("8=", "9=");
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
        ("other trailing bits", shifted),
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
    let pay = |(name, pay): (_, String)| (name, with_pay(pay, user(USER)));
    rows("bound by", "binding_mismatch", pays.map(pay))
}

/// Where tokens need not be bound: what no binding makes good or bad.
#[must_use]
pub fn for_no_header() -> Vec<Attack> {
    let of_both = [other_types(), bad_tokens()].concat().into_iter();
    of_both
        .map(|row| Attack {
            name: format!("unbound, {}", row.name),
            ..row
        })
        .collect()
}

/// `pay` that is no text does not come as far as to the binding.
fn other_types() -> Vec<Attack> {
    let good = STANDARD.encode(hash(USER));
    let types = [
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1.5),
        json!([]),
        json!({}),
        json!([good]),
        json!([good, good]),
        json!({ "pay": good }),
        json!({ "sha-256": good }),
        json!([null]),
        json!(hash(USER)),
    ];
    let mut all = rows(
        "bound by",
        "token_claim_invalid(pay)",
        types.map(|pay| (format!("{pay:.200}"), with_pay(pay, user(USER)))),
    );
    for (name, pay, refusal) in [
        ("null", r#""pay":null"#.to_owned(), "token_claim_invalid(pay)"),
        (
            "twice, one good",
            format!(r#""pay":"a","pay":"{good}""#),
            "token_malformed",
        ),
        (
            "twice, in two spellings",
            format!(r#""pay":"{good}","p\u0061y":"{good}""#),
            "token_malformed",
        ),
    ] {
        let claims = token::claims(&json!({}))
            .to_string()
            .replacen('{', &format!("{{{pay},"), 1);
        let token = token::sign(token::SECRET, r#"{"alg":"HS256"}"#, &claims);
        let value = [format!("Approov-Token: {token}\r\n").into(), user(USER)].concat();
        all.push(Attack::new(format!("bound by: {name}"), value, refusal));
    }
    all
}

/// A good binding makes no bad token good, and tells nothing.
fn bad_tokens() -> Vec<Attack> {
    let pay = STANDARD.encode(hash(USER));
    let with = |token: &str, value: &str| [format!("Approov-Token: {token}\r\n").into(), user(value)].concat();
    let claims = token::claims(&json!({ "pay": pay })).to_string();
    let forged = token::sign(token::OTHER_SECRET, r#"{"alg":"HS256"}"#, &claims);
    let expired = token::with(&json!({ "pay": pay, "exp": token::now() - 1 }));
    [
        rows(
            "bound but forged",
            "token_signature",
            [
                ("right", with(&forged, USER)),
                ("wrong", with(&forged, "x")),
                ("empty", with(&forged, "")),
            ],
        ),
        rows(
            "bound but expired",
            "token_expired",
            [
                ("right", with(&expired, USER)),
                ("wrong", with(&expired, "x")),
                ("empty", with(&expired, "")),
            ],
        ),
        rows(
            "bound but absent",
            "token_missing",
            [
                ("right", user(USER)),
                ("the token in its place", user(format!("Bearer {}", token::good()))),
            ],
        ),
    ]
    .concat()
}

/// The lines of both headers, where two are bound.
#[must_use]
pub fn user_and_device(value: &str, device: &str) -> Vec<u8> {
    [user(value), format!("X-Device-Id: {device}\r\n").into()].concat()
}

/// Where tokens are bound to `Authorization` and `X-Device-Id`, in this order.
#[must_use]
pub fn for_two_headers() -> Vec<Attack> {
    let joined = |separator: &str| format!("{USER}{separator}{DEVICE}");
    let both = user_and_device(USER, DEVICE);
    let mut all = rows(
        "two headers",
        "binding_mismatch",
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
            (
                "two hashes",
                with_pay(STANDARD.encode(hash(USER)) + &STANDARD.encode(hash(DEVICE)), &both),
            ),
            (
                "the hash of two hashes",
                bound([hash(USER), hash(DEVICE)].concat(), &both),
            ),
            (
                "white space between, moved into the first",
                bound(
                    format!("{USER} x{DEVICE}"),
                    user_and_device(&format!("{USER} "), &format!("x{DEVICE}")),
                ),
            ),
        ],
    );
    all.extend(rows(
        "two headers",
        "binding_header_missing",
        [
            ("no second", bound(USER, user(USER))),
            ("no first", bound(DEVICE, format!("X-Device-Id: {DEVICE}\r\n"))),
            ("an empty second", bound(USER, user_and_device(USER, ""))),
            ("an empty first", bound(DEVICE, user_and_device("", DEVICE))),
            ("both values in the first", bound(joined(""), user(joined("")))),
            (
                "both values in the first, and white space",
                bound(joined(""), user_and_device(&joined(""), " \t")),
            ),
        ],
    ));
    all.extend(rows(
        "two headers",
        "binding_header_repeated",
        [
            (
                "the second twice",
                bound(
                    joined(""),
                    [both.clone(), format!("x-device-id: {DEVICE}\r\n").into()].concat(),
                ),
            ),
            (
                "the first twice",
                bound(joined(""), [both.clone(), user(USER)].concat()),
            ),
        ],
    ));
    all.extend(rows(
        "two headers",
        "binding_claim_missing",
        [("no pay", with_pay(Value::Null, &both))],
    ));
    all
}

/// Where a token without `pay` may pass: one with a wrong `pay` may not, nor may the header be missing.
#[must_use]
pub fn where_pay_may_be_missing() -> Vec<Attack> {
    let of_all = for_one_header()
        .into_iter()
        .filter(|row| row.refusal != "binding_claim_missing");
    of_all
        .map(|row| Attack {
            name: format!("lenient, {}", row.name),
            ..row
        })
        .collect()
}
