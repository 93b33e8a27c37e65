//! `tracing-spans`, as its table promises.

use serde_json::Value;
use support::{
    client::Request,
    ed25519::FIRST,
    key_server::{KeyServer, Reply},
    oct,
    token::{self, DEVICE_ID, SECRET},
};

use crate::process::{Process, wait_for};

const TRACING_SPANS: &str = env!("CARGO_BIN_EXE_tracing-spans");

fn lines(server: &Process) -> Vec<Value> {
    let log = server.stderr();
    log.lines().filter_map(|line| line.parse().ok()).collect()
}

/// The request's span, as it is when it ends.
fn span(server: &Process, path: &str) -> Value {
    wait_for(|| {
        let mut lines = lines(server).into_iter();
        let end = lines.find(|line| line["fields"]["message"] == "close" && line["span"]["http.target"] == path);
        end.map(|mut line| line["span"].take())
    })
}

/// Verdict, code and device id.
fn decision(span: &Value) -> [Option<&str>; 3] {
    ["verdict", "code", "device_id"].map(|field| span[format!("approov.{field}")].as_str())
}

#[test]
fn the_span_has_code_and_device() {
    let server = Process::serve(TRACING_SPANS, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    for (path, token, status, expected) in [
        (
            "/orders?1",
            token::bound(&["user"]),
            200,
            [Some("accepted"), None, Some(DEVICE_ID)],
        ),
        (
            "/orders?2",
            token::good(),
            401,
            [Some("refused"), Some("binding_claim_missing"), Some(DEVICE_ID)],
        ),
        (
            "/whoami?1",
            token::forged(),
            401,
            [Some("refused"), Some("token_signature"), None],
        ),
        (
            "/whoami?2",
            String::new(),
            401,
            [Some("refused"), Some("token_empty"), None],
        ),
    ] {
        let request = Request::get(path).token(&token).header("Authorization", "user");
        assert_eq!(request.send(server.address()).status, status, "{path}");
        let span = span(&server, path);
        assert_eq!(decision(&span), expected, "{path}");
        assert_eq!(span["http.status_code"], status, "{path}");
    }
    // What the library and the handler log is in the span.
    for text in ["REJECTED token_signature GET /whoami", "looking for orders"] {
        let lines = lines(&server);
        let is_meant = |line: &&Value| {
            line["fields"]["message"]
                .as_str()
                .is_some_and(|message| message.contains(text))
        };
        let line = lines.iter().find(is_meant).unwrap();
        assert_eq!(line["span"]["name"], "HTTP request", "{line}");
    }
    let log = server.stderr();
    assert!(!log.contains(&token::forged()[..40]));
    // That of the secret alone: a refusal is no warning, or anyone could fill the log with them.
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
}

/// A client chooses some of the fields: none of them becomes another one.
#[test]
fn no_header_writes_a_field_of_ours() {
    let server = Process::serve(TRACING_SPANS, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let forged = "6.6.6.6\" approov.verdict=\"accepted\",\"approov.device_id\":\"d";
    for header in ["X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "Forwarded"] {
        let path = format!("/whoami?{header}");
        let request = Request::get(&path)
            .header(header, forged)
            .header(header, &format!("for={forged};host={forged}"));
        assert_eq!(request.send(server.address()).status, 401);
        let span = span(&server, &path);
        assert_eq!(
            decision(&span),
            [Some("refused"), Some("token_missing"), None],
            "{span}"
        );
    }
}

#[test]
fn a_report_is_told_from_a_refusal() {
    let vars = [
        ("APPROOV_BASE64_SECRET", SECRET),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", "false"),
    ];
    let server = Process::serve(TRACING_SPANS, &vars, None);
    let request = Request::get("/orders")
        .token(&token::good())
        .header("Authorization", "user");
    assert_eq!(request.send(server.address()).status, 200);
    let expected = [Some("reported"), Some("binding_claim_missing"), Some(DEVICE_ID)];
    assert_eq!(decision(&span(&server, "/orders")), expected);
}

/// Whatever `RUST_LOG` says: an address may have a secret in it.
#[test]
fn the_address_of_keys_is_not_logged() {
    let source = KeyServer::start(Reply::new(200, oct::set_of(&[FIRST.jwk()])));
    let address = source.url();
    let (_, path) = address.rsplit_once('/').unwrap();
    let vars = [("APPROOV_JWKS_URL", address.as_str()), ("RUST_LOG", "trace")];
    let server = Process::serve(TRACING_SPANS, &vars, None);
    // By the time of an answer, there are lines of that level.
    assert_eq!(Request::get("/orders").send(server.address()).status, 401);
    let log = server.stderr();
    assert!(log.contains("TRACE") && !log.contains(path), "{log}");
}
