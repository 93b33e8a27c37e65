//! Well-signed tokens with a claim of the wrong type, or with a number that is not a time: made by Approov, or by
//! anyone else with the secret.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let now = now();
    let deep = deep(2500);
    let case = TEXTS.into_iter().fold(case, |case, claim| of(case, claim, NOT_A_TEXT));
    let case = [("exp", "4102444800"), ("nbf", "0"), ("iat", "0")]
        .map(|(claim, good)| (claim, NOT_A_NUMBER.replace("GOOD", good)))
        .into_iter()
        .fold(case, |case, (claim, table)| of(case, claim, &table));
    let in_units = |unit: u64| (unit, with_claim("exp", &(now * unit).to_string()));
    let units = [1_000, 1_000_000, 1_000_000_000].map(in_units);
    let case = of(case, "exp", IMPOSSIBLE_EXPIRIES).tokens("exp in other units", units);
    let case = of(of(case, "iat", IMPOSSIBLE_TIMES), "aud", NO_AUDIENCES);
    let case = ["exp", "aud", "pay"].into_iter().fold(case, |case, claim| {
        case.detail(claim)
            .tokens("a deep list", [(claim, with_claim(claim, &deep))])
    });
    let (iss, aud) = (&json!(ISSUER), &json!(AUDIENCE));
    let issuers = [json!([ISSUER]), json!({ "iss": ISSUER }), json!(1)];
    let issuers = issuers.map(|iss| (iss.to_string(), issued_for(&iss, aud)));
    let audiences = [json!({ "aud": AUDIENCE }), json!([[AUDIENCE]]), json!([AUDIENCE, 1])];
    let audiences = audiences.map(|aud| (aud.to_string(), issued_for(iss, &aud)));
    let good = STANDARD.encode(hash(USER));
    let pays = PAYS.replace("GOOD", &format!("{good:?}"));
    let by = |pay: &str| with_members(&format!("\"pay\":{pay}"), user(USER));
    let with = |claims: &str| with_payload(&format!(r#"{{"exp":4102444800,{claims}}}"#));
    let good_ones = r#""iat":-0 | "did":"","arc":"","ip":"","sub":"","iss":"" | "aud":["a","b"]
        "did":"\u0000\ud83d\ude00","arc":"é""#;
    case.at([IssuerAndAudience])
        .detail("iss")
        .tokens("issuer", issuers)
        .detail("aud")
        .tokens("audience", audiences)
        // What is no text does not come as far as to the binding.
        .at([Bound, Lenient])
        .detail("pay")
        .lines("bound by", named(&pays, by))
        .at([Secret])
        .passes()
        .tokens("claims", named(good_ones, with))
}

/// Of one claim.
fn of(case: Case, claim: &'static str, table: &str) -> Case {
    case.detail(claim)
        .tokens(claim, named(table, |json| with_claim(claim, json)))
}

/// Dates that no calendar has, or so large that arithmetic with them overflows.
const IMPOSSIBLE_EXPIRIES: &str = "
    253402300800 | 253402300800.0 | 253402300800.5 | 1e12 | 1e15 | 4503599627370496 | 9007199254740991
    9007199254740992 | 9007199254740993 | 9223372036854775807 | 9223372036854775808 | 9223372036854775809
    18446744073709551615 | 18446744073709551616 | 18446744073709551617 | 340282366920938463463374607431768211456
    1e19 | 1e20 | 1e38 | 1e39 | 1e100 | 1e308 | 1.7976931348623157e308
    99999999999999999999999999999999999999999999999999999999999999999999999999999999
";

/// Decides nothing, but is handed to the application as a time.
const IMPOSSIBLE_TIMES: &str = "
    -1 | -0.5 | -5e-324 | -1e300 | 253402300800 | 1e12 | 9007199254740993 | 9223372036854775807 | 9223372036854775808
    18446744073709551615 | 18446744073709551616 | 1e300 | 1.7976931348623157e308 | -9223372036854775809
";

/// In place of a number, something else, or almost a good one.
const NOT_A_NUMBER: &str = r#"
    null | true | false | "" | " " | "abc" | "-1" | "1e10" | "Infinity" | "NaN" | "never" | [] | {} | [[]] | [null]
    "2099-12-31T23:59:59Z" | "GOOD" | " GOOD" | "GOOD " | "+GOOD" | "GOOD.0" | "0xGOOD" | [GOOD] | [GOOD,GOOD]
    {"exp":GOOD} | {"$gt":GOOD} | {"$serde_json::private::Number":"GOOD"}
"#;

/// The claims that are texts.
pub(super) const TEXTS: [&str; 8] = ["iss", "sub", "did", "ip", "arc", "pay", "ipk", "mskid"];

/// In place of a text, something else.
const NOT_A_TEXT: &str = r#"
    null | true | false | 0 | 1 | -1 | 1.5 | 1e300 | 18446744073709551616 | [] | {} | [null] | ["a"] | ["a","b"]
    {"a":"b"} | {"":""} | {"$ne":null} | {"toString":"a"} | [97,98]
"#;

/// In place of the text that the token would be bound by.
const PAYS: &str = r#"
    null | true | 0 | -1.5 | [] | {} | [GOOD] | [GOOD,GOOD] | {"pay":GOOD} | {"sha-256":GOOD} | [null] | [97,98]
"#;

const NO_AUDIENCES: &str = r#"
    null | true | 0 | 1 | 1.5 | {} | {"a":"b"} | {"0":"a"} | [null] | [1] | [true] | ["a",null] | ["a",1] | [1,"a"]
    [["a"]] | ["a",["b"]] | [{"a":"b"}] | [[]] | [{}]
"#;
