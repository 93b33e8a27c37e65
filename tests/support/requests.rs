//! Requests that are good, one for each way to protect. A fuzzer starts from them, with single bytes for the
//! [tokens](placeholders).

use crate::{
    client::{Request, chunked},
    placeholders::{self, DEVICE, USER},
    signing::{ACCOUNT_KEY, Key, Message, Signature},
};

/// How their senders see the server.
pub const ORIGIN: &str = "https://api.example.com";

/// A route, and a request that gets there.
pub fn genuine() -> Vec<(&'static str, Vec<u8>)> {
    let [good, bound, bound_to_two, ..] = placeholders::tokens();
    let get = |path: &str| Request::get(path).connection("keep-alive");
    let requests = [
        ("/guard", get("/guard").token(good)),
        ("/extractor", get("/extractor").token(&format!("Bearer {good}"))),
        ("/optional", get("/optional").token(bound)),
        ("/report", get("/report")),
        ("/middleware", get("/middleware/a/b?c=d").token(good)),
        ("/middleware/open", get("/middleware/open")),
        ("/bound", get("/bound").token(bound).header("Authorization", USER)),
        (
            "/bound-to-two",
            get("/bound-to-two")
                .token(bound_to_two)
                .header("Authorization", USER)
                .header("X-Device-Id", DEVICE),
        ),
        ("/signed", signed(&order("/signed"), Key::install(1))),
        ("/signed", signed(&in_chunks(order("/signed")), Key::install(1))),
        (
            "/signed-by-account",
            signed(&order("/signed-by-account"), Key::account(ACCOUNT_KEY)),
        ),
    ];
    let emptied = |request: Request| placeholders::emptied(&String::from_utf8(request.bytes()).unwrap()).into_bytes();
    requests.map(|(route, request)| (route, emptied(request))).into()
}

/// What the fuzzer of message signatures has signed, in its own notation, and what must get in: the list of components,
/// a query, a byte and the place where it spoils what was signed, header lines, and a body.
pub const DRAFTS: [&str; 3] = [
    "(\"@method\" \"@target-uri\" \"approov-token\");created=1700000000\na=b\nx1",
    "(\"@method\" \"@authority\" \"@path\" \"@query\" \"@query-param\";name=\"a\" \"approov-token\" \"accept\" \"accept\";bs);created=1700000000;expires=4102444800;nonce=\"n\"\na=b&c=d%20e\nx9\naccept: text/html\nACCEPT: a, b",
    "(\"@method\" \"@target-uri\" \"approov-token\" \"content-digest\" \"content-digest\";key=\"sha-256\" \"content-type\");created=1700000000\na=b\nx40\ncontent-type: a/b\ncontent-digest: sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:\n\nhello",
];

fn order(path: &str) -> Message {
    Message::new("POST", &format!("{ORIGIN}{path}?item=1&of=a"))
        .header("Approov-Token", &placeholders::tokens()[0])
        .header("Content-Type", "application/json")
        .body(br#"{"item":1}"#)
}

/// The same as far as the signature goes.
fn in_chunks(message: Message) -> Message {
    let mut message = message.without("Content-Length").header("Transfer-Encoding", "chunked");
    message.body = chunked(&message.body, 4);
    message
}

/// Good for ever.
fn signed(message: &Message, key: Key) -> Request {
    let signature = Signature::new(key, message).parameters(";created=1700000000;nonce=\"n\"");
    let message = message.clone().header("Connection", "keep-alive");
    message.request().signed(&[&signature])
}
