//! Tokens that are bound to something else than the request brings, or in another way.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let hash = hash(USER);
    let good = STANDARD.encode(&hash);
    let differs = good.contains('+') && good.contains('/') && good.ends_with("8=");
    assert!(differs, "{good}: take another value");
    let values: [(_, &[u8]); 3] = [("hash", &hash), ("good", good.as_bytes()), ("user", USER.as_bytes())];
    let with = |text: &str| filled(text, &values);
    let by = |pay: &str| with_pay(String::from_utf8(with(pay)).unwrap(), user(USER));
    let bytes = |row: &str| {
        let (one, other) = row.split_once(' ').unwrap();
        bound(filled(one, &[]), user(filled(other, &[])))
    };
    let device = [user(USER), format!("X-Device-Id: {DEVICE}\r\n").into()].concat();
    let case = case
        .at([Bound, Lenient])
        .lines("sent", named(NEAR_MISSES, |value| bound(USER, user(with(value)))))
        .lines("bound to", named(NEAR_MISSES, |value| bound(with(value), user(USER))))
        .lines("bound to", pairs(OTHERS, |value| bound(with(value), user(USER))))
        .lines("bound to", [("another header", bound(DEVICE, device))])
        .lines("bytes", named(BYTES, bytes))
        .lines("bound by", pairs(PAYS, by))
        .at([BoundToTwo])
        .lines("two headers", two_headers());
    good_ones(case)
}

/// Almost the bound value.
const NEAR_MISSES: &str = "
    {user}2 | {user}, {user} | {user}, | {user}; | {user}= | {user}\u{a0} | {user}\u{200b} | \"{user}\"
    Bearer {user} | {user}{user} | Bearer | null | * | {user Bearer→BEARER} | {user Bearer→Basic} | {user e→е}
    Bearer␠␠{user 7..} | Bearer⇥{user 7..} | Bearer{user 7..} | Bearer\u{a0}{user 7..} | {user -→%2D} | {user 7..}
    {user ..11}␠{user 12..17}␠{user 18..} | {user -→\u{2010}} | {user lower} | {user upper} | {user ..19}
    {user 1..} | {user reversed} | {user base64} | {user sha256 base64} | {0x78 ×4000}
";

const OTHERS: &str = "white space around it: ␠{user}␠ | a line end behind it: {user}␍␊ | a NUL behind it: {user}␀
    the line: Authorization: {user} | the name: Authorization | both: Authorization{user} | a space: ␠ | nothing: ∅";

/// The value's bytes count, not the text that they may be: what one is bound to, and what is sent. UTF-8 and Latin-1,
/// composed and decomposed, a broken letter and what replaces it, overlong ones.
const BYTES: &str = "grün gr{0xfc}n | gr{0xfc}n grün | grün gru\u{308}n | gru\u{308}n grün | grün grun
    a{0xff} a{0xfe} | a{0xff} a\u{fffd} | a {0xc1a1} | a a{0xc080} | a{0xff} a?";

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

fn two_headers() -> Vec<(String, Vec<u8>)> {
    let both = user_and_device(USER, DEVICE);
    let bound_to = "{2}{1} | {1} | {2} | {1} {2} | {1},{2} | {1}, {2} | {1}␀{2} | {1}␊{2} | {1}:{2} | {1}{2}{1}{2}";
    let bound_to = named(bound_to, |value| {
        bound(filled_text(value, &[("1", USER), ("2", DEVICE)]), &both)
    });
    let sent = |user: &str, device: &str| bound(format!("{USER}{DEVICE}"), user_and_device(user, device));
    let (one, other) = (hash(USER), hash(DEVICE));
    let others = [
        ("swapped values", sent(DEVICE, USER)),
        ("another device", sent(USER, "device-2")),
        ("another user", sent("Bearer other", DEVICE)),
        (
            "two hashes",
            with_pay(STANDARD.encode(&one) + &STANDARD.encode(&other), &both),
        ),
        ("the hash of two hashes", bound([one, other].concat(), &both)),
        (
            "white space, moved",
            bound(format!("{USER} x"), user_and_device(&format!("{USER} "), "x")),
        ),
    ];
    let others = others.map(|(name, lines)| (name.to_owned(), lines));
    bound_to.into_iter().chain(others).collect()
}

fn good_ones(case: Case) -> Case {
    let pay = STANDARD.encode(hash(USER)).replace('/', "\\/").replace('+', "\\u002B");
    let same = |value: &[u8]| bound(value, user(value));
    let halves = |at: usize| {
        let (one, other) = USER.split_at(at);
        let lines = user_and_device(one, &format!("{other}{DEVICE}"));
        (at, bound(format!("{USER}{DEVICE}"), lines))
    };
    let values = [
        ("in white space", bound(USER, user(format!(" \t{USER}\t ")))),
        ("letters of two bytes", same("Bearer grün".as_bytes())),
        ("bytes that are no text", same(b"Bearer \xff\x80")),
        ("escapes in pay", with_members(&format!(r#""pay":"{pay}""#), user(USER))),
    ];
    case.passes()
        .at([Bound, Lenient])
        .lines("bound", values)
        // The limit that the documentation states: where one value ends and the next begins is not bound.
        .at([BoundToTwo])
        .lines("two headers, divided at", [1, 10, USER.len()].map(halves))
        .at([Secret])
        .lines("not asked for", [("another value", bound(USER, user("other")))])
}
