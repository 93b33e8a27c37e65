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
    let vars = [
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", abort_token),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", abort_binding),
        ("APPROOV_LOGGING_ENABLED", logging),
    ];
    let flags = vars.map(|(name, flag)| (name, if flag { "true" } else { "false" }));
    let vars = [&flags[..], &[("APPROOV_BASE64_SECRET", SECRET)]].concat();
    Process::serve(SHAPES_API, &vars, None)
}

fn get(server: &Process, path: &str, token: Option<&str>, authorization: Option<&str>) -> Answer {
    let headers = [("Approov-Token", token), ("Authorization", authorization)];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let request = headers.fold(Request::get(path), |request, (name, value)| request.header(name, value));
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
        let home = get("/", None);
        assert_eq!(home.header("content-type"), Some("text/html; charset=utf-8"));
        let has_token = home.body.contains("eyJ");
        assert!(home.body.contains("/v1/forms") && !has_token);
    }
    assert_eq!(get(&protected, "/v2/hello", None, None).body, hello);
    assert!(get(&protected, "/", None, None).body.contains("/v2/forms"));
    for path in ["/v2/hello", "/v2/shapes", "/v2/forms"] {
        assert_eq!(get(&unprotected, path, None, None).status, 404);
    }
    // Other methods are no endpoints, with a token or without.
    for method in ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"] {
        for path in ["/", "/v1/hello", "/v2/shapes", "/v2/forms"] {
            for token in ["", &token::good()] {
                let answer = Request::new(method, path).token(token).send(protected.address());
                assert_eq!(answer.status, 404, "{method} {path}");
            }
        }
    }
}

/// Token and `Authorization` of a row.
fn sent(row: &str) -> (Option<String>, Option<&'static str>) {
    let bound = token::bound(&[USER]);
    match row {
        "a valid token" | "an unbound token" => (Some(token::good()), Some(USER)),
        "no token" => (None, Some(USER)),
        "an empty header" => (Some(String::new()), Some(USER)),
        "a malformed token" => (Some("junk".to_owned()), Some(USER)),
        "an expired token" => (Some(token::expired()), Some(USER)),
        "a forged token" => (Some(token::forged()), Some(USER)),
        "a status word" => (Some("NO_NETWORK".to_owned()), Some(USER)),
        "a token bound to another user" => (Some(token::bound(&["Bearer user-2"])), Some(USER)),
        "a token bound to this user" => (Some(bound), Some(USER)),
        "a bound token without a user" => (Some(bound), None),
        "a bound token with an empty user" => (Some(bound), Some(" ")),
        "neither token nor user" => (None, None),
        _ => panic!("{row}"),
    }
}

#[test]
fn each_request_in_each_mode_is_answered_as_the_guide_says() {
    let guide = include_str!("../../docs/shapes-api.md");
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `/v2/"));
    let rows = rows.map(|row| row.trim_end_matches(" |").split(" | ").collect::<Vec<_>>());
    // In the order of the columns: are tokens enforced, and bindings?
    let modes = [(true, true), (true, false), (false, true), (false, false)];
    let mut servers = modes.map(|(token, binding)| (serve(token, binding, true), 0));
    let mut count = 0;
    for row in rows {
        count += 1;
        let (path, request) = row[0].split_once("`, ").unwrap();
        let (token, authorization) = sent(request);
        let authorization = authorization.filter(|_| path == "forms");
        let code = row[1].trim_matches('`');
        for ((server, seen), cell) in servers.iter_mut().zip(&row[2..]) {
            let answer = get(server, &format!("/v2/{path}"), token.as_deref(), authorization);
            let log = server.stderr();
            let lines = &log[*seen..];
            *seen = log.len();
            let word = cell.trim_start_matches(char::is_numeric).trim_end_matches(" + ERROR");
            let line = match code {
                "–" => format!("approov_actix]{word} GET /v2/{path}"),
                _ => format!("approov_actix]{word} {code}"),
            };
            assert!(lines.contains(&line), "{row:?}: {lines}");
            let is_error = lines.contains("AUTHORIZATION TOKEN EMPTY OR MISSING");
            let error = if is_error { " + ERROR" } else { "" };
            assert_eq!(format!("{}{word}{error}", status(&answer)), **cell, "{row:?}");
        }
    }
    assert_eq!(count, 20);

    let log = servers.map(|(server, _)| server.stderr());
    assert!(log[2].contains("only REPORTS requests without a genuine token"));
    assert!(log[2].contains("who leaves the token out avoids"));
}

#[test]
fn logging_off_silences_approov_and_not_the_application() {
    let server = serve(true, true, false);
    let ask = |path: &str, token: Option<&str>| status(&get(&server, path, token, None));
    assert_eq!(ask("/v2/shapes", Some(&token::good())), 200);
    assert_eq!(ask("/v2/shapes", None), 400);
    assert_eq!(ask("/v2/forms", Some(&token::bound(&[USER]))), 400);
    let log = server.stderr();
    assert!(!log.contains("ACCEPTED") && !log.contains("REJECTED"), "{log}");
    assert!(
        log.contains("ERROR shapes_api] AUTHORIZATION TOKEN EMPTY OR MISSING"),
        "{log}"
    );
}
