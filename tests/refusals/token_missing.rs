//! Requests without the token header, wherever else a good token may be.

use serde_json::json;

use super::{
    Case,
    Server::{Authorization, Bound, Lenient, Secret, Unbound},
    make::{USER, lines, rest, token_line, user},
};
use crate::{
    tables::{named, pairs},
    token,
};

pub(super) fn rows(case: Case) -> Case {
    let good = token::good();
    let case = case
        .kind("elsewhere")
        .lines(in_other_headers(&good))
        .rest(in_the_query(&good))
        .kind("name")
        .lines(named(NAMES, |name| format!("{name}: {good}\r\n")))
        .kind("body")
        .rest(in_the_body(&good))
        .kind("company")
        .lines(named(COMPANIONS, |line| format!("{line}\r\n")))
        .at([Authorization])
        .kind("Authorization")
        .lines([
            ("the default name", token_line(&good)),
            ("Proxy-Authorization", format!("Proxy-Authorization: Bearer {good}\r\n")),
            ("WWW-Authenticate", format!("WWW-Authenticate: Bearer {good}\r\n")),
        ])
        .at([Bound, Lenient, Unbound])
        .kind("bound but absent")
        .lines([
            ("right", user(USER)),
            ("the token in its place", user(format!("Bearer {good}"))),
        ])
        .not_http()
        .at([Secret])
        .kind("forbidden")
        .lines(unwritable(&good));
    passes(case, &good)
}

/// A good token in every other header that someone might look at.
fn in_other_headers(good: &str) -> Vec<(String, String)> {
    let table = r#"Authorization: Authorization: Bearer {} | Authorization without scheme: Authorization: {}
        Authorization of Approov: Authorization: Approov {} | Proxy-Authorization: Proxy-Authorization: Bearer {}
        Cookie: Cookie: Approov-Token={} | Cookie, quoted: Cookie: a=b; approov_token="{}"
        Cookie2: Cookie2: Approov-Token={} | Forwarded: Forwarded: for=127.0.0.1;approov-token={}
        X-Forwarded-Approov-Token: X-Forwarded-Approov-Token: {} | Trailer: Trailer: Approov-Token
        X-Original-Approov-Token: X-Original-Approov-Token: {} | Referer: Referer: http://localhost/?Approov-Token={}
        X-HTTP-Header-Override: X-HTTP-Header-Override: Approov-Token={}
        Sec-WebSocket-Protocol: Sec-WebSocket-Protocol: approov-token, {}
        another header's value: X-Other: Approov-Token: {}"#;
    let rows = pairs(table, |line| line.replace("{}", good) + "\r\n").into_iter();
    rows.chain([("nowhere".to_owned(), String::new())]).collect()
}

fn in_the_query(good: &str) -> Vec<(String, Vec<u8>)> {
    let table =
        "query: ?Approov-Token={} | query in lower case: ?approov-token={} | query as access_token: ?access_token={}
        query with a line end: ?a%0d%0aApproov-Token:%20{} | parameter of the path in the query: ?;Approov-Token={}";
    pairs(table, |query| rest(&query.replace("{}", good), ""))
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
    let form = format!("Approov-Token={good}");
    let json = json!({ "Approov-Token": good }).to_string();
    let part =
        format!("--b\r\nContent-Disposition: form-data; name=\"Approov-Token\"\r\n{line}\r\n{good}\r\n--b--\r\n");
    let extension = format!("2;Approov-Token={good}\r\nab\r\n0\r\n\r\n");
    [
        ("form", length("application/x-www-form-urlencoded", &form)),
        ("JSON", length("application/json", &json)),
        ("text", length("text/plain", good)),
        ("a header", length("message/http", &format!("{line}\r\n"))),
        ("part of a form", length("multipart/form-data; boundary=b", &part)),
        ("trailer", with_trailer("", &line)),
        (
            "announced trailer",
            with_trailer("Trailer: Approov-Token\r\nTE: trailers\r\n", &line),
        ),
        ("chunk extension", in_chunks("", &extension)),
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
fn unwritable(good: &str) -> Vec<(String, String)> {
    let (start, end) = good.split_at(30);
    let table = "a space before the colon: Approov-Token : {} | a tab before the colon: Approov-Token⇥: {}
        a space before the name: ␠Approov-Token: {} | no colon: Approov-Token {} | an equals sign: Approov-Token={}
        a space before the name of a second header: X-Other: a␍␊ Approov-Token: {} | no name: : {}
        a space in the name: Approov Token: {} | a value on the next line: Approov-Token:␍␊ {}
        a value on the next line behind a tab: Approov-Token:␍␊⇥{} | a value on two lines: Approov-Token: {1}␍␊ {2}
        an empty line that continues: Approov-Token: {}␍␊␠ | parentheses in the name: Approov-Token(a): {}
        a second one that continues the first: Approov-Token: {}␍␊ Approov-Token: {}
        a NUL in the name: Approov-Token␀: {}
        quotes around the name: \"Approov-Token\": {} | a letter of two bytes in the name: Approov-Tokén: {}
        a hyphen that is none in the name: Approov\u{2010}Token: {}
        a letter of another alphabet in the name: Аpproov-Token: {}
        a bare carriage return as end: Approov-Token: {}␍X-Other: a
        a bare carriage return in the value: Approov-Token: {1}␍{2}";
    let filled = |line: &str| line.replace("{}", good).replace("{1}", start).replace("{2}", end);
    pairs(table, |line| filled(line) + "\r\n")
}

fn passes(case: Case, good: &str) -> Case {
    let table = "in lower case: approov-token: {} | in capitals: APPROOV-TOKEN: {} | in odd case: aPPROOV-tOKEN: {}
        without a space: Approov-Token:{} | with white space around it: Approov-Token:⇥ {} ⇥
        for one hop: Approov-Token: {}␍␊Connection: Approov-Token
        beside other names: Approov-Token: {}␍␊Approov_Token: FORGED␍␊X-Approov-Token: a
        beside another's: Approov-Token: {}␍␊Authorization: Bearer FORGED
        beside a password: Approov-Token: {}␍␊Authorization: Basic dXNlcjpwYXNzd29yZA==";
    let filled = |lines: &str| lines.replace("{}", good).replace("FORGED", &token::forged());
    case.passes()
        .kind("sent")
        .lines(pairs(table, |lines| filled(lines) + "\r\n"))
        .lines([("with a bare line feed", format!("Approov-Token: {good}\n"))])
}
