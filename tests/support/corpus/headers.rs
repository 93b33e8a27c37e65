//! Attacks with the token header itself: there twice, under another name, elsewhere in the request, or written as HTTP
//! once allowed. The value of a row is all of a request that follows its path.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Attack, NOT_HTTP};
use crate::token;

/// Against a server whose token header is `Approov-Token`.
#[must_use]
pub fn for_the_default_name() -> Vec<Attack> {
    [
        repeated(),
        elsewhere(),
        other_names(),
        unwritable(),
        in_the_body(),
        with_company(),
    ]
    .concat()
}

/// A request with these header lines, each with its end.
#[must_use]
pub fn lines(lines: impl AsRef<[u8]>) -> Vec<u8> {
    rest("", lines)
}

/// The same with a query, or whatever else follows the path.
fn rest(after_path: &str, lines: impl AsRef<[u8]>) -> Vec<u8> {
    let start = format!("{after_path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    [start.as_bytes(), lines.as_ref(), b"\r\n"].concat()
}

fn named(kind: &str, refusal: &'static str, rows: impl IntoIterator<Item = (&'static str, String)>) -> Vec<Attack> {
    let row = |(name, header): (&str, String)| Attack::new(format!("{kind}: {name}"), lines(header), refusal);
    rows.into_iter().map(row).collect()
}

/// More than one line, whatever is in them: which one counts is nobody's to choose.
fn repeated() -> Vec<Attack> {
    let (good, forged, expired) = (token::good(), token::forged(), token::expired());
    let of = |values: &[&str]| {
        values
            .iter()
            .map(|value| format!("Approov-Token: {value}\r\n"))
            .collect::<Vec<_>>()
            .concat()
    };
    let spelt = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("{name}: {good}\r\n"))
            .collect::<Vec<_>>()
            .concat()
    };
    let between = |line: &str| format!("{}{line}\r\n{}", of(&[&good]), of(&[&good]));
    let bearer = format!("Bearer {good}");
    named(
        "repeated",
        "token_repeated",
        [
            ("good, good", of(&[&good, &good])),
            (
                "good, another good",
                of(&[&good, &token::with(&json!({ "did": "other" }))]),
            ),
            ("good, forged", of(&[&good, &forged])),
            ("forged, good", of(&[&forged, &good])),
            ("forged, forged", of(&[&forged, &forged])),
            ("good, expired", of(&[&good, &expired])),
            ("expired, good", of(&[&expired, &good])),
            ("good, empty", of(&[&good, ""])),
            ("empty, good", of(&["", &good])),
            ("empty, empty", of(&["", ""])),
            ("white space, good", of(&[" \t ", &good])),
            ("good, Bearer", of(&[&good, "Bearer"])),
            ("good, good with a scheme", of(&[&good, &bearer])),
            ("status word, good", of(&["NO_NETWORK", &good])),
            ("good, status word", of(&[&good, "NO_NETWORK"])),
            ("junk, good", of(&["junk", &good])),
            ("good, good, good", of(&[&good, &good, &good])),
            ("ninety times", of(&[good.as_str(); 90])),
            ("in two cases", spelt(&["Approov-Token", "approov-token"])),
            ("in two odd cases", spelt(&["APPROOV-TOKEN", "aPPROOV-tOKEN"])),
            ("with another header between", between("X-Other: a")),
            ("with a binding between", between("Authorization: Bearer user")),
            (
                "with a bare line feed between",
                format!("Approov-Token: {good}\nApproov-Token: {forged}\r\n"),
            ),
            ("a part in each", of(&[&good[..20], &good[20..]])),
        ],
    )
}

