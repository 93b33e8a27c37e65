//! Well-signed tokens with a claim of the wrong type, or with a number that is not a time: made by Approov, or by
//! anyone else with the secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    AUDIENCE, Case, ISSUER,
    Server::{Bound, IssuerAndAudience, Lenient, Secret, Unbound},
    make::{USER, deep, hash, issued_for, user, with_claim, with_members, with_pay, with_payload},
};
use crate::{
    tables::{cells, named},
    token::now,
};

pub(super) fn rows(case: Case) -> Case {
    let case = TEXTS.into_iter().fold(case, |case, claim| {
        case.detail(claim).kind(claim).tokens(values(claim, NOT_A_TEXT))
    });
    let case = [("exp", "4102444800"), ("nbf", "0"), ("iat", "0")]
        .into_iter()
        .fold(case, |case, (claim, good)| {
            case.detail(claim).kind(claim).tokens(not_numbers(claim, good))
        });
    let now = now();
    let units = [now * 1_000, now * 1_000_000, now * 1_000_000_000].map(|exp| (exp + 1000).to_string());
    let case = case
        .detail("exp")
        .kind("exp")
        .tokens(units.map(|exp| (exp.clone(), with_claim("exp", &exp))))
        .tokens(values("exp", IMPOSSIBLE_EXPIRIES))
        .detail("iat")
        .kind("iat")
        .tokens(values("iat", IMPOSSIBLE_TIMES))
        .detail("aud")
        .kind("aud")
        .tokens(values("aud", NO_AUDIENCES));
    let exp = r#""exp":4102444800,"#;
    let case = [("exp", ""), ("aud", exp), ("pay", exp)]
        .into_iter()
        .fold(case, |case, (claim, before)| {
            let token = with_payload(&format!(r#"{{{before}"{claim}":{}}}"#, deep(2500)));
            case.detail(claim)
                .kind("bomb")
                .tokens([(format!("{claim} as a deep list"), token)])
        });
    passes(pay(issuer_and_audience(case)))
}

fn values(claim: &'static str, table: &str) -> Vec<(String, String)> {
    named(table, |json| with_claim(claim, json))
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

/// In place of a number, something else.
const NOT_A_NUMBER: &str = r#"
    null | true | false | "" | " " | "abc" | "-1" | "1e10" | "Infinity" | "NaN" | "never" | [] | {} | [[]] | [null]
    "2099-12-31T23:59:59Z"
"#;

/// Good numbers that are none. `{}` is a good one.
const ALMOST_A_NUMBER: &str = r#""{}" | " {}" | "{} " | "+{}" | "{}.0" | "0x{}" | [{}] | [{},{}] | {"exp":{}}
    {"$gt":{}} | {"$serde_json::private::Number":"{}"}"#;

fn not_numbers(claim: &'static str, good: &str) -> Vec<(String, String)> {
    let almost = cells(ALMOST_A_NUMBER).into_iter().map(|cell| cell.replace("{}", good));
    let almost = almost.map(|json| (json.clone(), with_claim(claim, &json)));
    values(claim, NOT_A_NUMBER).into_iter().chain(almost).collect()
}

/// The claims that are texts.
pub(super) const TEXTS: [&str; 8] = ["iss", "sub", "did", "ip", "arc", "pay", "ipk", "mskid"];

/// In place of a text, something else.
const NOT_A_TEXT: &str = r#"
    null | true | false | 0 | 1 | -1 | 1.5 | 1e300 | 18446744073709551616 | [] | {} | [null] | ["a"] | ["a","b"]
    {"a":"b"} | {"":""} | {"$ne":null} | {"toString":"a"} | [97,98]
"#;

const NO_AUDIENCES: &str = r#"
    null | true | 0 | 1 | 1.5 | {} | {"a":"b"} | {"0":"a"} | [null] | [1] | [true] | ["a",null] | ["a",1] | [1,"a"]
    [["a"]] | ["a",["b"]] | [{"a":"b"}] | [[]] | [{}]
"#;

fn issuer_and_audience(case: Case) -> Case {
    let (iss, aud) = (&json!(ISSUER), &json!(AUDIENCE));
    let issuers = [json!([ISSUER]), json!({ "iss": ISSUER }), json!(1), json!(true)];
    let audiences = [
        json!({ "aud": AUDIENCE }),
        json!([[AUDIENCE]]),
        json!([AUDIENCE, 1]),
        json!([AUDIENCE, null]),
    ];
    case.at([IssuerAndAudience])
        .detail("iss")
        .kind("issuer of another type")
        .tokens(issuers.map(|iss| (iss.to_string(), issued_for(&iss, aud))))
        .detail("aud")
        .kind("audience of another type")
        .tokens(audiences.map(|aud| (aud.to_string(), issued_for(iss, &aud))))
}

/// `pay` that is no text does not come as far as to the binding.
fn pay(case: Case) -> Case {
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
    case.at([Bound, Lenient, Unbound])
        .detail("pay")
        .kind("bound by")
        .lines(types.map(|pay| (format!("{pay:.200}"), with_pay(pay, user(USER)))))
        .lines([("null", with_members(r#""pay":null"#, user(USER)))])
}

fn passes(case: Case) -> Case {
    let soon = now() + 3600;
    let with = |claims: &str| with_payload(&format!(r#"{{"exp":{soon},{claims}}}"#));
    case.passes().at([Secret]).tokens([
        ("iat at the start", with(r#""iat":-0"#)),
        ("empty texts", with(r#""did":"","arc":"","ip":"","sub":"","iss":"""#)),
        ("texts of all kinds", with(r#""did":"\u0000\ud83d\ude00","arc":"é""#)),
        ("a list of audiences", with(r#""aud":["a","b"]"#)),
    ])
}
