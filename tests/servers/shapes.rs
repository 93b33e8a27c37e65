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

/// No token at all, in two forms, and bad ones.
fn without() -> [Option<String>; 2] {
    [None, Some(String::new())]
}

fn bad() -> [Option<String>; 5] {
    [
        "NO_NETWORK".to_owned(),
        "junk".to_owned(),
        token::forged(),
        token::expired(),
        token::with(&serde_json::json!({ "exp": null })),
    ]
    .map(Some)
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

#[test]
fn enforced() {
    let server = serve(true, true);
    assert_eq!(shapes(&server, Some(&token::good())), 200);
    assert_eq!(
        shapes(&server, Some(&token::with(&serde_json::json!({ "aud": "approov.io" })))),
        200
    );
    for token in without() {
        assert_eq!(shapes(&server, token.as_deref()), 400, "{token:?}");
        for authorization in [None, Some(USER)] {
            assert_eq!(forms(&server, token.as_deref(), authorization), 400, "{token:?}");
        }
    }
    for token in bad() {
        assert_eq!(shapes(&server, token.as_deref()), 401, "{token:?}");
        for authorization in [None, Some(USER)] {
            assert_eq!(forms(&server, token.as_deref(), authorization), 401, "{token:?}");
        }
    }
    let bound = token::bound(&[USER]);
    assert_eq!(forms(&server, Some(&bound), Some(USER)), 200);
    assert_eq!(forms(&server, Some(&bound), Some("Bearer user-2")), 401);
    assert_eq!(forms(&server, Some(&token::good()), Some(USER)), 401);
    assert_eq!(forms(&server, Some(&bound), None), 400);
    assert_eq!(forms(&server, Some(&bound), Some("  ")), 400);
    assert_eq!(forms(&server, Some(&token::good()), None), 400);

    let log = server.stderr();
    for line in [
        "approov_actix] ACCEPTED GET /v2/shapes",
        "approov_actix] REJECTED token_missing GET /v2/shapes",
        "approov_actix] REJECTED token_status_word(NO_NETWORK) GET /v2/forms",
        "approov_actix] REJECTED binding_mismatch GET /v2/forms",
        "AUTHORIZATION TOKEN EMPTY OR MISSING",
    ] {
        assert!(log.contains(line), "{line}");
    }
    assert!(!log.contains("WOULD REJECT"));
}

#[test]
fn tokens_reported_bindings_enforced() {
    let server = serve(false, true);
    for token in without().into_iter().chain(bad()) {
        assert_eq!(shapes(&server, token.as_deref()), 200, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), Some(USER)), 200, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), None), 400, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), Some("")), 400, "{token:?}");
    }
    assert_eq!(forms(&server, Some(&token::bound(&[USER])), Some(USER)), 200);
    assert_eq!(forms(&server, Some(&token::bound(&[USER])), Some("Bearer user-2")), 401);
    assert_eq!(forms(&server, Some(&token::good()), Some(USER)), 401);
    assert_eq!(forms(&server, Some(&token::good()), None), 400);
    let log = server.stderr();
    assert!(log.contains("approov_actix] WOULD REJECT token_signature GET /v2/forms"));
    assert!(log.contains("only REPORTS requests without a genuine token"));
    assert!(log.contains("who leaves the token out avoids"), "{log}");
}

#[test]
fn tokens_enforced_bindings_reported() {
    let server = serve(true, false);
    for token in without() {
        assert_eq!(shapes(&server, token.as_deref()), 400, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), Some(USER)), 400, "{token:?}");
    }
    for token in bad() {
        assert_eq!(shapes(&server, token.as_deref()), 401, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), Some(USER)), 401, "{token:?}");
    }
    for token in [token::bound(&[USER]), token::bound(&["Bearer user-2"]), token::good()] {
        assert_eq!(forms(&server, Some(&token), Some(USER)), 200);
        assert_eq!(forms(&server, Some(&token), None), 400);
        assert_eq!(forms(&server, Some(&token), Some(" ")), 400);
    }
    let log = server.stderr();
    assert!(log.contains("approov_actix] WOULD REJECT binding_mismatch GET /v2/forms"));
    assert!(log.contains("approov_actix] WOULD REJECT binding_claim_missing GET /v2/forms"));
}

#[test]
fn both_reported() {
    let server = serve(false, false);
    let good = [token::bound(&[USER]), token::bound(&["Bearer user-2"]), token::good()].map(Some);
    for token in without().into_iter().chain(bad()).chain(good) {
        assert_eq!(shapes(&server, token.as_deref()), 200, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), Some(USER)), 200, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), None), 400, "{token:?}");
        assert_eq!(forms(&server, token.as_deref(), Some("")), 400, "{token:?}");
    }
    assert!(!server.stderr().contains(" REJECTED "));
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