/// A good token in every other place that someone might look.
fn elsewhere() -> Vec<Attack> {
    let good = token::good();
    let mut rows = named(
        "elsewhere",
        "token_missing",
        [
            ("nowhere", String::new()),
            ("Authorization", format!("Authorization: Bearer {good}\r\n")),
            ("Authorization without scheme", format!("Authorization: {good}\r\n")),
            ("Authorization of Approov", format!("Authorization: Approov {good}\r\n")),
            ("Proxy-Authorization", format!("Proxy-Authorization: Bearer {good}\r\n")),
            ("Cookie", format!("Cookie: Approov-Token={good}\r\n")),
            ("Cookie, quoted", format!("Cookie: a=b; approov_token=\"{good}\"\r\n")),
            ("Cookie2", format!("Cookie2: Approov-Token={good}\r\n")),
            (
                "Forwarded",
                format!("Forwarded: for=127.0.0.1;approov-token={good}\r\n"),
            ),
            (
                "X-Forwarded-Approov-Token",
                format!("X-Forwarded-Approov-Token: {good}\r\n"),
            ),
            (
                "X-Original-Approov-Token",
                format!("X-Original-Approov-Token: {good}\r\n"),
            ),
            (
                "X-HTTP-Header-Override",
                format!("X-HTTP-Header-Override: Approov-Token={good}\r\n"),
            ),
            (
                "Referer",
                format!("Referer: http://localhost/?Approov-Token={good}\r\n"),
            ),
            (
                "Sec-WebSocket-Protocol",
                format!("Sec-WebSocket-Protocol: approov-token, {good}\r\n"),
            ),
            ("another header's value", format!("X-Other: Approov-Token: {good}\r\n")),
            ("Trailer", "Trailer: Approov-Token\r\n".to_owned()),
        ],
    );
    for (name, query) in [
        ("query", format!("?Approov-Token={good}")),
        ("query in lower case", format!("?approov-token={good}")),
        ("query as access_token", format!("?access_token={good}")),
        ("query with a line end", format!("?a%0d%0aApproov-Token:%20{good}")),
        ("parameter of the path in the query", format!("?;Approov-Token={good}")),
    ] {
        rows.push(Attack::new(
            format!("elsewhere: {name}"),
            rest(&query, ""),
            "token_missing",
        ));
    }
    let both = rest(
        &format!("?Approov-Token={good}"),
        format!("Approov-Token: {}\r\n", token::forged()),
    );
    rows.push(Attack::new(
        "elsewhere: query, and a forged one in the header",
        both,
        "token_signature",
    ));
    let user = format!("Approov-Token: {}\r\nAuthorization: Bearer {good}\r\n", token::forged());
    rows.push(Attack::new(
        "elsewhere: Authorization, and a forged one in the header",
        lines(user),
        "token_signature",
    ));
    rows
}

/// Other headers, however alike: CGI and some proxies take an underscore for a hyphen.
fn other_names() -> Vec<Attack> {
    let good = token::good();
    let names = [
        "Approov_Token",
        "APPROOV_TOKEN",
        "HTTP_APPROOV_TOKEN",
        "HTTP-Approov-Token",
        "X-Approov-Token",
        "ApproovToken",
        "Approov",
        "Token",
        "Approov-Tokens",
        "Approov-Toke",
        "pproov-Token",
        "Approov--Token",
        "-Approov-Token",
        "Approov-Token-",
        "Approov-Token2",
        "Approov.Token",
        "Approov~Token",
        "Approov+Token",
        "Approov%2DToken",
        "Approov|Token",
        "'Approov-Token'",
        "Approov-Token*",
        "Approov-T0ken",
    ];
    let row = |name: &str| {
        Attack::new(
            format!("name: {name}"),
            lines(format!("{name}: {good}\r\n")),
            "token_missing",
        )
    };
    names.into_iter().map(row).collect()
}

/// What HTTP/1.1 forbids in a request (RFC 9112, sections 5.1 and 5.2): actix does not let it in.
fn unwritable() -> Vec<Attack> {
    let good = token::good();
    let (start, end) = good.split_at(30);
    named(
        "forbidden",
        NOT_HTTP,
        [
            ("a space before the colon", format!("Approov-Token : {good}\r\n")),
            ("a tab before the colon", format!("Approov-Token\t: {good}\r\n")),
            ("a space before the name", format!(" Approov-Token: {good}\r\n")),
            (
                "a space before the name of a second header",
                format!("X-Other: a\r\n Approov-Token: {good}\r\n"),
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
            (
                "an empty line that continues",
                format!("Approov-Token: {good}\r\n \r\n"),
            ),
            (
                "a second one that continues the first",
                format!("Approov-Token: {good}\r\n Approov-Token: {good}\r\n"),
            ),
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
        ],
    )
}

/// A body is not looked at, nor what follows it.
fn in_the_body() -> Vec<Attack> {
    let good = token::good();
    let length = |kind: &str, body: &str| {
        lines(format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()))
            .into_iter()
            .chain(body.bytes())
            .collect::<Vec<_>>()
    };
    let chunked =
        |more: &str, chunks: &str| [lines(format!("Transfer-Encoding: chunked\r\n{more}")), chunks.into()].concat();
    let part = format!(
        "--b\r\nContent-Disposition: form-data; name=\"Approov-Token\"\r\nApproov-Token: {good}\r\n\r\n{good}\r\n--b--\r\n"
    );
    let trailer = format!("2\r\nab\r\n0\r\nApproov-Token: {good}\r\n\r\n");
    let rows = [
        (
            "form",
            length("application/x-www-form-urlencoded", &format!("Approov-Token={good}")),
        ),
        (
            "JSON",
            length("application/json", &json!({ "Approov-Token": good }).to_string()),
        ),
        ("text", length("text/plain", &good)),
        (
            "a header",
            length("message/http", &format!("Approov-Token: {good}\r\n\r\n")),
        ),
        ("part of a form", length("multipart/form-data; boundary=b", &part)),
        ("trailer", chunked("", &trailer)),
        (
            "announced trailer",
            chunked("Trailer: Approov-Token\r\nTE: trailers\r\n", &trailer),
        ),
        (
            "chunk extension",
            chunked("", &format!("2;Approov-Token={good}\r\nab\r\n0\r\n\r\n")),
        ),
    ];
    let rows = rows.map(|(name, value)| Attack::new(format!("body: {name}"), value, "token_missing"));
    let forged = chunked(&format!("Approov-Token: {}\r\n", token::forged()), &trailer);
    rows.into_iter()
        .chain([Attack::new(
            "body: trailer, and a forged one in the header",
            forged,
            "token_signature",
        )])
        .collect()
}

