//! Requests without the token header, wherever else a good token may be.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    Case,
    Server::{Authorization, Bound, Lenient, Secret, Unbound},
    make::{USER, lines, named, rest, token_line, user},
};
use crate::token;

pub(super) fn rows(case: Case) -> Case {
    let good = token::good();
    let case = case
        .lines("elsewhere", in_other_headers(&good))
        .rest("elsewhere", in_the_query(&good))
        .lines("name", named(NAMES, |name| format!("{name}: {good}\r\n")))
        .rest("body", in_the_body(&good))
        .lines(
            "company",
            named(COMPANIONS, |line| format!("{line}\r\n"))
                .into_iter()
                .map(|(line, header)| (format!("{line} alone"), header)),
        )
        .at([Authorization])
        .lines(
            "Authorization",
            [
                ("the default name", token_line(&good)),
                ("Proxy-Authorization", format!("Proxy-Authorization: Bearer {good}\r\n")),
                ("WWW-Authenticate", format!("WWW-Authenticate: Bearer {good}\r\n")),
            ],
        )
        .at([Bound, Lenient, Unbound])
        .lines(
            "bound but absent",
            [
                ("right", user(USER)),
                ("the token in its place", user(format!("Bearer {good}"))),
            ],
        )
        .not_http()
        .at([Secret])
        .lines("forbidden", unwritable(&good));
    passes(case, &good)
}

/// A good token in every other header that someone might look at.
fn in_other_headers(good: &str) -> Vec<(String, String)> {
    let table = r#"Authorization: Authorization: Bearer {}
        Authorization without scheme: Authorization: {}
        Authorization of Approov: Authorization: Approov {}
        Proxy-Authorization: Proxy-Authorization: Bearer {}
        Cookie: Cookie: Approov-Token={}
        Cookie, quoted: Cookie: a=b; approov_token="{}"
        Cookie2: Cookie2: Approov-Token={}
        Forwarded: Forwarded: for=127.0.0.1;approov-token={}
        X-Forwarded-Approov-Token: X-Forwarded-Approov-Token: {}
        X-Original-Approov-Token: X-Original-Approov-Token: {}
        X-HTTP-Header-Override: X-HTTP-Header-Override: Approov-Token={}
        Referer: Referer: http://localhost/?Approov-Token={}
        Sec-WebSocket-Protocol: Sec-WebSocket-Protocol: approov-token, {}
        another header's value: X-Other: Approov-Token: {}
        Trailer: Trailer: Approov-Token"#;
    let row = |line: &str| {
        let (name, header) = line.trim_start().split_once(": ").unwrap();
        (name.to_owned(), header.replace("{}", good) + "\r\n")
    };
    table
        .lines()
        .map(row)
        .chain([("nowhere".to_owned(), String::new())])
        .collect()
}

