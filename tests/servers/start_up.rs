//! Bad configuration never starts, and says so in one sentence.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use support::{
    client::Request,
    token::{self, SECRET},
};

use crate::{HELLO, QUICKSTART, process::Process};

const NAME: &str = "APPROOV_BASE64_SECRET";
const GET: &str = "use the output of `approov secret -get base64`";

#[test]
fn what_is_printed() {
    let placeholder = format!("{NAME} is still the placeholder of a quickstart; {GET}");
    let placeholder_url = placeholder.replace("BASE64", "BASE64URL");
    let no_base64 = format!("{NAME} is not base64; {GET}, unchanged");
    let no_header_name =
        "is not a header name: it may have letters, digits, `-`, `_` and `.`, but no quotes and no `$VARIABLE`";
    let good = (NAME, SECRET);
    let not_boolean = |name: &str| format!("{name} is none of `true`, `false`, `1` and `0`");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[(NAME, "not base64!")], &no_base64),
        (
            &[(NAME, "")],
            &format!("{NAME} is empty; set it to a value or remove it"),
        ),
        (
            &[(NAME, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==")],
            &format!("{NAME} is too short: the decoded secret must have at least 32 bytes"),
        ),
        (&[(NAME, "approov_base64_secret_here")], &placeholder),
        (&[(NAME, "approov-base64-encoded-secret-here")], &placeholder),
        (&[(NAME, "__ADD_HERE_THE_APPROOV_BASE64_SECRET__")], &placeholder),
        (
            &[("APPROOV_BASE64URL_SECRET", "approov_base64url_secret_here")],
            &placeholder_url,
        ),
        (
            &[good, ("APPROOV_BASE64URL_SECRET", SECRET)],
            "APPROOV_BASE64_SECRET and APPROOV_BASE64URL_SECRET are both set; keep one",
        ),
        (
            &[good, ("APPROOV_LOGGING_ENABLED", "on")],
            &not_boolean("APPROOV_LOGGING_ENABLED"),
        ),
        (
            &[good, ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", "no")],
            &not_boolean("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN"),
        ),
        (
            &[good, ("APPROOV_TOKEN_BINDING_HEADER", "Approov-Token")],
            "APPROOV_TOKEN_BINDING_HEADER is the header that carries the token; bind to another one",
        ),
        (
            &[good, ("APPROOV_TOKEN_HEADER", "\"Approov-Token\"")],
            &format!("APPROOV_TOKEN_HEADER {no_header_name}"),
        ),
        (
            &[good, ("APPROOV_TOKEN_BINDING_HEADER", "$HDR")],
            &format!("APPROOV_TOKEN_BINDING_HEADER {no_header_name}"),
        ),
        (
            &[good, ("APPROOV_PUBLIC_ORIGIN", "https://*.example.com")],
            "APPROOV_PUBLIC_ORIGIN has a `*` in it; there are no patterns, so name each origin",
        ),
        (
            &[good, ("APPROOV_TOKEN_BINDING", "Authorization")],
            "\"APPROOV_TOKEN_BINDING\" is not a variable of approov-actix; the nearest is APPROOV_TOKEN_BINDING_HEADER: rename or remove it",
        ),
        (
            &[("HTTP_HOST", "0.0.0.0")],
            &format!("HTTP_HOST is not a loopback address, and the demo mode is for this machine only: set {NAME}"),
        ),
        (
            &[good, ("HTTP_PORT", "65536")],
            "HTTP_PORT is not a number in its range",
        ),
        (&[good, ("HTTP_WORKERS", "0")], "HTTP_WORKERS must be at least 1"),
    ];
    for (vars, sentence) in cases {
        for binary in [QUICKSTART, HELLO] {
            let printed = Process::fail(binary, vars, None);
            // Before it, the log may warn of the published secret.
            assert_eq!(
                printed.lines().last(),
                Some(format!("Error: {sentence}").as_str()),
                "{printed}"
            );
            assert!(!printed.contains("panicked"), "{printed}");
        }
    }
}

#[test]
fn the_example_env_file_works_unchanged_and_warns_of_the_published_secret() {
    let text = include_str!("../../.env.example");
    let server = Process::serve(QUICKSTART, &[], Some(text));
    let answer = Request::get("/token-check")
        .token(&token::good())
        .send(server.address());
    assert_eq!(answer.status, 200);
    assert!(
        server
            .stderr()
            .contains("APPROOV_BASE64_SECRET is the development secret that Approov publishes")
    );
    assert!(!server.stderr().contains("DEMO MODE"));
}

#[test]
fn the_environment_wins_over_the_env_file() {
    let vars = [("APPROOV_BASE64_SECRET", token::OTHER_SECRET)];
    let server = Process::serve(HELLO, &vars, Some(include_str!("../../.env.example")));
    let ask = |secret| {
        Request::get("/")
            .token(&token::signed_by(secret))
            .send(server.address())
            .status
    };
    assert_eq!((ask(SECRET), ask(token::OTHER_SECRET)), (401, 200));
}

#[test]
fn a_broken_env_file_is_not_shown() {
    let printed = Process::fail(HELLO, &[], Some(&format!("APPROOV_BASE64_SECRET {SECRET}\n")));
    assert!(
        printed.contains("a line of the file .env is not of the form NAME=value"),
        "{printed}"
    );
    assert!(!printed.contains(&SECRET[..8]), "{printed}");
}

#[test]
fn a_port_in_use() {
    let first = Process::serve(HELLO, &[], None);
    let port = first.address().port().to_string();
    let printed = Process::fail(HELLO, &[("HTTP_PORT", &port)], None);
    assert!(
        printed.contains("Error: cannot listen on HTTP_HOST and HTTP_PORT, http://127.0.0.1:"),
        "{printed}"
    );
}

#[test]
fn only_a_variable_that_nobody_knows_is_warned_about() {
    let of_others = [
        (NAME, token::OTHER_SECRET),
        ("APPROOV_ROLE", "admin:account"),
        ("APPROOV_MANAGEMENT_TOKEN", "xyz"),
        ("APPROOV_API_SERVICE_HOST", "10.96.0.7"),
        ("APPROOV_API_SERVICE_PORT_HTTPS", "443"),
        ("APPROOV_API_PORT", "tcp://10.96.0.7:443"),
        ("APPROOV_API_PORT_443_TCP_ADDR", "10.96.0.7"),
    ];
    let server = Process::serve(HELLO, &of_others, None);
    assert!(!server.stderr().contains("no variable"), "{}", server.stderr());
    let server = Process::serve(HELLO, &[of_others[0], ("APPROOV_DEV_KEY", "xyz")], None);
    let warning = r#""APPROOV_DEV_KEY" is not a variable of approov-actix and has no effect"#;
    assert!(server.stderr().contains(warning), "{}", server.stderr());
}

/// The first of them is what the README says to do before the secret is there.
#[test]
fn the_demo_mode_depends_on_keys_alone() {
    let vars = [
        ("APPROOV_ROLE", "admin:account"),
        ("APPROOV_MANAGEMENT_TOKEN", "xyz"),
        ("APPROOV_LOGGING_ENABLED", "true"),
    ];
    let server = Process::serve(QUICKSTART, &vars, None);
    // It comes after the server listens, so this waits for it.
    assert!(server.announcement().contains("curl"));
    assert!(server.stderr().contains("DEMO MODE"), "{}", server.stderr());
    assert!(!server.stderr().contains("no variable of"), "{}", server.stderr());
}

/// The server works: the secret may really be so.
#[test]
fn a_secret_that_was_probably_spoilt_is_warned_about() {
    let hex = "0123456789abcdef".repeat(8);
    let twice = STANDARD.encode(token::OTHER_SECRET);
    for (secret, warning) in [(&hex, "was probably hex"), (&twice, "probably in base64 twice")] {
        let server = Process::serve(HELLO, &[(NAME, secret)], None);
        let log = server.stderr();
        assert!(log.contains(NAME) && log.contains(warning), "{log}");
        assert!(!log.contains(&secret[..8]), "{log}");
    }
    let server = Process::serve(HELLO, &[(NAME, token::OTHER_SECRET)], None);
    assert!(!server.stderr().contains("probably"), "{}", server.stderr());
}

#[test]
fn secrets_in_any_spelling() {
    let url_safe = SECRET.replace('+', "-").replace('/', "_");
    let wrapped = format!("\"{}\n{}\"", &SECRET[..64], &SECRET[64..]);
    for name in [NAME, "APPROOV_BASE64URL_SECRET"] {
        for secret in [&url_safe, url_safe.trim_end_matches('='), SECRET.trim_end_matches('=')] {
            let server = Process::serve(HELLO, &[(name, secret)], None);
            assert_eq!(
                Request::get("/").token(&token::good()).send(server.address()).status,
                200,
                "{name}"
            );
        }
        let server = Process::serve(HELLO, &[], Some(&format!("{name}={wrapped}\n")));
        assert_eq!(
            Request::get("/").token(&token::good()).send(server.address()).status,
            200,
            "{name}"
        );
    }
}
