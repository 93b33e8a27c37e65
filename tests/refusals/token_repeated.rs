//! More than one token: which one counts is nobody's to choose.

use serde_json::json;

use super::{
    Case,
    Server::{Authorization, Secret},
    make::{HEADER, forged, good, payload, token_line, user},
};
use crate::{
    tables::{filled_text, named, pairs},
    token,
};

pub(super) fn rows(case: Case) -> Case {
    let good = token::good();
    let bearer = user(format!("Bearer {good}"));
    let line = token_line(&good);
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
            ("beside an empty line of another", format!("{line}X-Other:\r\n")),
            (
                "beside one for another server",
                format!("{line}Authorization: Bearer {good}\r\n"),
            ),
        ])
}

/// Two tokens in one value, as a proxy joins two lines. Only commas join lines: with another separator they are no
/// token.
pub(super) fn lists(separator: &str) -> [(String, String); 6] {
    let (good, forged) = (good(), forged(HEADER, &payload()));
    let bearer = format!("Bearer {good}");
    let rows = [
        "good{}good",
        "good{}forged",
        "forged{}good",
        "good{}bearer",
        "bearer{}good",
        "good{}good{}good",
    ];
    rows.map(|row| {
        let values = row
            .replace("good", &good)
            .replace("forged", &forged)
            .replace("bearer", &bearer);
        (
            row.replace("{}", &format!("{separator:?}")),
            values.replace("{}", separator),
        )
    })
}

/// More than one line, whatever is in them.
fn lines(good: &str) -> Vec<(String, String)> {
    let forged = token::forged();
    let another = token::with(&json!({ "did": "other" }));
    let value = |name: &str| match name {
        "good" => good.to_owned(),
        "another good" => another.clone(),
        "forged" => forged.clone(),
        "expired" => token::expired(),
        "with a scheme" => format!("Bearer {good}"),
        other => other.to_owned(),
    };
    let repeated = "good, good | good, another good | good, forged | forged, good | forged, forged | good, expired
        expired, good | good, ∅ | ∅, good | ∅, ∅ | ␠⇥␠, good | good, Bearer | good, with a scheme | NO_NETWORK, good
        good, NO_NETWORK | junk, good | good, good, good";
    let repeated = named(repeated, |names| {
        names.split(", ").map(|name| token_line(&value(name))).collect()
    });
    let others = "in two cases: GOOD␍␊approov-token: {good}
        in two odd cases: APPROOV-TOKEN: {good}␍␊aPPROOV-tOKEN: {good}
        with another header between: GOOD␍␊X-Other: a␍␊GOOD
        with a bare line feed between: GOOD␊Approov-Token: {forged}
        with a binding between: GOOD␍␊Authorization: Bearer user␍␊GOOD
        a part in each: Approov-Token: {1}␍␊Approov-Token: {2}";
    let (start, end) = good.split_at(20);
    let others = pairs(others, |lines| {
        let lines = lines.replace("GOOD", "Approov-Token: {good}") + "\r\n";
        filled_text(&lines, &[("good", good), ("forged", &forged), ("1", start), ("2", end)])
    });
    let ninety = ("ninety times".to_owned(), token_line(good).repeat(90));
    repeated.into_iter().chain(others).chain([ninety]).collect()
}
