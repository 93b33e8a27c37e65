//! Requests without the token header, wherever else a good token may be.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let good = &token::good();
    let (start, end) = good.split_at(30);
    let values = [
        ("good", &**good),
        ("1", start),
        ("2", end),
        ("forged", &token::forged()),
    ];
    let filled = |line: &str| filled_text(line, &values) + "\r\n";
    let in_place_of_another = "the default name: Approov-Token: {good} | Proxy: Proxy-Authorization: Bearer {good}
        an answer's: WWW-Authenticate: Bearer {good}";
    case.lines("elsewhere", pairs(OTHER_HEADERS, filled))
        .lines("elsewhere", [("nowhere", "")])
        .rest("query", named(QUERIES, |query| rest(&query.replace("{}", good), "")))
        .lines("name", named(NAMES, |name| format!("{name}: {good}\r\n")))
        .rest("body", in_the_body(good))
        .lines("company", named(COMPANIONS, |line| format!("{line}\r\n")))
        .at([Authorization])
        .lines("Authorization", pairs(in_place_of_another, filled))
        .at([Bound, Lenient])
        .lines("bound but absent", [("right", user(USER)), ("the token", user(good))])
        .at([Secret])
        .not_http()
        .lines("forbidden", pairs(UNWRITABLE, filled))
        .passes()
        .lines("sent", pairs(SENT, filled))
        .lines("sent", [("with a bare line feed", format!("Approov-Token: {good}\n"))])
}

/// A good token in every other header that someone might look at.
const OTHER_HEADERS: &str = r#"Authorization: Authorization: Bearer {good} | without scheme: Authorization: {good}
    Authorization of Approov: Authorization: Approov {good} | Proxy-Authorization: Proxy-Authorization: Bearer {good}
    Cookie: Cookie: Approov-Token={good} | Cookie, quoted: Cookie: a=b; approov_token="{good}"
    Cookie2: Cookie2: Approov-Token={good} | Forwarded: Forwarded: for=127.0.0.1;approov-token={good}
    X-Forwarded-Approov-Token: X-Forwarded-Approov-Token: {good} | Trailer: Trailer: Approov-Token
    X-Original: X-Original-Approov-Token: {good} | Referer: Referer: http://localhost/?Approov-Token={good}
    X-HTTP-Header-Override: X-HTTP-Header-Override: Approov-Token={good}
    Sec-WebSocket-Protocol: Sec-WebSocket-Protocol: approov-token, {good}
    another header's value: X-Other: Approov-Token: {good}"#;

const QUERIES: &str = "?Approov-Token={} | ?approov-token={} | ?access_token={} | ?a%0d%0aApproov-Token:%20{}
    ?;Approov-Token={}";

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
fn in_the_body(good: &str) -> [(&'static str, Vec<u8>); 4] {
    let form = format!("Approov-Token={good}");
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let head = lines(format!("{kind}\r\nContent-Length: {}\r\n", form.len()));
    let line = token_line(good);
    let announced = "Trailer: Approov-Token\r\nTE: trailers\r\n";
    [
        ("form", [&*head, form.as_bytes()].concat()),
        ("trailer", with_trailer("", &line)),
        ("announced trailer", with_trailer(announced, &line)),
        (
            "chunk extension",
            in_chunks("", &format!("2;{form}\r\nab\r\n0\r\n\r\n")),
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

/// What HTTP/1.1 forbids in a request (RFC 9112, sections 5.1 and 5.2), and a lenient reader takes for the header.
const UNWRITABLE: &str = "a space before the colon: Approov-Token : {good} | no colon: Approov-Token {good}
    a space before the name of a second header: X-Other: a␍␊ Approov-Token: {good} | a NUL: Approov-Token␀: {good}
    a value on the next line: Approov-Token:␍␊ {good} | a value on two lines: Approov-Token: {1}␍␊ {2}
    a second one that continues the first: Approov-Token: {good}␍␊ Approov-Token: {good}
    a letter of another alphabet: Аpproov-Token: {good} | a bare carriage return: Approov-Token: {good}␍X-Other: a";

const SENT: &str = "in lower case: approov-token: {good} | in odd case: aPPROOV-tOKEN: {good}
    without a space: Approov-Token:{good} | with white space around it: Approov-Token:⇥ {good} ⇥
    for one hop: Approov-Token: {good}␍␊Connection: Approov-Token
    beside other names: Approov-Token: {good}␍␊Approov_Token: {forged}␍␊X-Approov-Token: a
    beside another's: Approov-Token: {good}␍␊Authorization: Bearer {forged}
    beside a password: Approov-Token: {good}␍␊Authorization: Basic dXNlcjpwYXNzd29yZA==";
