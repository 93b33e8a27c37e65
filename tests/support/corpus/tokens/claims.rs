//! Well-signed tokens that say the wrong thing: of Approov's own making, or of someone else who has the secret.

use serde_json::{Value, json};

use super::{AUDIENCE, Attack, HEADER, ISSUER, all, sign};
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
    let mut claims = json!({ "exp": now() + 3600 });
    claims[claim] = Value::Null;
    let payload = token::claims(&claims).to_string();
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

/// In place of a number, something else.
const NOT_A_NUMBER: [&str; 16] = [
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
    r#""2099-12-31T23:59:59Z""#,
];

/// In place of a number, what is no JSON, or no number that can be told.
const NO_JSON_NUMBER: [&str; 41] = [
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

/// Each claim that is a number, as anything else. What is no JSON at all is not the claim's fault alone.
fn no_numbers() -> Vec<Attack> {
    let mut rows = Vec::new();
    for (claim, refusal, good) in [
        ("exp", "token_claim_invalid(exp)", "4102444800"),
        ("nbf", "token_claim_invalid(nbf)", "0"),
        ("iat", "token_claim_invalid(iat)", "0"),
    ] {
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
        ];
        rows.extend(values(claim, refusal, of_good));
        rows.extend(values(claim, refusal, NOT_A_NUMBER));
        rows.extend(no_json(claim, NO_JSON_NUMBER));
    }
    rows
}

/// Rows for one claim whose value makes the whole payload no JSON.
fn no_json<const N: usize>(claim: &str, values: [&str; N]) -> Vec<Attack> {
    let row = |json: &str| {
        let name = format!("{claim} no JSON: {}", json.escape_debug());
        Attack::new(name, with(claim, json), "token_malformed")
    };
    values.into_iter().map(row).collect()
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

/// In place of a text, something else.
const NOT_A_TEXT: [&str; 19] = [
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

/// In place of a text, what is no JSON, or no text.
const NO_JSON_TEXT: [&str; 14] = [
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
        rows.extend(values(claim, refusal, NOT_A_TEXT));
        rows.extend(no_json(claim, NO_JSON_TEXT));
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
    rows.extend(no_json(
        "aud",
        [
            r#""\ud800""#,
            r#"["\ud800"]"#,
            r#"["a",]"#,
            r#"["a""b"]"#,
            r#"["a""#,
            "'a'",
            "[a]",
        ],
    ));
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
    [
        other_issuers(),
        other_audiences(),
        issuers_and_audiences_of_other_types(),
    ]
    .concat()
}

fn issued_for(iss: &Value, aud: &Value) -> String {
    let claims = token::claims(&json!({ "exp": now() + 3600, "iss": iss, "aud": aud }));
    sign(HEADER, claims.to_string())
}

fn other_issuers() -> Vec<Attack> {
    let audience = json!(AUDIENCE);
    let near = others(ISSUER)
        .into_iter()
        .map(|iss| (iss.to_string(), issued_for(&iss, &audience)));
    let far = [
        ("none", issued_for(&Value::Null, &audience)),
        ("neither", issued_for(&Value::Null, &Value::Null)),
        ("swapped with the audience", issued_for(&audience, &json!(ISSUER))),
    ];
    let far = far.map(|(name, token)| (name.to_owned(), token));
    all("issuer", "token_issuer", near.chain(far))
}

fn other_audiences() -> Vec<Attack> {
    let near = others(AUDIENCE).into_iter().flat_map(|aud| [json!([aud, "x"]), aud]);
    let letters: Vec<_> = AUDIENCE.chars().collect();
    let far = [Value::Null, json!([]), json!(ISSUER), json!(letters)];
    let row = |aud: Value| (aud.to_string(), issued_for(&json!(ISSUER), &aud));
    all("audience", "token_audience", near.chain(far).map(row))
}

fn issuers_and_audiences_of_other_types() -> Vec<Attack> {
    let (iss, aud) = (&json!(ISSUER), &json!(AUDIENCE));
    let issuers = [json!([ISSUER]), json!({ "iss": ISSUER }), json!(1), json!(true)];
    let audiences = [
        json!({ "aud": AUDIENCE }),
        json!([[AUDIENCE]]),
        json!([AUDIENCE, 1]),
        json!([AUDIENCE, null]),
    ];
    let of_issuer = issuers.map(|iss| (iss.to_string(), issued_for(&iss, aud)));
    let of_audience = audiences.map(|aud| (aud.to_string(), issued_for(iss, &aud)));
    [
        all("issuer of another type", "token_claim_invalid(iss)", of_issuer),
        all("audience of another type", "token_claim_invalid(aud)", of_audience),
    ]
    .concat()
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
