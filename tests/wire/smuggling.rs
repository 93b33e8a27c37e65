//! Requests that hide in other requests. Over one connection, only what has a genuine token in its own header section
//! gets in.

use std::sync::Mutex;

use actix_web::web;
use approov_actix::{ApproovClaims, approov_protected};
use serde_json::json;
use support::{tables::cells, token};

use super::{answers, config, exchange};
use crate::{builder, served::Served, ways::WAYS};

/// What becomes of one request on the connection.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It gets in: the device of its token, and the body that the application sees.
    In(String),
    /// Approov refuses it for this reason.
    Out(String),
    /// actix cannot read it: 400, and the connection is closed.
    Bad,
    /// No such route.
    Absent,
}

use Fate::{Absent, Bad, In, Out};

type Runs = web::Data<Mutex<Vec<String>>>;

/// Each way to protect leads here: what the application saw is noted, and answered.
fn enter(claims: &ApproovClaims, body: &Result<web::Bytes, actix_web::Error>, runs: &Runs) -> String {
    let body = body
        .as_ref()
        .map_or("(broken)".into(), |body| String::from_utf8_lossy(body));
    let run = format!("{} {body}", claims.device_id().unwrap());
    let run = run.strip_suffix(' ').unwrap_or(&run).to_owned();
    runs.lock().unwrap().push(run.clone());
    run
}

#[approov_protected]
async fn guarded(claims: ApproovClaims, body: Result<web::Bytes, actix_web::Error>, runs: Runs) -> String {
    enter(&claims, &body, &runs)
}

async fn with_claims(claims: ApproovClaims, body: Result<web::Bytes, actix_web::Error>, runs: Runs) -> String {
    enter(&claims, &body, &runs)
}

/// A server, and what got in.
struct Site {
    served: Served,
    runs: Runs,
}

impl Site {
    fn new() -> Self {
        let runs = Runs::new(Mutex::new(Vec::new()));
        let of_app = runs.clone();
        let served = Served::on(config(), builder(), move |app, approov| {
            let scope = web::scope("/middleware").route("", web::to(with_claims));
            app.app_data(of_app.clone())
                .route("/guard", web::to(guarded))
                .route("/claims", web::to(with_claims))
                .service(scope.wrap(approov.middleware()));
        });
        Self { served, runs }
    }

    /// Sends a row to each way to protect. Exactly the requests that are expected get in, in order, each with its own
    /// claims and body.
    fn check(&self, row: &str) {
        let (text, fates) = row.rsplit_once(" => ").unwrap();
        for way in WAYS {
            let sent = expand(text, way);
            // What is after a `|` is sent after the first answer.
            let (now, later) = sent.split_at(sent.iter().position(|byte| *byte == b'|').unwrap_or(sent.len()));
            let received = answers(&exchange(self.served.address(), now, later.get(1..)));
            let fates = Fate::list(fates, received.len());
            let answers = received.into_iter().map(|answer| (answer.status, answer.body));
            let expected: Vec<_> = fates.iter().map(Fate::answer).collect();
            assert_eq!(answers.collect::<Vec<_>>(), expected, "{way}: {row}");
            let runs = std::mem::take(&mut *self.runs.lock().unwrap());
            let entered: Vec<_> = fates.iter().filter_map(Fate::entered).collect();
            assert_eq!(runs, entered, "{way}: {row}");
            let codes = self.served.codes();
            let refused: Vec<_> = fates.iter().filter_map(Fate::refused).collect();
            assert_eq!(codes, refused, "{way}: {row}");
        }
    }

    /// Checks each row, and then that the server is as well as before. Lines with `#` are remarks.
    fn check_all(&self, rows: &str) {
        for row in rows.trim().lines().filter(|row| !row.starts_with("# ")) {
            self.check(row);
        }
        self.check("[GET A][GET][GET B] => A, token_missing, B");
    }
}

impl Fate {
    /// Those after a `|` come only if actix has kept the connection, which it need not.
    fn list(text: &str, answers: usize) -> Vec<Self> {
        let (certain, possible) = text.split_once(" | ").unwrap_or((text, ""));
        let certain: Vec<_> = certain.split(", ").map(Self::of).collect();
        if possible.is_empty() || answers == certain.len() {
            return certain;
        }
        certain.into_iter().chain(possible.split(", ").map(Self::of)).collect()
    }

