//! Bad configuration never starts, and says so in one sentence. The sentences about the library's variables: the unit
//! tests of `approov/env.rs` and of `keys/secret.rs`.

use support::{
    client::Request,
    token::{self, OTHER_SECRET, SECRET},
};

use crate::{HELLO, QUICKSTART, process::Process};

const NAME: &str = "APPROOV_BASE64_SECRET";
const ENV_FILE: &str = include_str!("../../.env.example");

#[test]
fn what_is_printed() {
    let first = Process::serve(HELLO, &[], None);
    let port = first.address().port().to_string();
    for (name, value, fault) in [
        (NAME, "approov_base64_secret_here", "is still the placeholder"),
        ("APPROOV_PUBLIC_ORIGIN", "https://*.example.com", "has a `*` in it"),
        ("HTTP_PORT", "65536", "is not a number in its range"),
        ("HTTP_PORT", &port, "cannot listen on HTTP_HOST and HTTP_PORT, "),
        ("HTTP_WORKERS", "0", "must be at least 1"),
        ("HTTP_HOST", "0.0.0.0", "is not a loopback address"),
    ] {
        for binary in [QUICKSTART, HELLO] {
            let printed = Process::fail(binary, &[(name, value)], None);
            // Before it, the log may warn of the demo mode.
            let last = printed.lines().last().unwrap();
            let is_told = last.starts_with("Error: ") && last.contains(name) && last.contains(fault);
            assert!(is_told && !printed.contains("panicked"), "{printed}");
        }
    }
}

/// The example file works unchanged, with a warning of the published secret.
#[test]
fn the_environment_wins_over_the_env_file() {
    for (vars, secret) in [(&[][..], SECRET), (&[(NAME, OTHER_SECRET)], OTHER_SECRET)] {
        let server = Process::serve(HELLO, vars, Some(ENV_FILE));
        for known in [SECRET, OTHER_SECRET] {
            let request = Request::get("/").token(&token::signed_by(known));
            let status = request.send(server.address()).status;
            assert_eq!(status == 200, known == secret, "{status}");
        }
        let log = server.stderr();
        let warning = "APPROOV_BASE64_SECRET is the development secret that Approov publishes";
        assert_eq!(log.contains(warning), secret == SECRET, "{log}");
        assert!(!log.contains("DEMO MODE"), "{log}");
    }
}

#[test]
fn a_broken_env_file_is_not_shown() {
    let printed = Process::fail(HELLO, &[], Some(&format!("{NAME} {SECRET}\n")));
    let fault = "a line of the file .env is not of the form NAME=value";
    assert!(printed.contains(fault) && !printed.contains(&SECRET[..8]), "{printed}");
}

/// Of variables that others know, none is warned about, and none ends the demo mode: that is what the README says to do
/// before the secret is there.
#[test]
fn a_variable_that_nobody_knows_and_a_secret_that_was_probably_spoilt_are_warned_about() {
    let of_others = [("APPROOV_ROLE", "a:b"), ("APPROOV_API_SERVICE_HOST", "10.96.0.7")];
    let server = Process::serve(QUICKSTART, &of_others, None);
    // It comes after the server listens, so this waits for it.
    assert!(server.announcement().contains("curl"));
    let log = server.stderr();
    assert!(log.contains("DEMO MODE") && !log.contains("not a variable"), "{log}");

    let hex = "0123456789abcdef".repeat(8);
    let log = Process::serve(HELLO, &[(NAME, &hex), ("APPROOV_DEV_KEY", "xyz")], None).stderr();
    let unknown = r#""APPROOV_DEV_KEY" is not a variable of approov-actix and has no effect"#;
    for warning in [unknown, "APPROOV_BASE64_SECRET was probably hex"] {
        assert!(log.contains(warning), "{log}");
    }
    assert!(!log.contains("DEMO MODE") && !log.contains(&hex[..8]), "{log}");
}
