//! `quickstart`, as its table promises.

use std::process::Command;

use serde_json::{Value, json};
use support::{
    client::Request,
    skipped,
    token::{self, DEVICE_ID, SECRET},
};

use crate::{QUICKSTART, process::Process};

/// More refusals: the commands of the demo mode.
#[test]
fn routes() {
    let server = Process::serve(QUICKSTART, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let hello = json!({ "message": "Hello, World!", "device_id": DEVICE_ID });
    let null = json!({ "message": "Hello, World!", "device_id": null });
    let anonymous = token::with(&json!({ "did": null }));
    for (path, token, body) in [
        ("/unprotected", "", json!({ "message": "Hello, World!" })),
        ("/token-check", &*token::good(), hello.clone()),
        ("/token-check", &anonymous, null),
        ("/token-check", &token::forged(), json!({})),
        ("/token-binding", &token::bound(&["u"]), hello.clone()),
        ("/token-binding", &token::good(), json!({})),
        ("/token-double-binding", &token::bound(&["u", "d"]), hello),
        ("/token-double-binding", &token::bound(&["d", "u"]), json!({})),
    ] {
        let request = Request::get(path).token(token).header("X-Device-Id", "d");
        let answer = request.header("Authorization", "u").send(server.address());
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert_eq!(answer.status, if body == json!({}) { 401 } else { 200 }, "{path}");
        assert_eq!(answer.body.parse::<Value>().unwrap(), body, "{path}");
    }
    let post = Request::post("/token-check", "application/json", r#"{"a":[1]}"#);
    let answer = post.token(&token::good()).send(server.address()).body;
    assert!(answer.contains(r#""echo":{"a":[1]}"#), "{answer}");
    let log = server.stderr();
    assert!(log.contains("GET /token-check HTTP/1.1\" 401"), "an access log");
    assert!(!log.contains("curl") && server.stdout().is_empty(), "a demo mode");
}

#[test]
fn the_demo_mode_prints_commands_that_do_what_they_say() {
    run_the_commands("", "HTTP/1.1");
}

#[test]
fn they_do_the_same_over_http_2_without_tls() {
    run_the_commands(" --http2-prior-knowledge", "HTTP/2");
}

/// The exit code of `sh`, and what it prints. actix resets an HTTP/2 stream whose body it has not read, and now and
/// then curl takes that for a failure: code 92.
fn run(command: &str) -> Option<(i32, String)> {
    let run = || {
        let output = Command::new("sh").args(["-c", command]).output().ok()?;
        Some((output.status.code()?, String::from_utf8(output.stdout).unwrap()))
    };
    let mut runs = std::iter::repeat_with(run).take(5);
    runs.find(|run| run.as_ref().is_none_or(|(code, _)| *code != 92))?
}

fn run_the_commands(option: &str, version: &str) {
    let server = Process::serve(QUICKSTART, &[], None);
    let stdout = server.announcement();
    assert!(server.stderr().contains("DEMO MODE"));
    let calls: Vec<_> = stdout.split("\n# ").skip(1).collect();
    assert_eq!(calls.len(), 14, "{stdout}");
    for call in calls {
        // After the last one there is a line for the reader.
        let (title, command) = call.split_once('\n').unwrap();
        let command = command.split_once('\n').map_or(command, |(command, _)| command);
        let command = command.replace("curl -i", &format!("curl -i{option}"));
        let statuses = match title {
            _ if title.starts_with("refused") => [401, 401],
            _ if title.contains("accepted once") => [200, 409],
            _ => [200, 200],
        };
        for status in statuses {
            let output = match run(&command) {
                None | Some((127, _)) => return skipped("the commands of the demo mode", "no `sh` or no `curl`"),
                Some((2 | 4, _)) => return skipped("HTTP/2 without TLS", "this `curl` was built without it"),
                Some((_, output)) => output,
            };
            let is_expected = output.starts_with(&format!("{version} {status}"));
            assert!(is_expected, "{title}\n{command}\n{output}");
        }
    }
}

#[test]
fn each_run_of_the_demo_has_a_secret_of_its_own() {
    let [a, b] = [(); 2].map(|()| Process::serve(QUICKSTART, &[], None));
    let stdout = a.announcement();
    let (_, token) = stdout.split_once("Approov-Token: ").unwrap();
    let (token, _) = token.split_once('\'').unwrap();
    let statuses = [(&a, token), (&b, token), (&a, &token::good())]
        .map(|(server, token)| Request::get("/token-check").token(token).send(server.address()).status);
    assert_eq!(statuses, [200, 401, 401]);
}