    fn of(text: &str) -> Self {
        match text {
            "400" => Bad,
            "404" => Absent,
            _ if text.starts_with(['A', 'B']) => In(text.replace('¶', "\r\n")),
            _ => Out(text.to_owned()),
        }
    }

    /// Status and body.
    fn answer(&self) -> (u16, String) {
        match self {
            In(run) => (200, run.clone()),
            Out(_) => (401, "{}".to_owned()),
            Bad => (400, String::new()),
            Absent => (404, String::new()),
        }
    }

    fn entered(&self) -> Option<&str> {
        match self {
            In(run) => Some(run),
            _ => None,
        }
    }

    fn refused(&self) -> Option<&str> {
        match self {
            Out(code) => Some(code),
            _ => None,
        }
    }
}

/// What is in a row: `¶` is CR and LF, and the other signs are what they show. `[/]` is the path. `[GET]` is a whole
/// request without a token, `[GET A]` one with the token of device A; `[POST]` and `[POST A]` begin one whose header
/// section has no end yet; `[CHUNKED]` and `[CHUNKED A]` begin a body of chunks; `[A]` is the token header alone.
/// `<<…>>` is a body, with its length before it.
fn expand(text: &str, way: &str) -> Vec<u8> {
    let header = |device: &str| format!("Approov-Token: {}\r\n", token::with(&json!({ "did": device })));
    let get = |header: &str| format!("GET {way} HTTP/1.1\r\nHost: a\r\n{header}\r\n");
    let post = |header: &str| format!("POST {way} HTTP/1.1\r\nHost: a\r\n{header}");
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    let signs = [('¶', "\r\n"), ('␊', "\n"), ('␍', "\r"), ('␀', "\0"), ('⇥', "\t")];
    let text = signs
        .iter()
        .fold(text.to_owned(), |text, (sign, bytes)| text.replace(*sign, bytes));
    let mut text = text
        .replace("[/]", way)
        .replace("[GET]", &get(""))
        .replace("[POST]", &post(""))
        .replace("[CHUNKED]", &post(chunked));
    for device in ["A", "B"] {
        let header = header(device);
        text = text
            .replace(&format!("[GET {device}]"), &get(&header))
            .replace(&format!("[POST {device}]"), &post(&header))
            .replace(&format!("[CHUNKED {device}]"), &post(&(header.clone() + chunked)))
            .replace(&format!("[{device}]"), &header);
    }
    while let Some((before, rest)) = text.split_once("<<") {
        let (body, after) = rest.split_once(">>").unwrap();
        text = format!("{before}Content-Length: {}\r\n\r\n{body}{after}", body.len());
    }
    text.into_bytes()
}

const PIPELINED: &str = "
[GET A][GET] => A, token_missing
[GET][GET A] => token_missing, A
[GET A][GET B][GET][GET A] => A, B, token_missing, A
[POST A]<<one>>[POST B]<<two>>[POST]<<three>> => A one, B two, token_missing
[POST A]<<GET / HTTP/1.1¶¶>>[GET] => A GET / HTTP/1.1¶¶, token_missing
¶¶[GET A]¶[GET] => A, token_missing
GET /unknown HTTP/1.1¶Host: a¶[A]¶[GET] => 404, token_missing
# The token comes after its request.
[POST]Content-Length: 0¶¶[A]¶ => token_missing, 400
# actix answers what came along with a request that closes the connection. It needs a token of its own.
[POST A]Connection: close¶¶[GET B] => A | B
[POST]Connection: close¶¶[GET B] => token_missing | B
[POST A]Connection: close¶¶[GET] => A | token_missing
";

#[actix_web::test]
async fn pipelined_requests() {
    Site::new().check_all(PIPELINED);
}

