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

/// Sends it. Verdict, code and device id, as its span has them.
fn decision(server: &Process, path: &str, request: &Request) -> String {
    let status = request.send(server.address()).status;
    let span = span(server, path);
    assert_eq!(span["http.status_code"], status, "{path}");
    let fields = ["verdict", "code", "device_id"].map(|field| span[format!("approov.{field}")].as_str());
    format!("{status} {}", fields.map(|field| field.unwrap_or("–")).join(" "))
}

#[test]
fn the_span_has_code_and_device() {
    let (enforcing, reporting) = (serve("true"), serve("false"));
    let [good, bound, forged] = [token::good(), token::bound(&["user"]), token::forged()];
    for (server, path, token, expected) in [
        (&enforcing, "/orders?1", &*bound, "200 accepted – DEVICE"),
        (
            &enforcing,
            "/orders?2",
            &good,
            "401 refused binding_claim_missing DEVICE",
        ),
        (&enforcing, "/whoami?1", &forged, "401 refused token_signature –"),
        (&enforcing, "/whoami?2", "", "401 refused token_empty –"),
        (
            &reporting,
            "/orders?1",
            &good,
            "200 reported binding_claim_missing DEVICE",
        ),
    ] {
        let request = Request::get(path).token(token).header("Authorization", "user");
        let expected = expected.replace("DEVICE", DEVICE_ID);
        assert_eq!(decision(server, path, &request), expected, "{path}");
    }
    // What the library and the handler log is in the span.
    for text in ["REJECTED token_signature GET /whoami", "looking for orders"] {
        let lines = lines(&enforcing).into_iter();
        let mut lines = lines.filter(|line| line["fields"]["message"].to_string().contains(text));
        let line = lines.next().expect(text);
        assert_eq!(line["span"]["name"], "HTTP request", "{line}");
    }
    let log = enforcing.stderr();
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
        let expected = "401 refused token_missing –";
        assert_eq!(decision(&server, &path, &request), expected, "{path}");
    }
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
