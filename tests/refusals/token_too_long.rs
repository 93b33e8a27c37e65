//! Tokens of more than 8192 bytes, which are not read.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    // Spaces make the payload as long as it must be.
    let good = |payload: usize| with_payload(&format!("{:payload$}", r#"{"exp":4102444800}"#));
    let (longest, too_long) = (good(6083), good(6084));
    assert_eq!((longest.len(), too_long.len()), (MAX_LENGTH, MAX_LENGTH + 1));
    let (dots, letters) = (".".repeat(MAX_LENGTH + 1), "k".repeat(MAX_LENGTH));
    let sizes = [
        ("a byte too many, with a scheme", format!("Bearer {too_long}")),
        ("a byte too many", too_long),
        ("two tokens", format!("{longest},{longest}")),
        ("100 KiB", longest.repeat(13)),
        ("of dots", dots),
        ("a kid", with_kid(&secret(), &letters)),
        ("a claim", with_claim("x", &format!("\"{letters}\""))),
    ];
    case.tokens("size", sizes).passes().tokens(
        "longest",
        [("with a scheme", format!("Bearer {longest}")), ("alone", longest)],
    )
}