const IN_A_BODY: &str = "
[POST]<<[GET A]>>[GET B] => token_missing | B
[POST]<<[GET A][GET A]>> => token_missing
[POST]<<¶¶[GET A]>>[GET B] => token_missing | B
[POST][A][B]<<[GET A]>>[GET] => token_repeated | token_missing
[GET A][POST]<<[GET A]>>[GET B] => A, token_missing | B
GET [/] HTTP/1.1¶Host: a¶<<[GET A]>>[GET B] => token_missing | B
POST [/] HTTP/1.0¶Connection: keep-alive¶<<[GET A]>>[GET B] => token_missing | B
POST /unknown HTTP/1.1¶Host: a¶<<[GET A]>>[GET B] => 404 | B
[CHUNKED]1¶␊¶0¶¶[GET A] => token_missing | A
# The body goes on, so nothing in it is a request.
[POST]Content-Length: 9999¶¶[GET A] => token_missing
[CHUNKED]9999¶[GET A] => token_missing
# It cannot be read, so nothing after it is a request.
[CHUNKED]zz¶[GET A] => token_missing
[CHUNKED]0␊␊[GET A] => token_missing
";

/// Where the body of a refused request ends is where the next request begins. If it has no end that can be found, the
/// connection is closed.
#[actix_web::test]
async fn a_request_in_the_body_of_a_refused_one() {
    Site::new().check_all(IN_A_BODY);
}

/// The body is on its way while the request is refused.
const LATE_BODIES: &str = "
[POST]Content-Length: 9999¶¶|[GET A] => token_missing
[POST]Content-Length: 9999¶¶one|[GET A][GET B] => token_missing
[CHUNKED]|zz¶[GET A] => token_missing
[CHUNKED]|1¶␊¶0¶¶[GET A] => token_missing | A
[CHUNKED]9|99¶[GET A] => token_missing
[POST]Expect: 100-continue¶Content-Length: 9999¶¶|[GET A] => token_missing
[POST]<<one>>|[GET A] => token_missing | A
";

#[actix_web::test]
async fn a_request_in_a_body_that_comes_after_the_refusal() {
    Site::new().check_all(LATE_BODIES);
}

/// More than actix reads at once. Whether the answer arrives is another matter: who is still sending may miss it.
#[actix_web::test]
async fn requests_in_a_large_body_of_a_refused_one() {
    let site = Site::new();
    let requests = "[GET A]".repeat(2000);
    for way in WAYS {
        let sent = expand(&format!("[POST]<<{requests}>>"), way);
        exchange(site.served.address(), &sent, None);
        assert_eq!(*site.runs.lock().unwrap(), Vec::<String>::new(), "{way}");
        assert_eq!(site.served.codes(), ["token_missing"], "{way}");
    }
}

const LENGTHS: &str = "
[POST A]Content-Length: 0¶¶[GET] => A, token_missing
[POST A]Content-Length: 0003¶¶one[GET] => A one, token_missing
[POST A]Content-Length: ⇥ 3 ⇥¶¶one[GET] => A one, token_missing
GET [/] HTTP/1.1¶Host: a¶[A]Content-Length: 3¶¶one[GET] => A one, token_missing
[POST A]Content-Length: 3¶Content-Length: 3¶¶one[GET B] => 400
[POST A]Content-Length: 3¶Content-Length: 0¶¶one[GET B] => 400
[POST A]Content-Length: 0¶Content-Length: 3¶¶one[GET B] => 400
[POST A]Content-Length : 3¶¶one[GET B] => 400
[POST A]Content-Length:¶¶[GET B] => 400
# Another header.
[POST A]Content_Length: 3¶¶[GET] => A, token_missing
# The method of the second one is eGET.
[POST A]Content-Length: 2¶¶one[GET B] => A on, B
[POST A]Content-Length: 2¶¶one[GET] => A on, token_missing
[POST A]Content-Length: 9999¶¶one[GET B] => A (broken)
[POST A]Content-Length: 18446744073709551615¶¶one[GET B] => A (broken)
";

/// Values that are no length, though some servers read one.
const NO_LENGTHS: &str = r#"
    3, 3 | +3 | -3 | -0 | 0x3 | 3.0 | 3e0 | 0_3 | 0 3 | 3;a=b | three | "3" | ٣ | 18446744073709551619
"#;

#[actix_web::test]
async fn lengths() {
    let site = Site::new();
    site.check_all(LENGTHS);
    for value in cells(NO_LENGTHS) {
        for start in ["[POST A]", "[POST]"] {
            site.check(&format!("{start}Content-Length: {value}¶¶one[GET B] => 400"));
        }
    }
}

