//! What is no token: other serialisations, segments that are not base64url, headers and payloads that are not one JSON
//! object, or not the same one to every parser. Headers and payloads are signed as they are spelt.

mod encoding;
mod json;

use super::{prelude::*, token_claim_invalid::TEXTS};

pub(super) fn rows(case: Case) -> Case {
    let signed = |header: &str| sign(header, payload());
    let without_signature = |alg: &str| {
        let token = signed(&json!({ "alg": alg }).to_string());
        token.rsplit_once('.').unwrap().0.to_owned()
    };
    let as_text = |signature: &str| of_good(&format!("{{h}}.{{p}}.{signature}"));
    let headers = json::spoilt(HEADER).into_iter();
    let payloads = json::spoilt(&payload()).into_iter();
    let case = case
        .tokens("segments", pairs(SEGMENTS, of_good))
        .tokens("serialisation", pairs(OTHER_SERIALISATIONS, of_good))
        .tokens("well signed", well_signed())
        .tokens("encoding", encoding::spelt())
        .tokens("header", headers.map(|(name, json)| (name, sign(json, payload()))))
        .tokens("payload", payloads.map(|(name, json)| (name, sign(HEADER, json))))
        .tokens("header twice", named(HEADERS_WITH_TWINS, signed))
        .tokens("alg without signature", named(NONE, without_signature))
        .tokens("signature text", named(AS_TEXT, as_text))
        .tokens("no token", named(NO_TOKENS, str::to_owned))
        .tokens("company", named(COMPANY, |cell| cell.replace("TOKEN", &good())))
        .tokens("bytes", bytes());
    let case = ["alg", "typ", "cty", "kid"].into_iter().fold(case, |case, member| {
        let with = |value: &str| signed(&format!(r#"{{"{member}":{value}}}"#));
        case.tokens(member, named(NO_TEXTS_OF_HEADERS, with))
    });
    passes(requests(claims(lists_by_other_signs(case))))
}

const SEGMENTS: &str = "header: {h} | payload: {p} | header, payload: {h}.{p} | header, signature: {h}.{s} | one dot: .
    two dots: .. | three dots: ... | five dots: ..... | no header: .{p}.{s} | a dot more before: .{h}.{p}.{s}
    a dot more behind: {h}.{p}.{s}. | a dot more after the header: {h}..{p}.{s}
    a dot more after the payload: {h}.{p}..{s} | two signatures: {h}.{p}.{s}.{s}
    two signatures, one empty: {h}.{p}..{s} | six: {h}.{p}.{s}.{h}.{p}.{s} | seven: {h}.{p}.{s}.{h}.{p}.{s}.
    separated by commas: {h},{p},{s} | separated by spaces: {h} {p} {s} | separated by %2E: {h}%2E{p}%2E{s}
    separated by dots and spaces: {h}. {p}. {s} | separated by another dot: {h}\u{2024}{p}\u{2024}{s}
    separated by ideographic full stops: {h}\u{3002}{p}\u{3002}{s} | payload first: {s}.{h}.{p}
    separated by line breaks and dots: {h}.␍␊{p}.␍␊{s} | 1000 dots: {0x2e ×1000}
    a token and many dots: {h}.{p}.{s}{0x2e ×2000}";

/// RFC 7515, section 7.2, and what parsers of both forms were once deceived with: CVE-2022-39227.
const OTHER_SERIALISATIONS: &str = r#"flattened: {"payload":"{p}","protected":"{h}","signature":"{s}"}
    general: {"payload":"{p}","signatures":[{"protected":"{h}","signature":"{s}"}]}
    unprotected header: {"header":{"alg":"none"},"payload":"{p}","signature":""}
    JSON and compact at once: {"  {h}.{p}.":"","payload":"{p}","protected":"{h}","signature":"{s}"}
    a list of tokens: ["{h}.{p}.{s}"] | a JSON string: "{h}.{p}.{s}" | not encoded: {header}.{payload}.{s}
    PASETO: v2.local.97TTOvgwIxNGvV80XKiGZg_kD3tsXM_-qB4dZGHOeN1cTkgQ4Pn | SWT: exp=4102444800&HMACSHA256=AAAA
    Fernet: gAAAAABh0jHLzXq9tT7CbkSVQx0d8sPq3zDc4mDc2bGm0VwvVtQ==
    a certificate: -----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----"#;

/// Much work for a careless parser, a token in a token, and nothing at all.
fn well_signed() -> [(&'static str, String); 14] {
    let header = |more: &str| sign(format!(r#"{{"alg":"HS256"{more}}}"#), payload());
    let claims = |more: &str| with_payload(&format!(r#"{{"exp":4102444800{more}}}"#));
    [
        ("no payload", sign(HEADER, "")),
        ("no header", sign("", payload())),
        ("nothing", sign("", "")),
        ("a token as payload", sign(r#"{"alg":"HS256","cty":"JWT"}"#, good())),
        ("a token as header", sign(good(), payload())),
        ("brackets as header", sign("[".repeat(3000), payload())),
        ("lists in a list as header", sign(deep(1500), payload())),
        ("33 members in the header", header(&members(32))),
        ("kid as a deep list", header(&format!(r#","kid":{}"#, deep(1500)))),
        ("brackets as payload", with_payload(&"[".repeat(5000))),
        ("lists in a list as payload", with_payload(&deep(2500))),
        ("a claim without end", claims(&format!(r#","x":{}"#, "[".repeat(5000)))),
        ("many claims, and one twice", claims(&(members(500) + r#","0":0"#))),
        ("a claim with 700 names that are one", claims(&r#","x":0"#.repeat(700))),
    ]
}

const NO_TEXTS_OF_HEADERS: &str =
    r#"null | 1 | 0 | -1 | 1.5 | true | false | [] | {} | ["HS256"] | [["HS256"]] | {"HS256":1} | {"$eq":"HS256"}"#;

const HEADERS_WITH_TWINS: &str = r#"
    {"alg":"HS256","alg":"HS256"} | {"alg":"HS256","alg":"none"} | {"alg":"none","alg":"HS256"}
    {"alg":"HS256","\u0061lg":"none"} | {"al\u0067":"none","alg":"HS256"} | {"alg":"HS256","alg":null}
    {"alg":"HS256","typ":"JWT","typ":"JWT"} | {"alg":"HS256","kid":"a","kid":"b"}
    {"alg":"HS256","\u006bid":"a","kid":"b"} | {"alg":"HS256","crit":[],"crit":["exp"]}
    {"alg":"HS256","b64":true,"b64":false} | {"alg":"HS256","jwk":{},"jwk":{}} | {"alg":"HS256","kid":"\ud800"}
    {"alg":"HS256\udfff"} | {"alg":"HS256","typ":"\ud83d\u0041"}
"#;

const AS_TEXT: &str = r#"undefined | false | "" | "{s}" | ␠. | [] | A | *"#;

/// Almost status words, what a broken client makes of an absent value, and what scanners send everywhere.
const NO_TOKENS: &str = r#"
    no_network | No_Network | NO-NETWORK | NO NETWORK | NO_NETWORK. | NO_NETWORK,NO_NETWORK | NO_NETWORK NO_NETWORK
    "NO_NETWORK" | SUCCESS: | SUCCESS.SUCCESS.SUCCESS | Bearer Bearer SUCCESS | OK | null | undefined | None | nil
    true | false | 0 | 1 | -1 | NaN | [object Object] | (null) | {} | [] | "" | '' | * | %00 | %2e%2e%2f
    ../../../../etc/passwd | ' OR '1'='1 | " OR ""=" | 1; DROP TABLE tokens; -- | ${jndi:ldap://127.0.0.1/a} | {{7*7}}
    <script>alert(1)</script> | <!--#exec cmd="id"--> | $(id) | `id` | () { :; }; id | %s%s%s%n | token | Approov
    Approov-Token
"#;

/// A good token in the wrong company.
const COMPANY: &str = "
    Basic TOKEN | Digest TOKEN | Token TOKEN | JWT TOKEN | DPoP TOKEN | Approov TOKEN | Bearer: TOKEN | Bearer:TOKEN
    Bearer=TOKEN | Bearer,TOKEN | Bearer, TOKEN | Bearer⇥TOKEN | BearerTOKEN | Bearer.TOKEN | Bearer\u{a0}TOKEN
    Bearer \u{a0}TOKEN | Bearer Bearer TOKEN | Bearer bearer TOKEN | Bearer Bearer Bearer TOKEN | Bearer Basic TOKEN
    Basic Bearer TOKEN | Bearers TOKEN | earer TOKEN | B earer TOKEN | Ｂearer TOKEN | Beаrer TOKEN
    Bearer token=TOKEN | Bearer token=\"TOKEN\" | Bearer \"TOKEN\" | Bearer <TOKEN> | \"TOKEN\" | 'TOKEN' | `TOKEN`
    <TOKEN> | (TOKEN) | [TOKEN] | {TOKEN} | :TOKEN: | token=TOKEN | Approov-Token: TOKEN | TOKEN Bearer
    TOKEN; Bearer | TOKEN# | TOKEN? | TOKEN& | TOKEN/ | TOKEN\\ | TOKEN%00 | TOKEN%20 | TOKEN%0d%0a | TOKEN+ | TOKEN~
    TOKEN;q=1 | TOKEN;v=2 | =?utf-8?q?TOKEN?= | UTF-8''TOKEN
";

/// A token and a word, or two tokens, by what a proxy joins them with, and by what it does not: only commas join lines.
fn lists_by_other_signs(case: Case) -> Case {
    const WITH_WORDS: &str = "{good}¦NO_NETWORK | NO_NETWORK¦{good} | {good}¦null";
    let signs = cells(", | ,␠ | ␠, | ; | ;␠ | ␠ | ⇥ | ␠␠ | ¦ | & | + | \\ | \u{a0}");
    let case = signs.into_iter().fold(case, |case, by| {
        let by = by.replace('¦', "|");
        let case = case.tokens(&format!("list by {by:?}"), lists(WITH_WORDS, &by));
        if by.contains(',') {
            return case;
        }
        case.tokens(&format!("list by {by:?}"), lists(LISTS, &by))
    });
    case.tokens("list", lists("{good}, | ,{good} | {good}; | ;{good}", ""))
}

/// Bytes that are no text, text that only looks like the token's, and control characters, with which HTTP does not get
/// that far.
fn bytes() -> Vec<(String, Vec<u8>)> {
    let bytes = hex("80 ff fffe c080 c3 e9 eda080 f5808080 00 01 08 0b 0c 1b5b33316d 1f 7f 0d 0a 0d0a");
    let letters = cells("é | \u{a0} | \u{ad} | \u{200b} | \u{202e} | \u{2028} | \u{3000} | \u{feff} | 😀 | \u{e0001}");
    let good = good().into_bytes();
    let all = bytes.into_iter().chain(letters.into_iter().map(String::into_bytes));
    let places = all.flat_map(|bytes| {
        let name = bytes.escape_ascii().to_string();
        let with = |place| [&good[..place], &bytes, &good[place..]].concat();
        let places = [
            ("before", with(0)),
            ("within", with(20)),
            ("behind", with(good.len())),
            ("alone", bytes),
        ];
        places.map(|(place, value)| (format!("{name} {place}"), value))
    });
    places.collect()
}

/// Claims whose values make the whole payload no JSON, which is not the claim's fault alone; and a claim beside its
/// twin: the checker and the application must not each read another one.
fn claims(case: Case) -> Case {
    let later = (now() + 3600).to_string();
    let of_later = |json: &str| with_payload(&json.replace("LATER", &later));
    let case = case.tokens("claim twice", named(EXPIRIES, of_later));
    let numbers = ["exp", "nbf", "iat"].map(|claim| (claim, NO_NUMBERS, "1", "0"));
    let texts = TEXTS.map(|claim| (claim, NO_TEXTS, r#""a""#, r#""b""#));
    let others = [("aud", NO_LISTS, r#""a""#, r#"["b"]"#), ("other", "∅", "1", "2")];
    let claims = numbers.into_iter().chain(texts).chain(others);
    claims.fold(case, |case, (claim, no_json, one, other)| {
        let escaped = format!("\\u{:04X}{}", claim.as_bytes()[0], &claim[1..]);
        let values = [
            ("c", claim),
            ("e", &escaped),
            ("1", one),
            ("2", other),
            ("later", &later),
        ];
        case.tokens(claim, named(no_json, |json| with_claim(claim, json)))
            .tokens(claim, named(TWINS, |json| with_payload(&filled_text(json, &values))))
    })
}

const EXPIRIES: &str = r#"
    {"exp":LATER,"exp":LATER} | {"exp":0,"exp":LATER} | {"exp":LATER,"exp":0} | {"exp":LATER,"\u0065xp":LATER}
    {"ex\u0070":LATER,"exp":0} | {"exp":LATER,"exp":null} | {"exp":LATER,"exp":"never"}
"#;

const TWINS: &str = r#"
    {"exp":{later},"{c}":{1},"{c}":{1}} | {"exp":{later},"{c}":{1},"{c}":{2}} | {"{c}":{1},"exp":{later},"{c}":null}
    {"exp":{later},"{c}":{1},"{e}":{2}} | {"exp":{later},"{e}":{1},"{c}":{2}}
"#;

const NO_NUMBERS: &str = "
    1e400 | -1e400 | 1e999999999 | 1e99999999999999999999 | NaN | nan | Infinity | -Infinity | inf | 01 | 04102444800
    -04102444800 | +4102444800 | 0x7fffffff | 0b1 | 0o7 | 4102444800. | .5 | -.5 | - | --1 | 1e | 1e+ | 1.e9
    4_102_444_800 | 4,102,444,800. | 4102444800n | 4102444800L | 4102444800f | 4102444800 0 | １２３ | ٤٢ | 1/0 | 2**40
    new Date() | Date.now() | 4102444800; | undefined | '4102444800' | 4102444800␀ | 4102444800\u{feff}
";

const NO_TEXTS: &str = r#"
    "\ud800" | "\udc00a" | "\ud83d\ud83d" | "\ud83d\u0041" | "a␊b" | "a␀b" | "\x41" | "\u004" | "\u00g0" | 'a' | a
    "a | a" | "\"
"#;

const NO_LISTS: &str = r#""\ud800" | ["\ud800"] | ["a",] | ["a""b"] | ["a" | 'a' | [a]"#;

/// Where `Authorization` is the token header, what belongs to others is there as well. Where tokens are bound, one may
/// be bound twice.
fn requests(case: Case) -> Case {
    let good = good();
    let basic = STANDARD.encode(format!("user:{good}"));
    let others = "Basic dXNlcjpwYXNzd29yZA== | Basic {basic} | Basic {good} | Digest username=\"a\", response=\"b\"
        Negotiate YII= | Bearer token=\"{good}\" | Bearer 2YotnFZFEjr1zCsicMWpAA | Bearer Bearer {good}";
    let other = |value: &str| user(filled_text(value, &[("basic", &basic), ("good", &good)]));
    let pay = STANDARD.encode(hash(USER));
    let with = |members: &str| with_members(&members.replace("GOOD", &pay), user(USER));
    let twins = r#""pay":"a","pay":"GOOD" | "pay":"GOOD","p\u0061y":"GOOD""#;
    case.at([Authorization])
        .lines("Authorization", named(others, other))
        .at([Bound, Lenient])
        .lines("bound by", named(twins, with))
}

fn passes(case: Case) -> Case {
    let with = |claims: &str| with_payload(&format!(r#"{{"exp":4102444800{claims}}}"#));
    let good_ones = [
        (
            "white space in the header",
            sign(" {\t\"alg\" :\r\n\"HS256\" } \n", payload()),
        ),
        ("white space", with_payload("\r\n\t { \"exp\"\n:\t4102444800 } ")),
        ("a deep claim", with(&format!(r#","x":{}"#, deep(2500)))),
        ("many claims", with(&members(500))),
        (
            "32 members in the header",
            sign(format!(r#"{{"alg":"HS256"{}}}"#, members(31)), payload()),
        ),
        ("twins in another object", with(r#","x":{"exp":0,"exp":1}"#)),
        ("a number beyond all bounds that nobody reads", with(r#","x":1e400"#)),
    ];
    case.at([Secret]).passes().tokens("good", good_ones)
}
