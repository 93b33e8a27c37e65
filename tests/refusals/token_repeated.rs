//! More than one token: which one counts is nobody's to choose.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let good = token::good();
    let bearer = user(format!("Bearer {good}"));
    let line = token_line(&good);
    let schemes = [
        ("twice", bearer.repeat(2)),
        ("Basic and Bearer", [&user("Basic dTpw"), &*bearer].concat()),
        ("Bearer and nothing", [&*bearer, b"Authorization:\r\n"].concat()),
    ];
    let good_ones = [
        ("an empty line of another", format!("{line}X-Other:\r\n")),
        (
            "one for another server",
            format!("{line}Authorization: Bearer {good}\r\n"),
        ),
    ];
    [",", ", ", " ,"]
        .into_iter()
        .fold(case, |case, by| {
            case.tokens(&format!("list by {by:?}"), lists(LISTS, by))
        })
        .lines("repeated", repeated(&good))
        .lines("repeated", [("ninety times", line.repeat(90))])
        .at([Authorization])
        .lines("Authorization", schemes)
        .at([Secret])
        .passes()
        .lines("once, beside", good_ones)
}

/// More than one line, whatever is in them. `¶` is between them, and `GOOD` is a good one.
fn repeated(good: &str) -> Vec<(String, String)> {
    let (start, end) = good.split_at(20);
    let values = [
        ("good", good),
        ("another", &token::with(&json!({ "did": "other" }))),
        ("forged", &token::forged()),
        ("expired", &token::expired()),
        ("1", start),
        ("2", end),
    ];
    let values_of_lines = "{good}¶{good} | {good}¶{another} | {good}¶{forged} | {forged}¶{good} | {forged}¶{forged}
        {good}¶{expired} | {expired}¶{good} | {good}¶ | ¶{good} | ¶ | ␠⇥␠¶{good} | {good}¶Bearer | {good}¶Bearer {good}
        NO_NETWORK¶{good} | {good}¶NO_NETWORK | junk¶{good} | {good}¶{good}¶{good} | {1}¶{2}";
    let whole_lines = "GOOD␍␊approov-token: {good} | APPROOV-TOKEN: {good}␍␊aPPROOV-tOKEN: {good}
        GOOD␍␊X-Other: a␍␊GOOD | GOOD␊Approov-Token: {forged} | GOOD␍␊Authorization: Bearer user␍␊GOOD";
    let values_of_lines = named(values_of_lines, |text| {
        filled_text(text, &values).split('¶').map(token_line).collect()
    });
    let whole_lines = named(whole_lines, |text| {
        filled_text(&text.replace("GOOD", "Approov-Token: {good}"), &values) + "\r\n"
    });
    [values_of_lines, whole_lines].concat()
}