fn in_the_query(good: &str) -> [(&'static str, Vec<u8>); 5] {
    [
        ("query", format!("?Approov-Token={good}")),
        ("query in lower case", format!("?approov-token={good}")),
        ("query as access_token", format!("?access_token={good}")),
        ("query with a line end", format!("?a%0d%0aApproov-Token:%20{good}")),
        ("parameter of the path in the query", format!("?;Approov-Token={good}")),
    ]
    .map(|(name, query)| (name, rest(&query, "")))
}

/// Other headers, however alike: CGI and some proxies take an underscore for a hyphen.
const NAMES: &str = "
    Approov_Token | APPROOV_TOKEN | HTTP_APPROOV_TOKEN | HTTP-Approov-Token | X-Approov-Token | ApproovToken | Approov
    Token | Approov-Tokens | Approov-Toke | pproov-Token | Approov--Token | -Approov-Token | Approov-Token-
    Approov-Token2 | Approov.Token | Approov~Token | Approov+Token | Approov%2DToken | Approov|Token | 'Approov-Token'
    Approov-Token* | Approov-T0ken
";

/// Headers that change what others mean to a proxy, or to a framework that believes them.
pub(super) const COMPANIONS: &str = "
    Connection: Approov-Token | Connection: close, approov-token | Connection: Authorization
    X-HTTP-Method-Override: OPTIONS | X-Forwarded-For: 127.0.0.1 | X-Real-IP: 127.0.0.1 | X-Original-URL: /health
    X-Rewrite-URL: /health | X-Forwarded-Prefix: /health | Forwarded: for=127.0.0.1;proto=https | Origin: null
    Access-Control-Request-Method: GET | Upgrade: websocket | Upgrade: h2c | Expect: 200-ok | Max-Forwards: 0
    Content-Encoding: gzip | Accept-Encoding: *;q=0 | Range: bytes=0-0 | If-None-Match: *
    Sec-Fetch-Site: same-origin | User-Agent:␠ | X-Approov-Verified: true | Approov-Token-Valid: true
";

/// A body is not looked at, nor what follows it.
fn in_the_body(good: &str) -> [(&'static str, Vec<u8>); 8] {
    let length = |kind: &str, body: &str| {
        let head = lines(format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()));
        [head, body.into()].concat()
    };
    let line = token_line(good);
    let part =
        format!("--b\r\nContent-Disposition: form-data; name=\"Approov-Token\"\r\n{line}\r\n{good}\r\n--b--\r\n");
    [
        (
            "form",
            length("application/x-www-form-urlencoded", &format!("Approov-Token={good}")),
        ),
        (
            "JSON",
            length("application/json", &json!({ "Approov-Token": good }).to_string()),
        ),
        ("text", length("text/plain", good)),
        ("a header", length("message/http", &format!("{line}\r\n"))),
        ("part of a form", length("multipart/form-data; boundary=b", &part)),
        ("trailer", with_trailer("", &line)),
        (
            "announced trailer",
            with_trailer("Trailer: Approov-Token\r\nTE: trailers\r\n", &line),
        ),
        (
            "chunk extension",
            in_chunks("", &format!("2;Approov-Token={good}\r\nab\r\n0\r\n\r\n")),
        ),
    ]
}

fn in_chunks(more: &str, chunks: &str) -> Vec<u8> {
    [lines(format!("Transfer-Encoding: chunked\r\n{more}")), chunks.into()].concat()
}

/// A body of chunks, and this header line behind it.
pub(super) fn with_trailer(more: &str, line: &str) -> Vec<u8> {
    in_chunks(more, &format!("2\r\nab\r\n0\r\n{line}\r\n"))
}

/// What HTTP/1.1 forbids in a request (RFC 9112, sections 5.1 and 5.2): actix does not let it in.
fn unwritable(good: &str) -> [(&'static str, String); 21] {
    let (start, end) = good.split_at(30);
    let line = token_line(good);
    [
        ("a space before the colon", format!("Approov-Token : {good}\r\n")),
        ("a tab before the colon", format!("Approov-Token\t: {good}\r\n")),
        ("a space before the name", format!(" {line}")),
        (
            "a space before the name of a second header",
            format!("X-Other: a\r\n {line}"),
        ),
        ("a space in the name", format!("Approov Token: {good}\r\n")),
        ("no colon", format!("Approov-Token {good}\r\n")),
        ("an equals sign", format!("Approov-Token={good}\r\n")),
        ("no name", format!(": {good}\r\n")),
        ("a value on the next line", format!("Approov-Token:\r\n {good}\r\n")),
        (
            "a value on the next line behind a tab",
            format!("Approov-Token:\r\n\t{good}\r\n"),
        ),
        ("a value on two lines", format!("Approov-Token: {start}\r\n {end}\r\n")),
        ("an empty line that continues", format!("{line} \r\n")),
        ("a second one that continues the first", format!("{line} {line}")),
        ("quotes around the name", format!("\"Approov-Token\": {good}\r\n")),
        ("parentheses in the name", format!("Approov-Token(a): {good}\r\n")),
        ("a NUL in the name", format!("Approov-Token\0: {good}\r\n")),
        (
            "a letter of two bytes in the name",
            format!("Approov-Tok\u{e9}n: {good}\r\n"),
        ),
        (
            "a hyphen that is none in the name",
            format!("Approov\u{2010}Token: {good}\r\n"),
        ),
        (
            "a letter of another alphabet in the name",
            format!("Аpproov-Token: {good}\r\n"),
        ),
        (
            "a bare carriage return as end",
            format!("Approov-Token: {good}\rX-Other: a\r\n"),
        ),
        (
            "a bare carriage return in the value",
            format!("Approov-Token: {start}\r{end}\r\n"),
        ),
    ]
}

fn passes(case: Case, good: &str) -> Case {
    let line = token_line(good);
    let forged = token::forged();
    let basic = STANDARD.encode("user:password");
    case.passes().lines(
        "sent",
        [
            ("in lower case", format!("approov-token: {good}\r\n")),
            ("in capitals", format!("APPROOV-TOKEN: {good}\r\n")),
            ("in odd case", format!("aPPROOV-tOKEN: {good}\r\n")),
            ("without a space", format!("Approov-Token:{good}\r\n")),
            ("with white space around it", format!("Approov-Token:\t {good} \t\r\n")),
            ("with a bare line feed", format!("Approov-Token: {good}\n")),
            ("for one hop", format!("{line}Connection: Approov-Token\r\n")),
            (
                "beside other names",
                format!("{line}Approov_Token: {forged}\r\nX-Approov-Token: a\r\n"),
            ),
            ("beside another's", format!("{line}Authorization: Bearer {forged}\r\n")),
            ("beside a password", format!("{line}Authorization: Basic {basic}\r\n")),
        ],
    )
}