const TRANSFER_ENCODINGS: &str = "
[CHUNKED A]3¶one¶0¶¶[GET] => A one, token_missing
[POST A]tRANSFER-eNCODING: cHUNKED¶¶3¶one¶0¶¶[GET] => A one, token_missing
[POST A]Transfer-Encoding:⇥chunked⇥¶¶3¶one¶0¶¶[GET] => A one, token_missing
# CL.TE and TE.CL.
[POST A]Content-Length: 5¶Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: chunked¶Content-Length: 3¶¶3¶one¶0¶¶[GET B] => 400
[POST A]Content-Length: 0¶Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
[POST]Content-Length: 5¶Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
# TE.TE.
[POST A]Transfer-Encoding: chunked¶Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: chunked¶Transfer-Encoding: identity¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: identity¶Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: chunked¶Transfer-Encoding: x¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding:¶¶[GET B] => 400
[POST A]Transfer-Encoding:¶ chunked¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding: chunked¶ , identity¶¶0¶¶[GET B] => 400
[POST A]Transfer-Encoding : chunked¶¶0¶¶[GET B] => 400
POST [/] HTTP/1.0¶Host: a¶[A]Transfer-Encoding: chunked¶¶0¶¶[GET B] => 400
# Another header.
[POST A]Transfer_Encoding: chunked¶¶[GET] => A, token_missing
";

/// Values that only some servers take for `chunked`.
const NO_TRANSFER_ENCODINGS: &str = "
    xchunked | chunked, identity | identity, chunked | gzip, chunked | chunked, chunked | ,chunked | chunked;q=1
    \"chunked\" | chunk ed | identity | \u{b}chunked | chunked␀ | \u{a0}chunked
";

#[actix_web::test]
async fn transfer_encodings() {
    let site = Site::new();
    site.check_all(TRANSFER_ENCODINGS);
    for value in cells(NO_TRANSFER_ENCODINGS) {
        for start in ["[POST A]", "[POST]", "[POST A]Content-Length: 5¶"] {
            site.check(&format!("{start}Transfer-Encoding: {value}¶¶0¶¶[GET B] => 400"));
        }
    }
}

const CHUNKS: &str = "
[CHUNKED A]3;a=b;c¶one¶0;d¶¶[GET] => A one, token_missing
[CHUNKED A]0003¶one¶000¶¶[GET] => A one, token_missing
# Trailers are dropped: no token comes that late, and no token is replaced.
[CHUNKED]3¶one¶0¶[A]¶[GET] => token_missing, token_missing
[CHUNKED A]3¶one¶0¶[B]Authorization: a¶Content-Length: 9¶¶[GET] => A one, token_missing
# actix takes any line for a trailer, and so a request without an empty line before it. Nothing gets in that way.
[CHUNKED A]0¶GET [/] HTTP/1.1¶¶[GET] => A, token_missing
[CHUNKED A]3¶one¶0¶[GET B] => A one
[CHUNKED A]3¶one¶0¶[GET B][GET] => A one, token_missing
# The request has a good token, so the handler runs, and learns that the body is broken. Then the connection is closed.
[CHUNKED A]3;␊GET [/] HTTP/1.1¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]0x3¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]+3¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]-3¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A] 3¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]3 0¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]\"3\"¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]3␊one¶0¶¶[GET B] => A (broken)
[CHUNKED A]3¶one␊0¶¶[GET B] => A (broken)
[CHUNKED A]3¶one0¶¶[GET B] => A (broken)
[CHUNKED A]3¶one¶0␊␊[GET B] => A (broken)
[CHUNKED A]2¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]999¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]ffffffffffffffff¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]10000000000000003¶one¶0¶¶[GET B] => A (broken)
[CHUNKED A]f0000000000000003¶one¶0¶¶[GET B] => A (broken)
";

#[actix_web::test]
async fn chunks() {
    Site::new().check_all(CHUNKS);
}

