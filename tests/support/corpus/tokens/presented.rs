//! What is in the header beside a token, or in place of one.

use super::{Attack, all, good, payload, sign_with};

pub(super) fn rows() -> Vec<Attack> {
    [nothing(), status_words(), no_token(), schemes(), lists(), bytes()].concat()
}

fn nothing() -> Vec<Attack> {
    let values = [
        "",
        " ",
        "\t",
        "  \t ",
        "Bearer",
        "bearer",
        "BEARER",
        "Bearer ",
        "\tBearer \t",
        "bEaReR     ",
    ];
    all(
        "nothing",
        "token_empty",
        values.map(|value| (format!("{value:?}"), value)),
    )
}

/// The words of the SDK, with and without a scheme.
fn status_words() -> Vec<Attack> {
    const REFUSALS: [&str; 18] = [
        "token_status_word(NO_NETWORK)",
        "token_status_word(POOR_NETWORK)",
        "token_status_word(MITM_DETECTED)",
        "token_status_word(UNTRUSTED_NETWORK)",
        "token_status_word(NO_APPROOV_SERVICE)",
        "token_status_word(UNKNOWN_URL)",
        "token_status_word(UNPROTECTED_URL)",
        "token_status_word(BAD_URL)",
        "token_status_word(NOT_INITIALIZED)",
        "token_status_word(NO_NETWORK_PERMISSION)",
        "token_status_word(MISSING_LIB_DEPENDENCY)",
        "token_status_word(INTERNAL_ERROR)",
        "token_status_word(REJECTED)",
        "token_status_word(DISABLED)",
        "token_status_word(UNKNOWN_KEY)",
        "token_status_word(BAD_KEY)",
        "token_status_word(BAD_PAYLOAD)",
        "token_status_word(SUCCESS)",
    ];
    let word = |refusal: &'static str| refusal.trim_end_matches(')').rsplit_once('(').unwrap().1;
    let spellings = |refusal| {
        let word = word(refusal);
        [word.to_owned(), format!("Bearer {word}"), format!(" bearer \t{word}\t")]
            .map(|value| Attack::new(format!("status word: {value:?}"), value, refusal))
    };
    REFUSALS.into_iter().flat_map(spellings).collect()
}

/// Almost status words, what a broken client makes of an absent value, and what scanners send everywhere.
fn no_token() -> Vec<Attack> {
    let values = [
        "no_network",
        "No_Network",
        "NO-NETWORK",
        "NO NETWORK",
        "NO_NETWORK.",
        "NO_NETWORK,NO_NETWORK",
        "NO_NETWORK NO_NETWORK",
        "\"NO_NETWORK\"",
        "SUCCESS:",
        "SUCCESS.SUCCESS.SUCCESS",
        "Bearer Bearer SUCCESS",
        "OK",
        "null",
        "undefined",
        "None",
        "nil",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "NaN",
        "[object Object]",
        "(null)",
        "{}",
        "[]",
        "\"\"",
        "''",
        "*",
        "%00",
        "%2e%2e%2f",
        "../../../../etc/passwd",
        "' OR '1'='1",
        "\" OR \"\"=\"",
        "1; DROP TABLE tokens; --",
        "${jndi:ldap://127.0.0.1/a}",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "<!--#exec cmd=\"id\"-->",
        "$(id)",
        "`id`",
        "() { :; }; id",
        "%s%s%s%n",
        "token",
        "Approov",
        "Approov-Token",
    ];
    all("no token", "token_malformed", values.map(|value| (value, value)))
}

/// A good token in the wrong company.
fn schemes() -> Vec<Attack> {
    let good = good();
    let with = |before: &str, after: &str| (format!("{before}TOKEN{after}"), format!("{before}{good}{after}"));
    let rows = [
        with("Basic ", ""),
        with("Digest ", ""),
        with("Token ", ""),
        with("JWT ", ""),
        with("DPoP ", ""),
        with("Approov ", ""),
        with("Bearer: ", ""),
        with("Bearer:", ""),
        with("Bearer=", ""),
        with("Bearer,", ""),
        with("Bearer, ", ""),
        with("Bearer\t", ""),
        with("Bearer", ""),
        with("Bearer.", ""),
        with("Bearer\u{a0}", ""),
        with("Bearer \u{a0}", ""),
        with("Bearer Bearer ", ""),
        with("Bearer bearer ", ""),
        with("Bearer Bearer Bearer ", ""),
        with("Bearer Basic ", ""),
        with("Basic Bearer ", ""),
        with("Bearers ", ""),
        with("earer ", ""),
        with("B earer ", ""),
        with("Ｂearer ", ""),
        with("Beаrer ", ""),
        with("Bearer token=", ""),
        with("Bearer token=\"", "\""),
        with("Bearer \"", "\""),
        with("Bearer <", ">"),
        with("\"", "\""),
        with("'", "'"),
        with("`", "`"),
        with("<", ">"),
        with("(", ")"),
        with("[", "]"),
        with("{", "}"),
        with(":", ":"),
        with("token=", ""),
        with("Approov-Token: ", ""),
        with("", " Bearer"),
        with("", "; Bearer"),
        with("", "#"),
        with("", "?"),
        with("", "&"),
        with("", "/"),
        with("", "\\"),
        with("", "%00"),
        with("", "%20"),
        with("", "%0d%0a"),
        with("", "+"),
        with("", "~"),
        with("", ";q=1"),
        with("", ";v=2"),
        with("=?utf-8?q?", "?="),
        with("UTF-8''", ""),
    ];
    all("company", "token_malformed", rows)
}

