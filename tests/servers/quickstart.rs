//! `quickstart`, as its table promises.

use std::process::Command;

use serde_json::{Value, json};
use support::{
    client::Request,
    token::{self, DEVICE_ID, SECRET},
};

use crate::{QUICKSTART, process::Process};

#[test]
fn routes() {
    let server = Process::serve(QUICKSTART, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let ask = |request: &Request, token: &str| {
        let answer = request.clone().token(token).send(server.address());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        (answer.status, answer.body.parse::<Value>().unwrap())
    };
    let hello = (200, json!({ "message": "Hello, World!", "device_id": DEVICE_ID }));
    let refused = (401, json!({}));
    let user = |request: Request| request.header("Authorization", "Bearer u");
    let device = |request: Request| request.header("X-Device-Id", "d");
    let post = |body: &str| Request::post("/token-check", "application/json", body);
    let (good, anonymous) = (token::good(), token::with(&json!({ "did": null })));
    let (check, binding) = (Request::get("/token-check"), Request::get("/token-binding"));
    let (bound, both) = (token::bound(&["Bearer u"]), token::bound(&["Bearer u", "d"]));
    let two = Request::get("/token-double-binding");

    let unprotected = Request::get("/unprotected");
    assert_eq!(ask(&unprotected, ""), (200, json!({ "message": "Hello, World!" })));
    let null = (200, json!({ "message": "Hello, World!", "device_id": null }));
    let echo = (200, json!({ "echo": { "a": [1] }, "device_id": DEVICE_ID }));
    for (request, token, expected) in [
        (&check, &good, &hello),
        (&check, &anonymous, &null),
        (&check, &token::forged(), &refused),
        (&post(r#"{"a":[1]}"#), &good, &echo),
        (&post(r#"{"a":[1]}"#), &token::forged(), &refused),
        (&user(binding.clone()), &bound, &hello),
        (&user(binding.clone()), &good, &refused),
        (&binding, &bound, &refused),
        (&user(device(two.clone())), &both, &hello),
        (&user(device(two.clone())), &token::bound(&["d", "Bearer u"]), &refused),
        (&user(two.clone()), &both, &refused),
        (&device(two), &both, &refused),
    ] {
        assert_eq!(&ask(request, token), expected, "{request:?}");
    }
    assert_eq!(check.send(server.address()).status, 401);
    assert_eq!(Request::get("/unknown").send(server.address()).status, 404);
    let log = server.stderr();
    assert!(log.contains("GET /token-check HTTP/1.1\" 401"), "an access log");
    let offers_tokens = log.contains("curl") || server.stdout().contains("curl");
    assert!(!offers_tokens, "outside of the demo mode");
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
        let output = Command::new("sh").arg("-c").arg(command).output().ok()?;
        Some((
            output.status.code()?,
            String::from_utf8_lossy(&output.stdout).into_owned(),
        ))
    };
    let mut runs = std::iter::repeat_with(run).take(5);
    runs.find(|run| run.as_ref().is_none_or(|(code, _)| *code != 92))?
}

fn run_the_commands(option: &str, version: &str) {
    let server = Process::serve(QUICKSTART, &[], None);
    let stdout = server.announcement();
    assert!(server.stderr().contains("DEMO MODE"));
    let mut calls = 0;
    for call in stdout.split("\n# ").skip(1) {
        let (title, command) = call.split_once('\n').unwrap();
        // After the last one there is a line for the reader.
        let command = command
            .lines()
            .next()
            .unwrap()
            .replace("curl -i", &format!("curl -i{option}"));
        let status = if title.starts_with("refused") { 401 } else { 200 };
        calls += 1;
        let output = match run(&command) {
            None | Some((127, _)) => return support::skipped("the commands of the demo mode", "no `sh` or no `curl`"),
            Some((2 | 4, _)) => return support::skipped("HTTP/2 without TLS", "this `curl` was built without it"),
            Some((_, output)) => output,
        };
        assert!(
            output.starts_with(&format!("{version} {status}")),
            "{title}\n{command}\n{output}"
        );
        if title.contains("accepted once") {
            let (_, again) = run(&command).unwrap();
            assert!(
                again.starts_with(&format!("{version} 409")),
                "{title}\n{command}\n{again}"
            );
        }
    }
    assert_eq!(calls, 14, "{stdout}");
}

#[test]
fn each_run_of_the_demo_has_a_secret_of_its_own() {
    let [a, b] = [(); 2].map(|()| Process::serve(QUICKSTART, &[], None));
    let stdout = a.announcement();
    let (_, token) = stdout.split_once("Approov-Token: ").unwrap();
    let (token, _) = token.split_once('\'').unwrap();
    let ask = |server: &Process, token| Request::get("/token-check").token(token).send(server.address()).status;
    assert_eq!((ask(&a, token), ask(&b, token)), (200, 401));
    assert_eq!(ask(&a, &token::good()), 401, "the published secret is not the demo's");
}
