//! What is no token: other serialisations, segments that are not base64url, headers and payloads that are not one JSON
//! object, or not the same one to every parser. Headers and payloads are signed as they are spelt.

mod encoding;
mod json;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json as value;

use super::{
    Case,
    Server::{Authorization, Bound, Lenient, Secret, Unbound},
    make::{
        HEADER, MAX_LENGTH, USER, deep, encode, good, hash, header_with, members, of_good, payload, sign,
        spellings_of_none, user, with_claim, with_members, with_payload,
    },
    token_claim_invalid::TEXTS,
    token_repeated::lists,
};
use crate::{
    tables::{cells, hex, named, pairs},
    token::now,
};

pub(super) fn rows(case: Case) -> Case {
    let without_signature = |alg: String| {
        let token = sign(value!({ "alg": alg }).to_string(), payload());
        let (message, _) = token.rsplit_once('.').unwrap();
        (format!("{alg:?} without signature"), message.to_owned())
    };
    let headers = json::spoilt(HEADER).into_iter();
    let payloads = json::spoilt(&payload()).into_iter();
    let case = case
        .kind("segments")
        .tokens(pairs(SEGMENTS, of_good))
        .tokens(segments())
        .kind("serialisation")
        .tokens(pairs(OTHER_SERIALISATIONS, of_good))
        .tokens([
            ("flattened in base64url", encode(of_good(FLATTENED))),
            ("a whole token in base64url", encode(good())),
        ])
        .kind("nested")
        .tokens(nested())
        .kind("not supported")
        .tokens(unsupported())
        .kind("size")
        .tokens([("as long as allowed, and no token", "A".repeat(MAX_LENGTH))])
        .kind("bomb")
        .tokens(bombs())
        .kind("encoding")
        .tokens(encoding::spelt())
        .kind("trailing bits")
        .tokens(encoding::trailing_bits())
        .kind("JSON: header")
        .tokens(headers.map(|(name, json)| (name, sign(json, payload()))))
        .kind("JSON: payload")
        .tokens(payloads.map(|(name, json)| (name, sign(HEADER, json))))
        .kind("header type")
        .tokens(header_types())
        .kind("header twice")
        .tokens(named(HEADERS_WITH_TWINS, |header| sign(header, payload())))
        .kind("alg")
        .tokens(spellings_of_none().into_iter().map(without_signature))
        .kind("signature text")
        .tokens(pairs(AS_TEXT, |signature| of_good(&format!("{{h}}.{{p}}.{signature}"))))
        .kind("claim twice")
        .tokens(claims_with_twins())
        .kind("no token")
        .tokens(named(NO_TOKENS, str::to_owned))
        .kind("company")
        .tokens(named(COMPANY, |cell| cell.replace("TOKEN", &good())))
        .kind("list")
        .tokens(joined())
        .kind("bytes")
        .tokens(bytes());
    passes(bound(of_others(no_json(case))))
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

fn segments() -> [(&'static str, String); 4] {
    [
        ("as many dots as fit", ".".repeat(MAX_LENGTH)),
        ("a signed token without payload", sign(HEADER, "")),
        ("a signed token of nothing", sign("", "")),
        ("a signed token without header", sign("", payload())),
    ]
}

const FLATTENED: &str = r#"{"payload":"{p}","protected":"{h}","signature":"{s}"}"#;

/// RFC 7515, section 7.2, and what parsers of both forms were once deceived with: CVE-2022-39227.
const OTHER_SERIALISATIONS: &str = r#"flattened: {"payload":"{p}","protected":"{h}","signature":"{s}"}
    general: {"payload":"{p}","signatures":[{"protected":"{h}","signature":"{s}"}]}
    unprotected header: {"header":{"alg":"none"},"payload":"{p}","signature":""}
    JSON and compact at once: {"  {h}.{p}.":"","payload":"{p}","protected":"{h}","signature":"{s}"}
    a list of tokens: ["{h}.{p}.{s}"] | a JSON string: "{h}.{p}.{s}" | not encoded: {header}.{payload}.{s}
    PASETO: v2.local.97TTOvgwIxNGvV80XKiGZg_kD3tsXM_-qB4dZGHOeN1cTkgQ4Pn | SWT: exp=4102444800&HMACSHA256=AAAA
    Fernet: gAAAAABh0jHLzXq9tT7CbkSVQx0d8sPq3zDc4mDc2bGm0VwvVtQ==
    a certificate: -----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----"#;

/// A token in a token, each well signed.
fn nested() -> [(&'static str, String); 5] {
    let as_token = |payload: String| sign(header_with(r#""cty":"JWT""#), payload);
    [
        ("a token as payload", as_token(good())),
        ("a token as payload, not said", sign(HEADER, good())),
        ("a token as payload, in a string", as_token(value!(good()).to_string())),
        ("a token as header", sign(good(), payload())),
        ("an encrypted token as payload", as_token("a.b.c.d.e".to_owned())),
    ]
}

/// Well signed, and the payload is as the header says: nobody looks there.
fn unsupported() -> [(&'static str, String); 4] {
    let rows: [(_, _, &[u8]); 4] = [
        // `{}` with DEFLATE.
        ("compressed", r#""zip":"DEF""#, &[0xab, 0xae, 0x05, 0x00]),
        ("encrypted", r#""enc":"A256GCM""#, &[0x99; 40]),
        ("CBOR", r#""cty":"application/cbor""#, b"\xa1cexp\x1a\xf4\x86\x57\x00"),
        ("events", r#""typ":"secevent+jwt""#, b"[{\"exp\":4102444800}]"),
    ];
    rows.map(|(name, member, payload)| (name, sign(header_with(member), payload)))
}

/// Much work for a careless parser.
fn bombs() -> [(&'static str, String); 11] {
    let header = |more: &str| sign(format!(r#"{{"alg":"HS256"{more}}}"#), payload());
    let claims = |more: &str| with_payload(&format!(r#"{{"exp":4102444800{more}}}"#));
    [
        ("brackets as header", sign("[".repeat(3000), payload())),
        ("braces as header", sign("{\"a\":".repeat(1000), payload())),
        ("lists in a list as header", sign(deep(1500), payload())),
        ("33 members in the header", header(&members(32))),
        ("601 members in the header", header(&members(600))),
        ("kid as a deep list", header(&format!(r#","kid":{}"#, deep(1500)))),
        ("brackets as payload", with_payload(&"[".repeat(5000))),
        ("lists in a list as payload", with_payload(&deep(2500))),
        (
            "a deep claim without end",
            claims(&format!(r#","x":{}"#, "[".repeat(5000))),
        ),
        ("many claims, and one twice", claims(&(members(500) + r#","0":0"#))),
        ("a claim with 1000 names that are one", claims(&r#","x":0"#.repeat(700))),
    ]
}

fn header_types() -> Vec<(String, String)> {
    let values =
        r#"null | 1 | 0 | -1 | 1.5 | true | false | [] | {} | ["HS256"] | [["HS256"]] | {"HS256":1} | {"$eq":"HS256"}"#;
    let members = [
        r#""alg""#,
        r#""alg":"HS256","typ""#,
        r#""alg":"HS256","cty""#,
        r#""alg":"HS256","kid""#,
    ];
    let of = |member| named(values, |value| sign(format!("{{{member}:{value}}}"), payload())).into_iter();
    members
        .into_iter()
        .flat_map(|member| of(member).map(move |(value, token)| (format!("{member}:{value}"), token)))
        .collect()
}

const HEADERS_WITH_TWINS: &str = r#"
    {"alg":"HS256","alg":"HS256"} | {"alg":"HS256","alg":"none"} | {"alg":"none","alg":"HS256"}
    {"alg":"HS256","\u0061lg":"none"} | {"al\u0067":"none","alg":"HS256"} | {"alg":"HS256","alg":null}
    {"alg":"HS256","typ":"JWT","typ":"JWT"} | {"alg":"HS256","kid":"a","kid":"b"}
    {"alg":"HS256","\u006bid":"a","kid":"b"} | {"alg":"HS256","crit":[],"crit":["exp"]}
    {"alg":"HS256","b64":true,"b64":false} | {"alg":"HS256","jwk":{},"jwk":{}} | {"alg":"HS256","kid":"\ud800"}
    {"alg":"HS256\udfff"} | {"alg":"HS256","typ":"\ud83d\u0041"}
"#;

const AS_TEXT: &str = r#"undefined: undefined | false: false | a quote: "" | a JSON string: "{s}" | a space: ␠.
    a bracket: [] | a byte in half a letter: A | a star: *"#;

/// A claim beside its twin: the checker and the application must not each read another one.
fn claims_with_twins() -> Vec<(String, String)> {
    let mut payloads = cells(
        r#"{"exp":LATER,"exp":LATER} | {"exp":0,"exp":LATER} | {"exp":LATER,"exp":0} | {"exp":LATER,"\u0065xp":LATER}
        {"ex\u0070":LATER,"exp":0} | {"\u0065\u0078\u0070":LATER,"exp":LATER} | {"exp":LATER,"exp":null}
        {"exp":LATER,"exp":"never"}"#,
    );
    let texts = TEXTS
        .into_iter()
        .chain(["other"])
        .map(|claim| (claim, r#""a""#, r#""b""#));
    let others = [
        ("nbf", "0", "4102444800"),
        ("iat", "0", "1"),
        ("aud", r#""a""#, r#"["b"]"#),
        ("", "1", "2"),
    ];
    for (claim, one, other) in texts.chain(others) {
        let escaped = claim.chars().map(|letter| format!("\\u{:04X}", u32::from(letter)));
        let escaped = escaped.collect::<Vec<_>>().concat();
        payloads.extend([
            format!(r#"{{"exp":LATER,"{claim}":{one},"{claim}":{one}}}"#),
            format!(r#"{{"exp":LATER,"{claim}":{one},"{claim}":{other}}}"#),
            format!(r#"{{"{claim}":{one},"exp":LATER,"{claim}":null}}"#),
        ]);
        if !claim.is_empty() {
            payloads.push(format!(r#"{{"exp":LATER,"{claim}":{one},"{escaped}":{other}}}"#));
            payloads.push(format!(r#"{{"exp":LATER,"{escaped}":{one},"{claim}":{other}}}"#));
        }
    }
    let later = (now() + 3600).to_string();
    let token = |payload: String| (payload.clone(), with_payload(&payload.replace("LATER", &later)));
    payloads.into_iter().map(token).collect()
}

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

/// A token and something else, or two, by what a proxy joins them with, and by what it does not.
fn joined() -> Vec<(String, String)> {
    let good = good();
    let mut rows = Vec::new();
    for by in cells(", | ,␠ | ␠, | ; | ;␠ | ␠ | ⇥ | ␠␠ | ¦ | & | + | \\ | \u{a0}") {
        let by = by.replace('¦', "|");
        let mut add = |row: &str| rows.push((row.replace(&by, &format!("{by:?}")), row.replace("good", &good)));
        for row in ["good{}NO_NETWORK", "NO_NETWORK{}good", "good{}null"] {
            add(&row.replace("{}", &by));
        }
        if [",", ";", "|"].contains(&&*by) {
            add(&format!("good{by}"));
            add(&format!("{by}good"));
        }
        if !by.contains(',') {
            rows.extend(lists(&by));
        }
    }
    rows
}

/// Bytes that are no text, text that only looks like the token's, and control characters, with which HTTP does not get
/// that far.
fn bytes() -> Vec<(String, Vec<u8>)> {
    let bytes = hex("80 ff fffe c080 c3 e9 eda080 f5808080 00 01 08 0b 0c 1b5b33316d 1f 7f 0d 0a 0d0a");
    let letters = "é\u{a0}\u{ad}\u{200b}\u{202e}\u{2028}\u{3000}\u{feff}😀\u{e0001}".chars();
    let letters = letters.map(|letter| letter.to_string().into_bytes());
    let good = good().into_bytes();
    let mut rows = Vec::new();
    for bytes in bytes.into_iter().chain(letters) {
        let name = bytes.escape_ascii();
        for (place, at) in [("before", 0), ("within", 20), ("after", good.len())] {
            let value = [&good[..at], &bytes, &good[at..]].concat();
            rows.push((format!("{name} {place}"), value));
        }
        rows.push((format!("{name} alone"), bytes.clone()));
    }
    rows
}

/// Claims whose values make the whole payload no JSON, which is not the claim's fault alone.
fn no_json(case: Case) -> Case {
    let numbers = ["exp", "nbf", "iat"].map(|claim| (claim, NO_NUMBERS));
    let tables = numbers.into_iter().chain(TEXTS.map(|claim| (claim, NO_TEXTS)));
    tables.chain([("aud", NO_LISTS)]).fold(case, |case, (claim, table)| {
        let rows = named(table, |json| with_claim(claim, json)).into_iter();
        case.kind(&format!("{claim} no JSON"))
            .tokens(rows.map(|(json, token)| (json.escape_debug().to_string(), token)))
    })
}

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

/// Where `Authorization` is the token header, what belongs to others is there as well.
fn of_others(case: Case) -> Case {
    let good = good();
    let basic = STANDARD.encode(format!("user:{good}"));
    let table = r#"Basic: Basic dXNlcjpwYXNzd29yZA== | Basic, with the token as password: Basic {basic}
        Basic and the token: Basic {good} | Digest: Digest username="a", response="b" | Negotiate: Negotiate YII=
        a parameter: Bearer token="{good}" | an opaque token: Bearer 2YotnFZFEjr1zCsicMWpAA
        two schemes: Bearer Bearer {good}"#;
    let filled = |value: &str| value.replace("{basic}", &basic).replace("{good}", &good);
    case.at([Authorization])
        .kind("Authorization")
        .lines(pairs(table, |value| user(filled(value))))
}

fn bound(case: Case) -> Case {
    let good = STANDARD.encode(hash(USER));
    let twins = r#"twice, one good: "pay":"a","pay":"{}" | twice, in two spellings: "pay":"{}","p\u0061y":"{}""#;
    let with = |members: &str| with_members(&members.replace("{}", &good), user(USER));
    case.at([Bound, Lenient, Unbound])
        .kind("bound by")
        .lines(pairs(twins, with))
}

fn passes(case: Case) -> Case {
    let soon = now() + 3600;
    let with = |claims: &str| with_payload(&format!(r#"{{"exp":{soon}{claims}}}"#));
    let spaced = format!("\r\n\t {{ \"exp\"\n:\t{soon} }} ");
    let header = format!(r#"{{"alg":"HS256"{}}}"#, members(31));
    case.passes().at([Secret]).tokens([
        (
            "white space in the header",
            sign(" {\t\"alg\" :\r\n\"HS256\" } \n", payload()),
        ),
        ("white space", with_payload(&spaced)),
        ("a deep claim", with(&format!(r#","x":{}"#, deep(2500)))),
        ("many claims", with(&members(500))),
        ("32 members in the header", sign(header, payload())),
        ("twins in another object", with(r#","x":{"exp":0,"exp":1}"#)),
        ("a number beyond all bounds that nobody reads", with(r#","x":1e400"#)),
    ])
}
