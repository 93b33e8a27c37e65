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

fn serve(binding: &str) -> Process {
    let vars = [
        ("APPROOV_BASE64_SECRET", SECRET),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", binding),
    ];
    Process::serve(TRACING_SPANS, &vars, None)
}

/// The lines of its log for which something is so.
fn lines(server: &Process, is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
    let log = server.stderr();
    let lines = log.lines().filter_map(|line| line.parse().ok());
    lines.filter(is_meant).collect()
}

/// Sends it. Verdict, code and device id, as its span has them when it ends.
fn decision(server: &Process, path: &str, request: &Request) -> String {
    let status = request.send(server.address()).status;
    let is_end = |line: &Value| line["fields"]["message"] == "close" && line["span"]["http.target"] == path;
    let span = wait_for(|| lines(server, is_end).pop())["span"].take();
    assert_eq!(span["http.status_code"], status, "{path}");
    let fields = ["verdict", "code", "device_id"].map(|field| span[format!("approov.{field}")].as_str());
    format!("{status} {}", fields.map(|field| field.unwrap_or("–")).join(" "))
}

#[test]
fn the_span_has_code_and_device() {
    let (strict, lax) = (serve("true"), serve("false"));
    let [good, bound, forged] = [token::good(), token::bound(&["user"]), token::forged()];
    for (server, path, token, expected) in [
        (&strict, "/orders?1", &bound, "200 accepted – DEVICE"),
        (&strict, "/orders?2", &good, "401 refused binding_claim_missing DEVICE"),
        (&strict, "/whoami", &forged, "401 refused token_signature –"),
        (&lax, "/orders", &good, "200 reported binding_claim_missing DEVICE"),
    ] {
        let request = Request::get(path).token(token).header("Authorization", "user");
        let expected = expected.replace("DEVICE", DEVICE_ID);
        assert_eq!(decision(server, path, &request), expected, "{path}");
    }
    // What the library and the handler log is in the span.
    for text in ["REJECTED token_signature GET /whoami", "looking for orders"] {
        let lines = lines(&strict, |line| line["fields"]["message"].to_string().contains(text));
        assert_eq!(lines[0]["span"]["name"], "HTTP request", "{lines:?}");
    }
    let log = strict.stderr();
    assert!(!log.contains(&forged[..40]));
    // That of the secret alone: a refusal is no warning, or anyone could fill the log with them.
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
}

/// A client chooses some of the fields: none of them becomes another one.
#[test]
fn no_header_writes_a_field_of_ours() {
    let server = serve("true");
    let forged = "6.6.6.6\" approov.verdict=\"accepted\",\"approov.device_id\":\"d";
    for header in ["X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "Forwarded"] {
        let path = format!("/whoami?{header}");
        let request = Request::get(&path).header(header, forged);
        let request = request.header(header, &format!("for={forged};host={forged}"));
        let decision = decision(&server, &path, &request);
        assert_eq!(decision, "401 refused token_missing –", "{header}");
    }
}

/// Whatever `RUST_LOG` says: an address may have a secret in it.
#[test]
fn the_address_of_keys_is_not_logged() {
    let source = KeyServer::start(Reply::new(200, oct::set_of(&[FIRST.jwk()])));
    let address = source.url();
    let vars = [("APPROOV_JWKS_URL", address.as_str()), ("RUST_LOG", "trace")];
    let server = Process::serve(TRACING_SPANS, &vars, None);
    // By the time of an answer, there are lines of that level.
    assert_eq!(Request::get("/orders").send(server.address()).status, 401);
    let log = server.stderr();
    assert!(log.contains("TRACE") && !log.contains("hidden"), "{log}");
}
