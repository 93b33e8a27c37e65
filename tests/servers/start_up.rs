//! Bad configuration never starts, and says so in one sentence. The sentences about the library's variables: the unit
//! tests of `approov/env.rs`, and `keys::secrets`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use support::{
    client::Request,
    token::{self, SECRET},
};

use crate::{HELLO, QUICKSTART, process::Process};

const NAME: &str = "APPROOV_BASE64_SECRET";
const ENV_FILE: &str = include_str!("../../.env.example");

fn status(server: &Process, token: &str) -> u16 {
    Request::get("/").token(token).send(server.address()).status
}

#[test]
fn what_is_printed() {
    let placeholder = "APPROOV_BASE64_SECRET is still the placeholder of a quickstart; use the output of `approov secret -get base64`";
    let origin = "APPROOV_PUBLIC_ORIGIN has a `*` in it; there are no patterns, so name each origin";
    let host =
        "HTTP_HOST is not a loopback address, and the demo mode is for this machine only: set APPROOV_BASE64_SECRET";
    for (secret, (name, value), sentence) in [
        ("", (NAME, "approov_base64_secret_here"), placeholder),
        (SECRET, ("APPROOV_PUBLIC_ORIGIN", "https://*.example.com"), origin),
        (SECRET, ("HTTP_PORT", "65536"), "HTTP_PORT is not a number in its range"),
        (SECRET, ("HTTP_WORKERS", "0"), "HTTP_WORKERS must be at least 1"),
        ("", ("HTTP_HOST", "0.0.0.0"), host),
    ] {
        let vars = [(name, value), (NAME, secret)];
        let vars = if secret.is_empty() { &vars[..1] } else { &vars };
        for binary in [QUICKSTART, HELLO] {
            let printed = Process::fail(binary, vars, None);
            // Before it, the log may warn of the published secret.
            let expected = format!("Error: {sentence}");
            assert_eq!(printed.lines().last(), Some(&*expected), "{printed}");
            assert!(!printed.contains("panicked"), "{printed}");
        }
    }
}

#[test]
fn a_port_in_use() {
    let first = Process::serve(HELLO, &[], None);
    let port = first.address().port().to_string();
    let printed = Process::fail(HELLO, &[("HTTP_PORT", &port)], None);
    let fault = "Error: cannot listen on HTTP_HOST and HTTP_PORT, http://127.0.0.1:";
    assert!(printed.contains(fault), "{printed}");
}

#[test]
fn the_example_env_file_works_unchanged_and_warns_of_the_published_secret() {
    let server = Process::serve(HELLO, &[], Some(ENV_FILE));
    assert_eq!(status(&server, &token::good()), 200);
    let log = server.stderr();
    let warning = "APPROOV_BASE64_SECRET is the development secret that Approov publishes";
    assert!(log.contains(warning) && !log.contains("DEMO MODE"), "{log}");
}

#[test]
fn the_environment_wins_over_the_env_file() {
    let server = Process::serve(HELLO, &[(NAME, token::OTHER_SECRET)], Some(ENV_FILE));
    let statuses = [SECRET, token::OTHER_SECRET].map(|secret| status(&server, &token::signed_by(secret)));
    assert_eq!(statuses, [401, 200]);
}

#[test]
fn a_broken_env_file_is_not_shown() {
    let printed = Process::fail(HELLO, &[], Some(&format!("{NAME} {SECRET}\n")));
    let fault = "a line of the file .env is not of the form NAME=value";
    assert!(printed.contains(fault), "{printed}");
    assert!(!printed.contains(&SECRET[..8]), "{printed}");
}

/// Of variables that others know, none is warned about, and none ends the demo mode: that is what the README says to do
/// before the secret is there.
#[test]
fn only_a_variable_that_nobody_knows_is_warned_about() {
    let of_others = [
        ("APPROOV_ROLE", "admin:account"),
        ("APPROOV_MANAGEMENT_TOKEN", "xyz"),
        ("APPROOV_API_SERVICE_HOST", "10.96.0.7"),
        ("APPROOV_API_SERVICE_PORT_HTTPS", "443"),
        ("APPROOV_API_PORT", "tcp://10.96.0.7:443"),
        ("APPROOV_API_PORT_443_TCP_ADDR", "10.96.0.7"),
    ];
    let server = Process::serve(QUICKSTART, &of_others, None);
    // It comes after the server listens, so this waits for it.
    assert!(server.announcement().contains("curl"));
    let log = server.stderr();
    assert!(log.contains("DEMO MODE") && !log.contains("not a variable"), "{log}");

    let vars = [(NAME, token::OTHER_SECRET), ("APPROOV_DEV_KEY", "xyz")];
    let log = Process::serve(HELLO, &vars, None).stderr();
    let warning = r#""APPROOV_DEV_KEY" is not a variable of approov-actix and has no effect"#;
    assert!(log.contains(warning) && !log.contains("DEMO MODE"), "{log}");
}

/// The server works: the secret may really be so.
#[test]
fn a_secret_that_was_probably_spoilt_is_warned_about() {
    let hex = "0123456789abcdef".repeat(8);
    let twice = STANDARD.encode(token::OTHER_SECRET);
    for (secret, warning) in [(&hex, "was probably hex"), (&twice, "probably in base64 twice")] {
        let log = Process::serve(HELLO, &[(NAME, secret)], None).stderr();
        assert!(log.contains(NAME) && log.contains(warning), "{log}");
        assert!(!log.contains(&secret[..8]), "{log}");
    }
    let log = Process::serve(HELLO, &[(NAME, token::OTHER_SECRET)], None).stderr();
    assert!(!log.contains("probably"), "{log}");
}

#[test]
fn secrets_in_any_spelling() {
    let url_safe = SECRET.replace('+', "-").replace('/', "_");
    let unpadded = url_safe.trim_end_matches('=');
    let wrapped = format!("\"{}\n{}\"", &SECRET[..64], &SECRET[64..]);
    for name in [NAME, "APPROOV_BASE64URL_SECRET"] {
        for secret in [SECRET, &url_safe, unpadded, &wrapped] {
            let server = Process::serve(HELLO, &[], Some(&format!("{name}={secret}\n")));
            assert_eq!(status(&server, &token::good()), 200, "{name}");
        }
    }
}
