//! Well-signed tokens that say the wrong thing: of Approov's own making, or of someone else who has the secret.

use serde_json::{Value, json};

use super::{AUDIENCE, Attack, HEADER, ISSUER, all, payload, sign};
use crate::token::{self, now};

pub(super) fn rows() -> Vec<Attack> {
    [
        no_expiry(),
        expired(),
        impossible_expiries(),
        no_numbers(),
        early(),
        issued(),
        texts(),
        audiences(),
        twice(),
    ]
    .concat()
}

/// A well-signed token whose claim is this JSON, whatever it is.
fn with(claim: &str, json: &str) -> String {
    let payload = if claim == "exp" {
        token::claims(&json!({ "exp": null })).to_string()
    } else {
        payload()
    };
    sign(HEADER, payload.replacen('{', &format!(r#"{{"{claim}":{json},"#), 1))
}

/// Rows for one claim, each a JSON value.
fn values<V: AsRef<str>>(claim: &str, refusal: &'static str, values: impl IntoIterator<Item = V>) -> Vec<Attack> {
    let row = |value: V| {
        let value = value.as_ref();
        Attack::new(format!("{claim}: {value}"), with(claim, value), refusal)
    };
    values.into_iter().map(row).collect()
}

fn no_expiry() -> Vec<Attack> {
    let payloads = [
        "{}",
        r#"{"did":"d"}"#,
        r#"{"EXP":4102444800}"#,
        r#"{"Exp":4102444800}"#,
        r#"{"exp ":4102444800}"#,
        r#"{" exp":4102444800}"#,
        r#"{"exp\u0000":4102444800}"#,
        r#"{"\u0000exp":4102444800}"#,
        r#"{"exp\n":4102444800}"#,
        r#"{"ехр":4102444800}"#,
        r#"{"ｅｘｐ":4102444800}"#,
        r#"{"expires":4102444800}"#,
        r#"{"expires_in":300}"#,
        r#"{"":4102444800}"#,
        r#"{"claims":{"exp":4102444800}}"#,
        r#"{"x":[{"exp":4102444800}]}"#,
        r#"{"x":"\"exp\":4102444800"}"#,
        r#"{"nbf":0,"iat":0}"#,
    ];
    all(
        "no expiry",
        "token_expiry_missing",
        payloads.map(|payload| (payload, sign(HEADER, payload))),
    )
}

/// In the past, however it is written: the moment itself is no longer.
fn expired() -> Vec<Attack> {
    let now = now();
    let mut rows = all(
        "expired",
        "token_expired",
        [
            ("now", with("exp", &now.to_string())),
            ("a second ago", with("exp", &(now - 1).to_string())),
            ("a fraction ago", with("exp", &format!("{}.999", now - 1))),
            ("an hour ago", with("exp", &(now - 3600).to_string())),
            ("in minutes", with("exp", &(now / 60 + 60).to_string())),
            (
                "with an exponent, a second ago",
                with("exp", &format!("{}e-3", (now - 1) * 1000)),
            ),
        ],
    );
    rows.extend(values(
        "exp",
        "token_expired",
        [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "0e0",
            "-0e99",
            "1",
            "-1",
            "-1.5",
            "300",
            "2147483647e-9",
            "1e-400",
            "-1e-400",
            "5e-324",
            "-5e-324",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "-2147483648",
            "-2147483649",
            "-9007199254740992",
            "-9223372036854775808",
            "-9223372036854775809",
            "-18446744073709551616",
            "-1e300",
            "-1.7976931348623157e308",
            "0.00000000000000000000000000000000000000000001",
            "1000000000",
            "1e9",
            "1E+9",
        ],
    ));
    rows
}

/// Dates that no calendar has: in other units, or so large that arithmetic with them overflows.
fn impossible_expiries() -> Vec<Attack> {
    let now = now();
    let units = [now * 1_000, now * 1_000_000, now * 1_000_000_000].map(|exp| (exp + 1000).to_string());
    let mut rows = values("exp", "token_claim_invalid(exp)", units);
    rows.extend(values(
        "exp",
        "token_claim_invalid(exp)",
        [
            "253402300800",
            "253402300800.0",
            "253402300800.5",
            "1e12",
            "1e15",
            "4503599627370496",
            "9007199254740991",
            "9007199254740992",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "18446744073709551617",
            "340282366920938463463374607431768211456",
            "1e19",
            "1e20",
            "1e38",
            "1e39",
            "1e100",
            "1e308",
            "1.7976931348623157e308",
            "99999999999999999999999999999999999999999999999999999999999999999999999999999999",
        ],
    ));
    rows
}

/// Each claim that is a number, as anything else. What is no JSON at all is not the claim's fault alone.
fn no_numbers() -> Vec<Attack> {
    let values_of_other_types = |good: &str| {
        let fixed = [
            "null",
            "true",
            "false",
            r#""""#,
            r#"" ""#,
            r#""abc""#,
            r#""-1""#,
            r#""1e10""#,
            r#""Infinity""#,
            r#""NaN""#,
            r#""never""#,
            "[]",
            "{}",
            "[[]]",
            "[null]",
        ];
        let of_good = [
            format!(r#""{good}""#),
            format!(r#"" {good}""#),
            format!(r#""{good} ""#),
            format!(r#""+{good}""#),
            format!(r#""{good}.0""#),
            format!(r#""0x{good}""#),
            format!("[{good}]"),
            format!("[{good},{good}]"),
            format!(r#"{{"exp":{good}}}"#),
            format!(r#"{{"$gt":{good}}}"#),
            format!(r#"{{"$serde_json::private::Number":"{good}"}}"#),
            r#""2099-12-31T23:59:59Z""#.to_owned(),
        ];
        fixed.map(str::to_owned).into_iter().chain(of_good)
    };
    let no_json = [
        "1e400",
        "-1e400",
        "1e999999999",
        "1e99999999999999999999",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "01",
        "04102444800",
        "-04102444800",
        "+4102444800",
        "0x7fffffff",
        "0b1",
        "0o7",
        "4102444800.",
        ".5",
        "-.5",
        "-",
        "--1",
        "1e",
        "1e+",
        "1.e9",
        "4_102_444_800",
        "4,102,444,800.",
        "4102444800n",
        "4102444800L",
        "4102444800f",
        "4102444800 0",
        "１２３",
        "٤٢",
        "1/0",
        "2**40",
        "new Date()",
        "Date.now()",
        "4102444800;",
        "undefined",
        "'4102444800'",
        "4102444800\0",
        "4102444800\u{feff}",
    ];
    let mut rows = Vec::new();
    for (claim, refusal, good) in [
        ("exp", "token_claim_invalid(exp)", "4102444800"),
        ("nbf", "token_claim_invalid(nbf)", "0"),
        ("iat", "token_claim_invalid(iat)", "0"),
    ] {
        rows.extend(values(claim, refusal, values_of_other_types(good)));
        rows.extend(no_json.map(|json| {
            Attack::new(
                format!("{claim} no JSON: {}", json.escape_debug()),
                with(claim, json),
                "token_malformed",
            )
        }));
    }
    rows
}

fn early() -> Vec<Attack> {
    let soon = now() + 600;
    let times = [
        soon.to_string(),
        format!("{soon}.5"),
        format!("{soon}000e-3"),
        (soon * 1000).to_string(),
        "4102444800".to_owned(),
        "253402300800".to_owned(),
        "9007199254740993".to_owned(),
        "9223372036854775807".to_owned(),
        "9223372036854775808".to_owned(),
        "18446744073709551615".to_owned(),
        "18446744073709551616".to_owned(),
        "1e300".to_owned(),
        "1.7976931348623157e308".to_owned(),
    ];
    values("nbf", "token_not_yet_valid", times)
}

/// Decides nothing, but is handed to the application as a time.
fn issued() -> Vec<Attack> {
    let times = [
        "-1",
        "-0.5",
        "-5e-324",
        "-1e300",
        "253402300800",
        "1e12",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e300",
        "1.7976931348623157e308",
        "-9223372036854775809",
    ];
    values("iat", "token_claim_invalid(iat)", times)
}

/// Each claim that is a text, as anything else, and as texts that are none.
fn texts() -> Vec<Attack> {
    let mut rows = Vec::new();
    for (claim, refusal) in [
        ("iss", "token_claim_invalid(iss)"),
        ("sub", "token_claim_invalid(sub)"),
        ("did", "token_claim_invalid(did)"),
        ("ip", "token_claim_invalid(ip)"),
        ("arc", "token_claim_invalid(arc)"),
        ("pay", "token_claim_invalid(pay)"),
        ("ipk", "token_claim_invalid(ipk)"),
        ("mskid", "token_claim_invalid(mskid)"),
    ] {
        let with = |json: &str| {
            let payload = token::claims(&json!({ claim: null })).to_string();
            sign(HEADER, payload.replacen('{', &format!(r#"{{"{claim}":{json},"#), 1))
        };
        let other_types = [
            "null",
            "true",
            "false",
            "0",
            "1",
            "-1",
            "1.5",
            "1e300",
            "18446744073709551616",
            "[]",
            "{}",
            "[null]",
            r#"["a"]"#,
            r#"["a","b"]"#,
            r#"{"a":"b"}"#,
            r#"{"":""}"#,
            r#"{"$ne":null}"#,
            r#"{"toString":"a"}"#,
            "[97,98]",
        ];
        rows.extend(other_types.map(|json| Attack::new(format!("{claim}: {json}"), with(json), refusal)));
        let no_json = [
            r#""\ud800""#,
            r#""\udc00a""#,
            r#""\ud83d\ud83d""#,
            r#""\ud83d\u0041""#,
            "\"a\nb\"",
            "\"a\0b\"",
            r#""\x41""#,
            r#""\u004""#,
            r#""\u00g0""#,
            "'a'",
            "a",
            "\"a",
            "a\"",
            "\"\\\"",
        ];
        rows.extend(no_json.map(|json| {
            Attack::new(
                format!("{claim} no JSON: {}", json.escape_debug()),
                with(json),
                "token_malformed",
            )
        }));
    }
    rows
}

fn audiences() -> Vec<Attack> {
    let lists = [
        "null",
        "true",
        "0",
        "1",
        "1.5",
        "{}",
        r#"{"a":"b"}"#,
        r#"{"0":"a"}"#,
        "[null]",
        "[1]",
        "[true]",
        r#"["a",null]"#,
        r#"["a",1]"#,
        r#"[1,"a"]"#,
        r#"[["a"]]"#,
        r#"["a",["b"]]"#,
        r#"[{"a":"b"}]"#,
        "[[]]",
        "[{}]",
    ];
    let mut rows = values("aud", "token_claim_invalid(aud)", lists);
    let no_json = [
        r#""\ud800""#,
        r#"["\ud800"]"#,
        r#"["a",]"#,
        r#"["a""b"]"#,
        r#"["a""#,
        "'a'",
        "[a]",
    ];
    rows.extend(no_json.map(|json| {
        Attack::new(
            format!("aud no JSON: {}", json.escape_debug()),
            with("aud", json),
            "token_malformed",
        )
    }));
    rows
}

/// A claim beside its twin: the checker and the application must not each read another one.
fn twice() -> Vec<Attack> {
    let later = now() + 3600;
    let mut payloads = vec![
        format!(r#"{{"exp":{later},"exp":{later}}}"#),
        format!(r#"{{"exp":0,"exp":{later}}}"#),
        format!(r#"{{"exp":{later},"exp":0}}"#),
        format!(r#"{{"exp":{later},"\u0065xp":{later}}}"#),
        format!(r#"{{"ex\u0070":{later},"exp":0}}"#),
        format!(r#"{{"\u0065\u0078\u0070":{later},"exp":{later}}}"#),
        format!(r#"{{"exp":{later},"exp":null}}"#),
        format!(r#"{{"exp":{later},"exp":"never"}}"#),
    ];
    for (claim, one, other) in [
        ("nbf", "0", "4102444800"),
        ("iat", "0", "1"),
        ("iss", "\"a\"", "\"b\""),
        ("aud", "\"a\"", "[\"b\"]"),
        ("sub", "\"a\"", "\"b\""),
        ("did", "\"a\"", "\"b\""),
        ("ip", "\"a\"", "\"b\""),
        ("arc", "\"a\"", "\"b\""),
        ("pay", "\"a\"", "\"b\""),
        ("ipk", "\"a\"", "\"b\""),
        ("mskid", "\"a\"", "\"b\""),
        ("other", "\"a\"", "\"b\""),
        ("", "1", "2"),
    ] {
        let escape = |letter| format!("\\u{:04X}", u32::from(letter));
        let escaped = claim.chars().map(escape).collect::<Vec<_>>().concat();
        payloads.extend([
            format!(r#"{{"exp":{later},"{claim}":{one},"{claim}":{one}}}"#),
            format!(r#"{{"exp":{later},"{claim}":{one},"{claim}":{other}}}"#),
            format!(r#"{{"{claim}":{one},"exp":{later},"{claim}":null}}"#),
        ]);
        if !claim.is_empty() {
            payloads.push(format!(r#"{{"exp":{later},"{claim}":{one},"{escaped}":{other}}}"#));
            payloads.push(format!(r#"{{"exp":{later},"{escaped}":{one},"{claim}":{other}}}"#));
        }
    }
    all(
        "claim twice",
        "token_malformed",
        payloads
            .into_iter()
            .map(|payload| (payload.replace(&later.to_string(), "LATER"), sign(HEADER, payload))),
    )
}

/// Well-signed tokens of another issuer, or for another server.
pub(super) fn rows_for_an_issuer_and_an_audience() -> Vec<Attack> {
    let token = |iss: Value, aud: Value| {
        sign(
            HEADER,
            token::claims(&json!({ "exp": now() + 3600, "iss": iss, "aud": aud })).to_string(),
        )
    };
    let mut rows = Vec::new();
    for other in others(ISSUER) {
        rows.push(Attack::new(
            format!("issuer: {other}"),
            token(other, json!(AUDIENCE)),
            "token_issuer",
        ));
    }
    rows.push(Attack::new(
        "issuer: none",
        token(json!(null), json!(AUDIENCE)),
        "token_issuer",
    ));
    rows.push(Attack::new(
        "issuer: neither",
        token(json!(null), json!(null)),
        "token_issuer",
    ));
    rows.push(Attack::new(
        "issuer: swapped with the audience",
        token(json!(AUDIENCE), json!(ISSUER)),
        "token_issuer",
    ));

    let list = |audience: &Value| json!([audience, "x"]);
    for other in others(AUDIENCE) {
        rows.push(Attack::new(
            format!("audience: list of {other}"),
            token(json!(ISSUER), list(&other)),
            "token_audience",
        ));
        rows.push(Attack::new(
            format!("audience: {other}"),
            token(json!(ISSUER), other),
            "token_audience",
        ));
    }
    for (name, audience) in [
        ("none", json!(null)),
        ("empty list", json!([])),
        ("the issuer", json!(ISSUER)),
        ("letters", json!(AUDIENCE.chars().collect::<Vec<_>>())),
    ] {
        rows.push(Attack::new(
            format!("audience: {name}"),
            token(json!(ISSUER), audience),
            "token_audience",
        ));
    }
    for (claim, value, refusal) in [
        ("iss", json!([ISSUER]), "token_claim_invalid(iss)"),
        ("iss", json!({ "iss": ISSUER }), "token_claim_invalid(iss)"),
        ("aud", json!({ "aud": AUDIENCE }), "token_claim_invalid(aud)"),
        ("aud", json!([[AUDIENCE]]), "token_claim_invalid(aud)"),
        ("aud", json!([AUDIENCE, 1]), "token_claim_invalid(aud)"),
    ] {
        let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE });
        let name = format!("{claim} for an issuer and an audience: {value}");
        claims[claim] = value;
        rows.push(Attack::new(
            name,
            token(claims["iss"].take(), claims["aud"].take()),
            refusal,
        ));
    }
    rows
}

/// Texts that are almost this one.
fn others(text: &str) -> Vec<Value> {
    [
        String::new(),
        " ".to_owned(),
        "*".to_owned(),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}\0"),
        format!("{text}\n"),
        format!("{text}."),
        format!("{text}/"),
        format!("{text}.attacker.example"),
        format!("attacker.example/{text}"),
        format!("x.{text}"),
        format!("x{text}"),
        format!("https://{text}"),
        format!("{text},{text}"),
        format!("{text} x"),
        format!("[\"{text}\"]"),
        text.to_uppercase(),
        text.replace('.', "\u{3002}"),
        text.replace('a', "а"),
        text.replace('.', ""),
        text[1..].to_owned(),
        text[..text.len() - 1].to_owned(),
    ]
    .map(Value::from)
    .into()
}

pub(super) fn odd_but_good() -> Vec<(&'static str, String)> {
    let soon = now() + 3600;
    let with = |payload: String| sign(HEADER, payload);
    vec![
        ("nothing but exp", with(format!(r#"{{"exp":{soon}}}"#))),
        ("exp with a fraction", with(format!(r#"{{"exp":{soon}.891912}}"#))),
        ("exp with an exponent", with(format!(r#"{{"exp":{soon}000e-3}}"#))),
        ("the last exp", with(r#"{"exp":253402300799.9}"#.to_owned())),
        ("escaped name", with(format!(r#"{{"\u0065xp":{soon}}}"#))),
        ("nbf long ago", with(format!(r#"{{"exp":{soon},"nbf":-1e300}}"#))),
        ("nbf before 1970", with(format!(r#"{{"exp":{soon},"nbf":-0.0}}"#))),
        ("iat at the start", with(format!(r#"{{"exp":{soon},"iat":-0}}"#))),
        ("iat in the future", with(format!(r#"{{"exp":{soon},"iat":{soon}}}"#))),
        ("an empty audience", with(format!(r#"{{"exp":{soon},"aud":[]}}"#))),
        (
            "empty texts",
            with(format!(
                r#"{{"exp":{soon},"did":"","arc":"","ip":"","sub":"","iss":""}}"#
            )),
        ),
        (
            "texts of all kinds",
            with(format!(r#"{{"exp":{soon},"did":"\u0000\ud83d\ude00","arc":"é"}}"#)),
        ),
        (
            "twins in another object",
            with(format!(r#"{{"exp":{soon},"x":{{"exp":0,"exp":1}}}}"#)),
        ),
        ("white space", with(format!("\r\n\t {{ \"exp\"\n:\t{soon} }} "))),
        (
            "a number beyond all bounds that nobody reads",
            with(format!(r#"{{"exp":{soon},"x":1e400}}"#)),
        ),
    ]
}
