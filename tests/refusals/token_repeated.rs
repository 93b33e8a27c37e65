//! More than one token: which one counts is nobody's to choose.

use serde_json::json;

use super::{
    Case,
    Server::Authorization,
    make::{HEADER, forged, good, payload, token_line, user},
};
use crate::token;

pub(super) fn rows(case: Case) -> Case {
    let good = token::good();
    let bearer = user(format!("Bearer {good}"));
    let two = |one: &[u8], other: &[u8]| [one, other].concat();
    [",", ", ", " ,"]
        .into_iter()
        .fold(case, |case, separator| case.tokens("list", lists(separator)))
        .lines("repeated", lines(&good))
        .at([Authorization])
        .lines(
            "Authorization",
            [
                ("twice", two(&bearer, &bearer)),
                ("Basic and Bearer", two(&user("Basic dTpw"), &bearer)),
                ("Bearer and nothing", two(&bearer, b"Authorization:\r\n")),
            ],
        )
        .passes()
        .at([super::Server::Secret])
        .lines(
            "once",
            [
                (
                    "beside an empty line of another",
                    format!("{}X-Other:\r\n", token_line(&good)),
                ),
                (
                    "beside one for another server",
                    format!("{}Authorization: Bearer {good}\r\n", token_line(&good)),
                ),
            ],
        )
}

/// Two tokens in one value, as a proxy joins two lines. Only commas join lines: with another separator they are no
/// token.
pub(super) fn lists(separator: &str) -> [(String, String); 6] {
    let good = good();
    let forged = forged(HEADER, &payload());
    let bearer = format!("Bearer {good}");
    let both = |one: &str, other: &str| format!("{one}{separator}{other}");
    [
        (format!("good{separator:?}good"), both(&good, &good)),
        (format!("good{separator:?}forged"), both(&good, &forged)),
        (format!("forged{separator:?}good"), both(&forged, &good)),
        (format!("good{separator:?}Bearer good"), both(&good, &bearer)),
        (format!("Bearer good{separator:?}good"), both(&bearer, &good)),
        (
            format!("good{separator:?}good{separator:?}good"),
            both(&both(&good, &good), &good),
        ),
    ]
}

/// More than one line, whatever is in them.
fn lines(good: &str) -> [(&'static str, String); 24] {
    let (forged, expired) = (token::forged(), token::expired());
    let of = |values: &[&str]| values.iter().map(|value| token_line(value)).collect::<String>();
    let spelt = |names: [&str; 2]| names.map(|name| format!("{name}: {good}\r\n")).concat();
    let between = |line: &str| format!("{}{line}\r\n{}", of(&[good]), of(&[good]));
    [
        ("good, good", of(&[good, good])),
        (
            "good, another good",
            of(&[good, &token::with(&json!({ "did": "other" }))]),
        ),
        ("good, forged", of(&[good, &forged])),
        ("forged, good", of(&[&forged, good])),
        ("forged, forged", of(&[&forged, &forged])),
        ("good, expired", of(&[good, &expired])),
        ("expired, good", of(&[&expired, good])),
        ("good, empty", of(&[good, ""])),
        ("empty, good", of(&["", good])),
        ("empty, empty", of(&["", ""])),
        ("white space, good", of(&[" \t ", good])),
        ("good, Bearer", of(&[good, "Bearer"])),
        ("good, good with a scheme", of(&[good, &format!("Bearer {good}")])),
        ("status word, good", of(&["NO_NETWORK", good])),
        ("good, status word", of(&[good, "NO_NETWORK"])),
        ("junk, good", of(&["junk", good])),
        ("good, good, good", of(&[good, good, good])),
        ("ninety times", of(&[good; 90])),
        ("in two cases", spelt(["Approov-Token", "approov-token"])),
        ("in two odd cases", spelt(["APPROOV-TOKEN", "aPPROOV-tOKEN"])),
        ("with another header between", between("X-Other: a")),
        ("with a binding between", between("Authorization: Bearer user")),
        (
            "with a bare line feed between",
            format!("Approov-Token: {good}\nApproov-Token: {forged}\r\n"),
        ),
        ("a part in each", of(&[&good[..20], &good[20..]])),
    ]
}
