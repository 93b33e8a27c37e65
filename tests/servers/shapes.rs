//! The Shapes API, as its table promises, in each of the four modes.

use serde_json::Value;
use support::{
    client::{Answer, Request},
    token::{self, SECRET},
};

use crate::{SHAPES_API, SHAPES_API_UNPROTECTED, process::Process};

const SHAPES: [&str; 4] = ["Circle", "Triangle", "Square", "Rectangle"];
const FORMS: [&str; 4] = ["Sphere", "Cone", "Cube", "Box"];
const USER: &str = "Bearer user-1";

fn serve(abort_token: bool, abort_binding: bool) -> Process {
    serve_with(abort_token, abort_binding, &[])
}

fn serve_with(abort_token: bool, abort_binding: bool, more: &[(&str, &str)]) -> Process {
    let text = |flag: bool| if flag { "true" } else { "false" };
    let mut vars = vec![
        ("APPROOV_BASE64_SECRET", SECRET),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", text(abort_token)),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING", text(abort_binding)),
    ];
    vars.extend(more);
    Process::serve(SHAPES_API, &vars, None)
}

/// The status, after a look at the body.
fn status(answer: &Answer) -> u16 {
    let body: Value = answer.body.parse().unwrap();
    let one_of = |name: &str, names: [&str; 4]| names.contains(&body[name].as_str().unwrap_or_default());
    match answer.status {
        200 => assert!(one_of("shape", SHAPES) || one_of("form", FORMS), "{body}"),
        _ => assert_eq!(body, serde_json::json!({})),
    }
    answer.status
}

fn shapes(server: &Process, token: Option<&str>) -> u16 {
    let request = Request::get("/v2/shapes");
    let request = token.map_or(request.clone(), |token| request.token(token));
    status(&request.send(server.address()))
}

fn forms(server: &Process, token: Option<&str>, authorization: Option<&str>) -> u16 {
    let mut request = Request::get("/v2/forms");
    if let Some(token) = token {
        request = request.token(token);
    }
    if let Some(value) = authorization {
        request = request.header("Authorization", value);
    }
    status(&request.send(server.address()))
}

#[test]
fn open_endpoints_of_both_servers() {
    let protected = serve(true, true);
    let unprotected = Process::serve(SHAPES_API_UNPROTECTED, &[], None);
    for server in [&protected, &unprotected] {
        let get = |path| Request::get(path).send(server.address());
        assert_eq!(get("/v1/hello").body, r#"{"text":"Hello, World!"}"#);
        assert!(
            SHAPES.contains(
                &get("/v1/shapes").body.parse::<Value>().unwrap()["shape"]
                    .as_str()
                    .unwrap()
            )
        );
        assert_eq!(status(&get("/v1/forms")), 400);
        assert_eq!(
            status(
                &Request::get("/v1/forms")
                    .header("Authorization", " ")
                    .send(server.address())
            ),
            400
        );
        let answer = Request::get("/v1/forms")
            .header("Authorization", USER)
            .send(server.address());
        assert!(FORMS.contains(&answer.body.parse::<Value>().unwrap()["form"].as_str().unwrap()));
        let home = get("/");
        assert_eq!(home.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(
            home.body.contains("/v1/forms") && !home.body.contains("eyJ"),
            "a page without tokens"
        );
    }
    let get = |server: &Process, path| Request::get(path).send(server.address());
    assert_eq!(get(&protected, "/v2/hello").body, r#"{"text":"Hello, World!"}"#);
    assert!(get(&protected, "/").body.contains("/v2/forms"));
    for path in ["/v2/hello", "/v2/shapes", "/v2/forms"] {
        assert_eq!(get(&unprotected, path).status, 404);
    }
}

/// Token and `Authorization` of a row.
fn sent(row: &str) -> Option<(Option<String>, Option<&'static str>)> {
    let bound = token::bound(&[USER]);
    Some(match row {
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
        _ => return None,
    })
}

#[test]
fn each_request_in_each_mode_is_answered_as_the_guide_says() {
    let guide = include_str!("../../docs/shapes-api.md");
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `/v2/"));
    let mut rows = rows.map(|row| row.trim_end_matches(" |").split(" | ").collect::<Vec<_>>());
    // In the order of the columns: are tokens enforced, and bindings?
    let modes = [(true, true), (true, false), (false, true), (false, false)];
    let mut servers = modes.map(|(token, binding)| (serve(token, binding), 0));
    let count = rows.by_ref().map(|row| {
        let (path, request) = row[0].split_once("`, ").unwrap();
        let (token, authorization) = sent(request).expect(request);
        let code = row[1].trim_matches('`');
        for ((server, seen), cell) in servers.iter_mut().zip(&row[2..]) {
            let status = match path {
                "shapes" => shapes(server, token.as_deref()),
                _ => forms(server, token.as_deref(), authorization),
            };
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
            assert_eq!(
                format!("{status}{word}{}", if is_error { " + ERROR" } else { "" }),
                **cell,
                "{row:?}"
            );
        }
    });
    assert_eq!(count.count(), 20);

    let log = servers.map(|(server, _)| server.stderr());
    assert!(log[2].contains("only REPORTS requests without a genuine token"));
    assert!(log[2].contains("who leaves the token out avoids"));
}

#[test]
fn logging_off_silences_approov_and_not_the_application() {
    let server = serve_with(true, true, &[("APPROOV_LOGGING_ENABLED", "false")]);
    assert_eq!(shapes(&server, Some(&token::good())), 200);
    assert_eq!(shapes(&server, None), 400);
    assert_eq!(forms(&server, Some(&token::bound(&[USER])), None), 400);
    let log = server.stderr();
    assert!(!log.contains("ACCEPTED") && !log.contains("REJECTED"), "{log}");
    assert!(
        log.contains("ERROR shapes_api] AUTHORIZATION TOKEN EMPTY OR MISSING"),
        "{log}"
    );
}

/// Other methods are no endpoints, with a token or without.
#[test]
fn other_methods() {
    let server = serve(true, true);
    for method in ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"] {
        for path in ["/", "/v1/hello", "/v2/shapes", "/v2/forms"] {
            for token in ["", &token::good()] {
                let answer = Request::new(method, path).token(token).send(server.address());
                assert_eq!(answer.status, 404, "{method} {path}");
            }
        }
    }
}
