//! More than one token: which one counts is nobody's to choose.

use serde_json::json;

use super::{
    Case,
    Server::{Authorization, Secret},
    make::{HEADER, forged, good, payload, token_line, user},
};
use crate::{tables::named, token};

pub(super) fn rows(case: Case) -> Case {
    let good = token::good();
    let bearer = user(format!("Bearer {good}"));
    let two = |one: &[u8], other: &[u8]| [one, other].concat();
    [",", ", ", " ,"]
        .into_iter()
        .fold(case, |case, separator| case.kind("list").tokens(lists(separator)))
        .kind("repeated")
        .lines(lines(&good))
        .at([Authorization])
        .kind("Authorization")
        .lines([
            ("twice", two(&bearer, &bearer)),
            ("Basic and Bearer", two(&user("Basic dTpw"), &bearer)),
            ("Bearer and nothing", two(&bearer, b"Authorization:\r\n")),
        ])
        .passes()
        .at([Secret])
        .kind("once")
        .lines([
            (
                "beside an empty line of another",
                format!("{}X-Other:\r\n", token_line(&good)),
            ),
            (
                "beside one for another server",
                format!("{}Authorization: Bearer {good}\r\n", token_line(&good)),
            ),
        ])
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
fn lines(good: &str) -> Vec<(String, String)> {
    let (forged, expired, bearer) = (token::forged(), token::expired(), format!("Bearer {good}"));
    let another = token::with(&json!({ "did": "other" }));
    let value = |name: &str| match name {
        "good" => good.to_owned(),
        "another good" => another.clone(),
        "forged" => forged.clone(),
        "expired" => expired.clone(),
        "empty" => String::new(),
        "white space" => " \t ".to_owned(),
        "good with a scheme" => bearer.clone(),
        "status word" => "NO_NETWORK".to_owned(),
        other => other.to_owned(),
    };
    let repeated = named(
        "good, good | good, another good | good, forged | forged, good | forged, forged | good, expired | expired, good
        good, empty | empty, good | empty, empty | white space, good | good, Bearer | good, good with a scheme
        status word, good | good, status word | junk, good | good, good, good",
        |names| {
            names
                .split(", ")
                .map(|name| token_line(&value(name)))
                .collect::<String>()
        },
    );
    let line = token_line(good);
    let (start, end) = good.split_at(20);
    let others = [
        ("ninety times", line.repeat(90)),
        ("in two cases", format!("{line}approov-token: {good}\r\n")),
        (
            "in two odd cases",
            format!("APPROOV-TOKEN: {good}\r\naPPROOV-tOKEN: {good}\r\n"),
        ),
        ("with another header between", format!("{line}X-Other: a\r\n{line}")),
        (
            "with a binding between",
            format!("{line}Authorization: Bearer user\r\n{line}"),
        ),
        (
            "with a bare line feed between",
            format!("Approov-Token: {good}\n{}", token_line(&forged)),
        ),
        ("a part in each", token_line(start) + &token_line(end)),
    ];
    repeated
        .into_iter()
        .chain(others.map(|(name, lines)| (name.to_owned(), lines)))
        .collect()
}