/// Two tokens in one value, as a proxy joins two lines with a comma. Cut at the dots two tokens are five segments, the
/// form of an encrypted one, which has no such characters.
fn lists() -> Vec<Attack> {
    let (good, forged) = (
        good(),
        sign_with(&[7; 32], &super::encode(super::HEADER), &super::encode(payload())),
    );
    let mut rows = Vec::new();
    for separator in [
        ",", ", ", " ,", ";", "; ", " ", "\t", "  ", "|", "&", "+", "\\", "\u{a0}",
    ] {
        let both = |one: &str, other: &str| format!("{one}{separator}{other}");
        let code = if separator.contains(',') {
            "token_repeated"
        } else {
            "token_malformed"
        };
        rows.extend(all(
            "list",
            code,
            [
                (format!("good{separator:?}good"), both(&good, &good)),
                (format!("good{separator:?}forged"), both(&good, &forged)),
                (format!("forged{separator:?}good"), both(&forged, &good)),
                (
                    format!("good{separator:?}Bearer good"),
                    both(&good, &format!("Bearer {good}")),
                ),
                (
                    format!("Bearer good{separator:?}good"),
                    both(&format!("Bearer {good}"), &good),
                ),
                (
                    format!("good{separator:?}good{separator:?}good"),
                    both(&both(&good, &good), &good),
                ),
            ],
        ));
        rows.extend(all(
            "list",
            "token_malformed",
            [
                (format!("good{separator:?}NO_NETWORK"), both(&good, "NO_NETWORK")),
                (format!("NO_NETWORK{separator:?}good"), both("NO_NETWORK", &good)),
                (format!("good{separator:?}null"), both(&good, "null")),
            ],
        ));
    }
    for separator in [",", ";", "|"] {
        rows.extend(all(
            "list",
            "token_malformed",
            [
                (format!("good{separator:?}"), format!("{good}{separator}")),
                (format!("{separator:?}good"), format!("{separator}{good}")),
            ],
        ));
    }
    rows
}

/// Bytes that are no text, text that only looks like the token's, and control characters, with which HTTP does not get
/// that far.
fn bytes() -> Vec<Attack> {
    let good = good().into_bytes();
    let mut rows = Vec::new();
    let (start, middle, end) = (0, 20, good.len());
    for bytes in [
        b"\x80".as_slice(),
        b"\xff",
        b"\xff\xfe",
        b"\xc0\x80",
        b"\xc3",
        b"\xe9",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        "\u{e9}".as_bytes(),
        "\u{a0}".as_bytes(),
        "\u{ad}".as_bytes(),
        "\u{200b}".as_bytes(),
        "\u{202e}".as_bytes(),
        "\u{2028}".as_bytes(),
        "\u{3000}".as_bytes(),
        "\u{feff}".as_bytes(),
        "\u{1f600}".as_bytes(),
        "\u{e0001}".as_bytes(),
        b"\0",
        b"\x01",
        b"\x08",
        b"\x0b",
        b"\x0c",
        b"\x1b[31m",
        b"\x1f",
        b"\x7f",
        b"\r",
        b"\n",
        b"\r\n",
    ] {
        for (place, at) in [("before", start), ("within", middle), ("after", end)] {
            let value = [&good[..at], bytes, &good[at..]].concat();
            let name = format!("bytes: {} {place}", bytes.escape_ascii());
            rows.push(Attack::new(name, value, "token_malformed"));
        }
        let name = format!("bytes: {} alone", bytes.escape_ascii());
        rows.push(Attack::new(name, bytes, "token_malformed"));
    }
    rows
}

pub(super) fn odd_but_good() -> Vec<(&'static str, String)> {
    let good = good();
    vec![
        ("alone", good.clone()),
        ("with a scheme", format!("Bearer {good}")),
        ("with a scheme in capitals", format!("BEARER {good}")),
        ("with a scheme in odd case", format!("bEaReR {good}")),
        ("with white space behind the scheme", format!("Bearer  \t {good}")),
        ("with white space around it", format!(" \t{good}\t ")),
        (
            "with white space around it and a scheme",
            format!(" \tBearer {good}\t "),
        ),
    ]
}
