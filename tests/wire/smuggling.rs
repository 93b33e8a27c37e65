//! Requests that hide in other requests. Over one connection, only what has a genuine token in its own header section
//! gets in. What is no HTTP is refused by actix, and has only a row for each trick here.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    iter, mem,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Mutex,
    time::Duration,
};

use actix_web::{Error, web};
use approov_actix::{ApproovClaims, approov_protected};
use serde_json::json;
use support::{client::Answer, token};

use crate::{builder, served::Served, ways::WAYS};

type Runs = web::Data<Mutex<Vec<String>>>;

/// Each way to protect leads here: the device of the token, and the body that the application sees, are noted and
/// answered.
async fn with_claims(claims: ApproovClaims, body: Result<web::Bytes, Error>, runs: Runs) -> String {
    let body = body.map_or("(broken)".into(), |body| String::from_utf8_lossy(&body).into_owned());
    let run = format!("{} {body}", claims.device_id().unwrap());
    runs.lock().unwrap().push(run.trim_end_matches(' ').to_owned());
    runs.lock().unwrap().last().unwrap().clone()
}

#[approov_protected]
async fn guarded(claims: ApproovClaims, body: Result<web::Bytes, Error>, runs: Runs) -> String {
    with_claims(claims, body, runs).await
}

/// Sends all of it, what is to come `later` when the answer begins; says that nothing more will come; and reads until
/// the server closes. What came back, without `100 Continue`.
fn exchange(server: SocketAddr, now: &[u8], later: &[u8]) -> Vec<Answer> {
    let mut stream = TcpStream::connect(server).unwrap();
    // Longer than any server here takes, also where many tests run at once.
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // Who refuses may close early: then the rest has no reader.
    let _ = stream.write_all(now);
    if !later.is_empty() {
        let _ = stream.peek(&mut [0]);
        let _ = stream.write_all(later);
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut received = Vec::new();
    if let Err(error) = stream.read_to_end(&mut received) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    let mut rest = &*received;
    let answers = iter::from_fn(|| {
        let (answer, after) = Answer::first(rest)?;
        rest = after;
        Some(answer)
    });
    answers.filter(|answer| answer.status != 100).collect()
}

/// Sends each row to each way to protect: what is sent, and after `=>` what becomes of each request on the connection.
/// It gets in, and the row has the device of its token and its body; Approov refuses it for the reason in the row;
/// or actix does, with this status. What is after a `|` is sent when the answer begins; and comes only if actix has
/// kept the connection, which it need not. Lines with `#` are remarks.
#[track_caller]
fn check(rows: &str) {
    let runs = Runs::default();
    let of_app = runs.clone();
    let served = Served::new(builder(), move |app, approov| {
        let scope = web::scope("/middleware").route("", web::to(with_claims));
        app.app_data(of_app.clone())
            .route("/guard", web::to(guarded))
            .route("/claims", web::to(with_claims))
            .service(scope.wrap(approov.middleware()));
    });
    let rows = rows.trim().lines().filter(|row| !row.starts_with("# "));
    for row in rows.chain(["[GET A][GET][GET B] => A, token_missing, B"]) {
        let (text, fates) = row.split_once(" => ").unwrap();
        let (certain, possible) = fates.split_once(" | ").unwrap_or((fates, ""));
        for way in WAYS {
            let (now, later) = text.split_once('|').unwrap_or((text, ""));
            let answers = exchange(served.address(), &expand(now, way), &expand(later, way));
            let mut fates: Vec<_> = certain.split(", ").collect();
            if answers.len() > fates.len() {
                fates.extend(possible.split(", "));
            }
            let (mut expected, mut entered, mut refused) = (Vec::new(), Vec::new(), Vec::new());
            for fate in fates {
                if fate.starts_with(['A', 'B']) {
                    entered.push(fate);
                    expected.push((200, fate));
                } else if let Ok(status) = fate.parse() {
                    expected.push((status, ""));
                } else {
                    refused.push(fate);
                    expected.push((401, "{}"));
                }
            }
            let answers = answers.iter().map(|answer| (answer.status, &*answer.body));
            assert_eq!(answers.collect::<Vec<_>>(), expected, "{way}: {row}");
            assert_eq!(mem::take(&mut *runs.lock().unwrap()), entered, "{way}: {row}");
            assert_eq!(served.codes(), refused, "{way}: {row}");
        }
    }
}

/// What is in a row: `¶` is CR and LF, and the other signs are what they show. `[/]` is the path. `[GET]` is a whole
/// request without a token, `[GET A]` one with the token of device A; `[POST]` and `[POST A]` begin one whose header
/// section has no end yet; `[CHUNKED]` and `[CHUNKED A]` begin a body of chunks; `[A]` is the token header alone.
/// `<<…>>` is a body, with its length before it.
fn expand(text: &str, way: &str) -> Vec<u8> {
    let mut text = text.to_owned();
    for name in ["", " A", " B"] {
        let device = name.trim();
        let header = match device {
            "" => String::new(),
            _ => format!("Approov-Token: {}\r\n", token::with(&json!({ "did": device }))),
        };
        for (kind, method, end) in [
            ("GET", "GET", "\r\n"),
            ("POST", "POST", ""),
            ("CHUNKED", "POST", "Transfer-Encoding: chunked\r\n\r\n"),
        ] {
            let head = format!("{method} [/] HTTP/1.1\r\nHost: a\r\n{header}{end}");
            text = text.replace(&format!("[{kind}{name}]"), &head);
        }
        text = text.replace(&format!("[{device}]"), &header);
    }
    for (sign, bytes) in [("[/]", way), ("¶", "\r\n"), ("␊", "\n"), ("␍", "\r"), ("␀", "\0")] {
        text = text.replace(sign, bytes);
    }
    while let Some((before, rest)) = text.split_once("<<") {
        let (body, after) = rest.split_once(">>").unwrap();
        text = format!("{before}Content-Length: {}\r\n\r\n{body}{after}", body.len());
    }
    text.into_bytes()
}

#[actix_web::test]
async fn pipelined_requests() {
    check(
        "
[GET][GET A] => token_missing, A
[GET A][GET B][GET][GET A] => A, B, token_missing, A
[POST A]<<one>>[POST B]<<two>>[POST]<<three>> => A one, B two, token_missing
[POST A]<<GET / HTTP/1.1>>[GET] => A GET / HTTP/1.1, token_missing
GET /unknown HTTP/1.1¶Host: a¶[A]¶[GET] => 404, token_missing
# The token comes after its request.
[POST]Content-Length: 0¶¶[A]¶ => token_missing, 400
# actix answers what came along with a request that closes the connection. It needs a token of its own.
[POST A]Connection: close¶¶[GET] => A | token_missing
[POST]Connection: close¶¶[GET B] => token_missing | B
GET [/] HTTP/1.0¶[A]¶[GET] => A | token_missing
# After these there are no more requests.
GET [/] HTTP/1.1¶Host: a¶Connection: Upgrade¶Upgrade: websocket¶[A]¶one[GET B] => A (broken)
GET [/] HTTP/1.1¶Host: a¶Connection: Upgrade¶Upgrade: websocket¶¶[GET A] => token_missing
CONNECT [/] HTTP/1.1¶Host: a¶¶[GET A] => token_missing
",
    );
}

/// Where the body of a refused request ends is where the next request begins. If it has no end that can be found, the
/// connection is closed.
#[actix_web::test]
async fn a_request_in_the_body_of_a_refused_one() {
    check(
        "
[POST]<<[GET A]>>[GET B] => token_missing | B
[POST][A][B]<<[GET A]>>[GET] => token_repeated | token_missing
GET [/] HTTP/1.1¶Host: a¶<<[GET A]>>[GET B] => token_missing | B
POST /unknown HTTP/1.1¶Host: a¶<<[GET A]>>[GET B] => 404 | B
[CHUNKED]1¶␊¶0¶¶[GET A] => token_missing | A
[POST]Expect: 100-continue¶<<[GET A]>>[GET A] => token_missing | A
# The body goes on, so nothing in it is a request.
[POST]Content-Length: 9999¶¶[GET A] => token_missing
[CHUNKED]9999¶[GET A] => token_missing
# It cannot be read, so nothing after it is a request.
[CHUNKED]zz¶[GET A] => token_missing
# The body is on its way while the request is refused.
[POST]Content-Length: 9999¶¶one|[GET A][GET B] => token_missing
[POST]Expect: 100-continue¶Content-Length: 9999¶¶|[GET A] => token_missing
[CHUNKED]|zz¶[GET A] => token_missing
[CHUNKED]|1¶␊¶0¶¶[GET A] => token_missing | A
[POST]<<one>>|[GET A] => token_missing | A
",
    );
}

#[actix_web::test]
async fn bodies_that_may_be_read_in_two_ways() {
    check(
        "
# The method of the second one is eGET.
[POST A]Content-Length: 2¶¶one[GET] => A on, token_missing
[POST A]Content-Length: 3¶Content-Length: 0¶¶one[GET B] => 400
[POST A]Content-Length: +3¶¶one[GET B] => 400
# CL.TE, TE.CL and TE.TE.
[POST A]Content-Length: 5¶Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: chunked¶Content-Length: 3¶¶3¶one¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: chunked¶Transfer-Encoding: identity¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: xchunked¶¶0¶¶[GET B] => 400
[CHUNKED A]3;a=b;c¶one¶0;d¶¶[GET] => A one, token_missing
# Trailers are dropped: no token comes that late, and no token is replaced.
[CHUNKED]3¶one¶0¶[A]¶[GET] => token_missing, token_missing
[CHUNKED A]3¶one¶0¶[B]Authorization: a¶Content-Length: 9¶¶[GET] => A one, token_missing
# actix takes any line for a trailer, and so a request without an empty line before it. Nothing gets in that way.
[CHUNKED A]3¶one¶0¶[GET B][GET] => A one, token_missing
# The request has a good token, so the handler runs, and learns that the body is broken. Then the connection is closed.
[POST A]Content-Length: 9999¶¶one[GET B] => A (broken)
[CHUNKED A]0x3¶one¶0¶¶[GET B] => A (broken)
",
    );
}

/// The token is elsewhere, twice, or not at all.
#[actix_web::test]
async fn header_sections() {
    check(
        "
# actix takes LF alone for the end of a line, as RFC 9112 allows (section 2.2).
GET [/] HTTP/1.1¶Host: a¶X: a␊[A]¶[GET] => A, token_missing
GET [/] HTTP/1.1¶Host: a¶X: a␍[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X: a␀¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶Approov-Token : a¶¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶ [A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X: [A]¶[GET B] => token_missing, B
GET [/] HTTP/1.1¶Host: a¶X-[A]¶[GET B] => token_missing, B
GET [/] HTTP/1.1¶Host: a¶[A][B]¶[GET A] => token_repeated, A
GET [/] HTTP/1.1¶Host: a¶Approov_Token: a¶¶[GET A] => token_missing, A
GET [/] HTTP/1.1¶Host: a¶Approov-Token: ¶¶[GET A] => token_empty, A
GET [/] HTTP/1.1¶Host: a¶Connection: Approov-Token¶¶[GET A] => token_missing, A
# Its header section has no end.
[GET A]GET [/] HTTP/1.1¶Host: a¶[B] => A
",
    );
}
