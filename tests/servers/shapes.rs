//! The Shapes API, as its table promises, in each of the four modes.

use serde_json::{Value, json};
use support::{
    client::{Answer, Request},
    token::{self, SECRET},
};

use crate::{SHAPES_API, SHAPES_API_UNPROTECTED, process::Process};

const SHAPES: [&str; 4] = ["Circle", "Triangle", "Square", "Rectangle"];
const FORMS: [&str; 4] = ["Sphere", "Cone", "Cube", "Box"];
const USER: &str = "Bearer user-1";

fn serve(abort_token: bool, abort_binding: bool, logging: bool) -> Process {
    let flags = [
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", abort_token),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", abort_binding),
        ("APPROOV_LOGGING_ENABLED", logging),
    ];
    let flags = flags.map(|(name, flag)| (name, if flag { "true" } else { "false" }));
    let vars = [&flags[..], &[("APPROOV_BASE64_SECRET", SECRET)]].concat();
    Process::serve(SHAPES_API, &vars, None)
}

fn get(server: &Process, path: &str, token: Option<&str>, user: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in [("Approov-Token", token), ("Authorization", user)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    request.send(server.address())
}

/// The status, after a look at the body.
fn status(answer: &Answer) -> u16 {
    let body: Value = answer.body.parse().unwrap();
    let one_of = |name: &str, names: [&str; 4]| names.contains(&body[name].as_str().unwrap_or_default());
    match answer.status {
        200 => assert!(one_of("shape", SHAPES) || one_of("form", FORMS), "{body}"),
        _ => assert_eq!(body, json!({})),
    }
    answer.status
}

#[test]
fn open_endpoints_of_both_servers() {
    let protected = serve(true, true, true);
    let unprotected = Process::serve(SHAPES_API_UNPROTECTED, &[], None);
    let hello = r#"{"text":"Hello, World!"}"#;
    for server in [&protected, &unprotected] {
        let get = |path, user| get(server, path, None, user);
        assert_eq!(get("/v1/hello", None).body, hello);
        assert_eq!(status(&get("/v1/shapes", None)), 200);
        for (user, expected) in [(None, 400), (Some(" "), 400), (Some(USER), 200)] {
            assert_eq!(status(&get("/v1/forms", user)), expected);
        }
        let home = get("/", None).body;
        assert!(home.contains("/v1/forms") && !home.contains("eyJ"), "{home}");
    }
    assert_eq!(get(&protected, "/v2/hello", None, None).body, hello);
    for path in ["/v2/hello", "/v2/shapes", "/v2/forms"] {
        assert_eq!(get(&unprotected, path, None, None).status, 404);
    }
}

/// Token and `Authorization` of a row.
fn sent(row: &str) -> (Option<String>, Option<&'static str>) {
    let bound = Some(token::bound(&[USER]));
    match row {
        "a valid token" | "an unbound token" => (Some(token::good()), Some(USER)),
        "no token" => (None, Some(USER)),
        "an empty header" => (Some(String::new()), Some(USER)),
        "a malformed token" => (Some("junk".to_owned()), Some(USER)),
        "an expired token" => (Some(token::expired()), Some(USER)),
        "a forged token" => (Some(token::forged()), Some(USER)),
        "a status word" => (Some("NO_NETWORK".to_owned()), Some(USER)),
        "a token bound to another user" => (Some(token::bound(&["Bearer user-2"])), Some(USER)),
        "a token bound to this user" => (bound, Some(USER)),
        "a bound token without a user" => (bound, None),
        "a bound token with an empty user" => (bound, Some(" ")),
        "neither token nor user" => (None, None),
        _ => panic!("{row}"),
    }
}

#[test]
fn each_request_in_each_mode_is_answered_as_the_guide_says() {
    let guide = include_str!("../../docs/shapes-api.md");
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `/v2/"));
    let rows = rows.map(|row| row.trim_end_matches(" |").split(" | ").collect());
    let rows: Vec<Vec<_>> = rows.collect();
    assert_eq!(rows.len(), 20);
    // In the order of the columns: are tokens enforced, and bindings?
    let modes = [(true, true), (true, false), (false, true), (false, false)];
    let servers = modes.map(|(token, binding)| serve(token, binding, true));
    for row in rows {
        let (path, request) = row[0].split_once("`, ").unwrap();
        let (token, user) = sent(request);
        let user = user.filter(|_| path == "forms");
        for (server, cell) in servers.iter().zip(&row[2..]) {
            let before = server.stderr().len();
            let answer = get(server, &format!("/v2/{path}"), token.as_deref(), user);
            let log = &server.stderr()[before..];
            let word = cell.trim_start_matches(char::is_numeric).trim_end_matches(" + ERROR");
            let line = match row[1].trim_matches('`') {
                "–" => format!("approov_actix]{word} GET /v2/{path}"),
                code => format!("approov_actix]{word} {code}"),
            };
            assert!(log.contains(&line), "{row:?}: {log}");
            let is_error = log.contains("AUTHORIZATION TOKEN EMPTY OR MISSING");
            let error = if is_error { " + ERROR" } else { "" };
            assert_eq!(format!("{}{word}{error}", status(&answer)), *cell, "{row:?}");
        }
    }
    let log = servers[2].stderr();
    assert!(log.contains("only REPORTS requests without a genuine token"));
    assert!(log.contains("who leaves the token out avoids"));
}

#[test]
fn logging_off_silences_approov_and_not_the_application() {
    let server = serve(true, true, false);
    let ask = |path: &str, token: &str| status(&get(&server, path, Some(token), None));
    assert_eq!(ask("/v2/shapes", &token::good()), 200);
    assert_eq!(ask("/v2/shapes", ""), 400);
    assert_eq!(ask("/v2/forms", &token::bound(&[USER])), 400);
    let log = server.stderr();
    assert!(!log.contains("ACCEPTED") && !log.contains("REJECTED"), "{log}");
    assert!(log.contains("ERROR shapes_api] AUTHORIZATION TOKEN EMPTY"), "{log}");
}