/// Headers that change what others mean to a proxy, or to a framework that believes them.
fn with_company() -> Vec<Attack> {
    let forged = format!("Approov-Token: {}\r\n", token::forged());
    let companions = [
        "Connection: Approov-Token",
        "Connection: close, approov-token",
        "Connection: Authorization",
        "X-HTTP-Method-Override: OPTIONS",
        "X-Forwarded-For: 127.0.0.1",
        "X-Real-IP: 127.0.0.1",
        "X-Original-URL: /health",
        "X-Rewrite-URL: /health",
        "X-Forwarded-Prefix: /health",
        "Forwarded: for=127.0.0.1;proto=https",
        "Origin: null",
        "Access-Control-Request-Method: GET",
        "Upgrade: websocket",
        "Upgrade: h2c",
        "Expect: 200-ok",
        "Max-Forwards: 0",
        "Content-Encoding: gzip",
        "Accept-Encoding: *;q=0",
        "Range: bytes=0-0",
        "If-None-Match: *",
        "Sec-Fetch-Site: same-origin",
        "User-Agent: ",
        "X-Approov-Verified: true",
        "Approov-Token-Valid: true",
    ];
    let row = |line: &str| {
        Attack::new(
            format!("company: {line}"),
            lines(format!("{forged}{line}\r\n")),
            "token_signature",
        )
    };
    let behind = companions.into_iter().map(row);
    let without = companions.into_iter().map(|line| {
        Attack::new(
            format!("company: {line} alone"),
            lines(format!("{line}\r\n")),
            "token_missing",
        )
    });
    behind.chain(without).collect()
}

/// Against a server whose token header is `Authorization`: what belongs to others is there as well.
#[must_use]
pub fn for_authorization() -> Vec<Attack> {
    let good = token::good();
    let mut rows = named(
        "Authorization",
        "token_malformed",
        [
            ("Basic", "Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n".to_owned()),
            (
                "Basic, with the token as password",
                format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("user:{good}"))),
            ),
            ("Basic and the token", format!("Authorization: Basic {good}\r\n")),
            (
                "Digest",
                "Authorization: Digest username=\"a\", response=\"b\"\r\n".to_owned(),
            ),
            ("Negotiate", "Authorization: Negotiate YII=\r\n".to_owned()),
            ("a parameter", format!("Authorization: Bearer token=\"{good}\"\r\n")),
            (
                "an opaque token",
                "Authorization: Bearer 2YotnFZFEjr1zCsicMWpAA\r\n".to_owned(),
            ),
            ("two schemes", format!("Authorization: Bearer Bearer {good}\r\n")),
        ],
    );
    rows.extend(named(
        "Authorization",
        "token_missing",
        [
            ("the default name", format!("Approov-Token: {good}\r\n")),
            ("Proxy-Authorization", format!("Proxy-Authorization: Bearer {good}\r\n")),
            ("WWW-Authenticate", format!("WWW-Authenticate: Bearer {good}\r\n")),
        ],
    ));
    rows.extend(named(
        "Authorization",
        "token_repeated",
        [
            (
                "twice",
                format!("Authorization: Bearer {good}\r\nAuthorization: Bearer {good}\r\n"),
            ),
            (
                "Basic and Bearer",
                format!("Authorization: Basic dTpw\r\nAuthorization: Bearer {good}\r\n"),
            ),
            (
                "Bearer and nothing",
                format!("Authorization: Bearer {good}\r\nAuthorization:\r\n"),
            ),
        ],
    ));
    rows.extend(named(
        "Authorization",
        "token_empty",
        [("Bearer alone", "Authorization: Bearer \r\n".to_owned())],
    ));
    let both = format!("Authorization: Bearer {}\r\nApproov-Token: {good}\r\n", token::forged());
    rows.extend(named(
        "Authorization",
        "token_signature",
        [("forged, and good under the default name", both)],
    ));
    rows
}