const HEADER_SECTIONS: &str = "
# actix takes LF alone for the end of a line, as RFC 9112 allows (section 2.2).
GET [/] HTTP/1.1␊Host: a␊␊[GET A] => token_missing, A
GET [/] HTTP/1.1¶Host: a¶X: a␊[A]¶[GET] => A, token_missing
GET [/] HTTP/1.1¶Host: a␍Approov-Token: a¶¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X: a␍[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X: a␀¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X␀: a¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶␀[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶: a¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶Approov-Token : a¶¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶Approov-Token⇥: a¶¶[GET A] => 400
GET [/] HTTP/1.1¶ Host: a¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶ [A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶X: a¶⇥[A]¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶[A] a¶¶[GET A] => 400
GET [/] HTTP/1.1¶Host: a¶Host: b¶[A]¶[GET A] => 400
GET [/] HTTP/1.1¶[A]¶[GET A] => 400
[A]¶[GET B] => 400
# The token stands elsewhere, twice, or not at all.
GET [/] HTTP/1.1¶Host: a¶X: [A]¶[GET B] => token_missing, B
GET [/] HTTP/1.1¶Host: a¶X-[A]¶[GET B] => token_missing, B
GET [/] HTTP/1.1¶Host: a¶[A][B]¶[GET A] => token_repeated, A
GET [/] HTTP/1.1¶Host: a¶[A][A]¶[GET A] => token_repeated, A
GET [/] HTTP/1.1¶Host: a¶Approov_Token: a¶¶[GET A] => token_missing, A
GET [/] HTTP/1.1¶Host: a¶Approov-Token: ¶¶[GET A] => token_empty, A
GET [/] HTTP/1.1¶Host: a¶Connection: Approov-Token¶¶[GET A] => token_missing, A
# Its header section has no end.
[GET A]GET [/] HTTP/1.1¶Host: a¶[B] => A
";

#[actix_web::test]
async fn header_sections() {
    Site::new().check_all(HEADER_SECTIONS);
}

const VERSIONS: &str = "
GET [/]¶¶[GET A] => 400
GET [/] HTTP/1.2¶Host: a¶[A]¶[GET B] => 400
GET [/] HTTP/2.0¶Host: a¶[A]¶[GET B] => 400
GET [/] http/1.1¶Host: a¶[A]¶[GET B] => 400
PRI * HTTP/2.0¶¶SM¶¶[GET A] => 400
# actix answers what came along with a request of HTTP/1.0, which closes the connection. It needs a token of its own.
GET [/] HTTP/1.0¶[A]¶[GET B] => A | B
GET [/] HTTP/1.0¶[A]¶[GET] => A | token_missing
GET [/] HTTP/1.0¶¶[GET B] => token_missing | B
GET [/] HTTP/1.0¶Connection: keep-alive¶[A]¶[GET] => A, token_missing
GET [/] HTTP/1.0¶Connection: keep-alive¶¶[GET A] => token_missing, A
POST [/] HTTP/1.0¶[A]¶[GET B] => 400
# actix ignores h2c in this place.
GET [/] HTTP/1.1¶Host: a¶Connection: Upgrade, HTTP2-Settings¶Upgrade: h2c¶HTTP2-Settings: AA¶[A]¶[GET] => A, token_missing
GET [/] HTTP/1.1¶Host: a¶Connection: Upgrade, HTTP2-Settings¶Upgrade: h2c¶HTTP2-Settings: AA¶¶[GET A] => token_missing, A
# After these there are no more requests.
GET [/] HTTP/1.1¶Host: a¶Connection: Upgrade¶Upgrade: websocket¶[A]¶one[GET B] => A (broken)
GET [/] HTTP/1.1¶Host: a¶Connection: Upgrade¶Upgrade: websocket¶¶[GET A] => token_missing
CONNECT [/] HTTP/1.1¶Host: a¶¶[GET A] => token_missing
";

#[actix_web::test]
async fn versions_and_upgrades() {
    Site::new().check_all(VERSIONS);
}

const EXPECTATIONS: &str = "
[POST A]Expect: 100-continue¶<<one>>[GET] => A one, token_missing
[POST]Expect: 100-continue¶<<[GET A]>>[GET A] => token_missing | A
[POST]Expect: 100-continue¶¶[GET A] => token_missing, A
[POST]Expect: the-unexpected¶<<[GET A]>>[GET A] => token_missing | A
";

#[actix_web::test]
async fn expectations() {
    Site::new().check_all(EXPECTATIONS);
}
