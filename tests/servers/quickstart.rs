//! `quickstart`, as its table promises.

use std::{
    io,
    process::{Command, Output},
};

use serde_json::{Value, json};
use support::{
    client::Request,
    token::{self, DEVICE_ID, SECRET},
};

use crate::{QUICKSTART, process::Process};

fn serve() -> Process {
    Process::serve(QUICKSTART, &[("APPROOV_BASE64_SECRET", SECRET)], None)
}

fn ask(server: &Process, request: &Request) -> (u16, Value) {
    let answer = request.send(server.address());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.status, answer.body.parse().unwrap())
}

#[test]
fn routes() {
    let server = serve();
    let hello = json!({ "message": "Hello, World!", "device_id": DEVICE_ID });
    let refused = (401, json!({}));
    let user = |request: Request| request.header("Authorization", "Bearer u");
    let device = |request: Request| request.header("X-Device-Id", "d");

    assert_eq!(
        ask(&server, &Request::get("/unprotected")),
        (200, json!({ "message": "Hello, World!" }))
    );

    let check = Request::get("/token-check");
    assert_eq!(ask(&server, &check.clone().token(&token::good())), (200, hello.clone()));
    let anonymous = token::with(&json!({ "did": null }));
    let null = json!({ "message": "Hello, World!", "device_id": null });
    assert_eq!(ask(&server, &check.clone().token(&anonymous)), (200, null));
    for token in [token::forged(), token::expired(), String::new()] {
        assert_eq!(ask(&server, &check.clone().token(&token)), refused);
    }
    assert_eq!(ask(&server, &check), refused);

    let post = Request::post("/token-check", "application/json", r#"{"a":[1]}"#);
    let echo = json!({ "echo": { "a": [1] }, "device_id": DEVICE_ID });
    assert_eq!(ask(&server, &post.clone().token(&token::good())), (200, echo));
    assert_eq!(ask(&server, &post), refused);
    assert_eq!(
        ask(&server, &Request::post("/token-check", "application/json", "{not json")),
        refused
    );

    let binding = user(Request::get("/token-binding"));
    assert_eq!(
        ask(&server, &binding.clone().token(&token::bound(&["Bearer u"]))),
        (200, hello.clone())
    );
    assert_eq!(
        ask(&server, &binding.clone().token(&token::bound(&["Bearer v"]))),
        refused
    );
    assert_eq!(ask(&server, &binding.token(&token::good())), refused);
    assert_eq!(
        ask(
            &server,
            &Request::get("/token-binding").token(&token::bound(&["Bearer u"]))
        ),
        refused
    );

    let both = device(user(Request::get("/token-double-binding")));
    let token = token::bound(&["Bearer u", "d"]);
    assert_eq!(ask(&server, &both.clone().token(&token)), (200, hello));
    assert_eq!(ask(&server, &both.token(&token::bound(&["d", "Bearer u"]))), refused);
    assert_eq!(
        ask(&server, &user(Request::get("/token-double-binding")).token(&token)),
        refused
    );
    assert_eq!(
        ask(&server, &device(Request::get("/token-double-binding")).token(&token)),
        refused
    );

    assert_eq!(Request::get("/unknown").send(server.address()).status, 404);
    assert!(
        server.stderr().contains("GET /token-check HTTP/1.1\" 401"),
        "an access log"
    );
    assert!(
        !server.stdout().contains("curl"),
        "no token is offered outside of the demo mode"
    );
    assert!(
        !server.stderr().contains("curl"),
        "no token is offered outside of the demo mode"
    );
}

#[test]
fn the_demo_mode_prints_commands_that_do_what_they_say() {
    run_the_commands("", "HTTP/1.1");
}

#[test]
fn they_do_the_same_over_http_2_without_tls() {
    run_the_commands(" --http2-prior-knowledge", "HTTP/2");
}

fn run_the_commands(option: &str, version: &str) {
    let server = Process::serve(QUICKSTART, &[], None);
    let stdout = server.announcement();
    assert!(server.stderr().contains("DEMO MODE"));
    let mut calls = 0;
    for call in stdout.split("\n# ").skip(1) {
        let (title, command) = call.split_once('\n').unwrap();
        let command = command.trim().replace("curl -i", &format!("curl -i{option}"));
        let code = if title.starts_with("refused") { 401 } else { 200 };
        let status = format!("{version} {code}");
        calls += 1;
        // actix resets an HTTP/2 stream whose body it has not read, and now and then curl takes that for a failure:
        // code 92.
        let run = || {
            let mut outputs = std::iter::repeat_with(|| Command::new("sh").arg("-c").arg(&command).output()).take(5);
            let is_whole =
                |output: &io::Result<Output>| output.as_ref().is_ok_and(|output| output.status.code() != Some(92));
            outputs.find(is_whole).unwrap()
        };
        let Some(output) = run().ok().filter(|output| output.status.code() != Some(127)) else {
            support::skipped("the commands of the demo mode", "no `sh` or no `curl`");
            return;
        };
        if output.status.code() == Some(2) || output.status.code() == Some(4) {
            support::skipped("HTTP/2 without TLS", "this `curl` was built without it");
            return;
        }
        let output = String::from_utf8_lossy(&output.stdout);
        assert!(output.starts_with(&status), "{title}\n{command}\n{output}");
        if title.contains("accepted once") {
            let again = run().unwrap().stdout;
            let again = String::from_utf8_lossy(&again);
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
    let token = |server: &Process| {
        let stdout = server.announcement();
        let start = stdout.find("Approov-Token: ").unwrap() + "Approov-Token: ".len();
        stdout[start..].split('\'').next().unwrap().to_owned()
    };
    let (a, b) = (
        Process::serve(QUICKSTART, &[], None),
        Process::serve(QUICKSTART, &[], None),
    );
    let ask = |server: &Process, token: &str| Request::get("/token-check").token(token).send(server.address()).status;
    assert_eq!(ask(&a, &token(&a)), 200);
    assert_eq!(ask(&b, &token(&a)), 401);
    assert_eq!(ask(&a, &token::good()), 401, "the published secret is not the demo's");
}
