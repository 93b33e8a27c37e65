//! `hello`, as its table promises.

use std::process::Command;

use support::{
    client::Request,
    token::{self, SECRET},
};

use crate::{
    HEALTH_CHECK, HELLO,
    process::{Process, free_port},
};

#[test]
fn everything_is_behind_the_middleware() {
    let server = Process::serve(HELLO, &[("APPROOV_BASE64URL_SECRET", SECRET)], None);
    let ask = |method, path, token: &str| Request::new(method, path).token(token).send(server.address());
    for (method, path) in [("GET", "/"), ("POST", "/"), ("OPTIONS", "/"), ("GET", "/unknown")] {
        for token in ["", &token::forged(), &token::expired()] {
            let answer = ask(method, path, token);
            assert_eq!((answer.status, &*answer.body), (401, "{}"), "{method} {path}");
        }
    }
    let answer = ask("GET", "/", &token::good());
    assert_eq!(answer.body, r#"{"message":"Hello, World!"}"#);
    assert_eq!(ask("GET", "/unknown", &token::good()).status, 404);
}

/// It asks every ten seconds, and must not look like an attack.
#[test]
fn the_health_check_is_no_refusal() {
    let server = Process::serve(HELLO, &[("APPROOV_BASE64URL_SECRET", SECRET)], None);
    let asks = |port: u16| {
        let mut command = Command::new(HEALTH_CHECK);
        let command = command.env_clear().env("HTTP_PORT", port.to_string());
        command.output().unwrap().status.success()
    };
    assert!(asks(server.address().port()));
    assert!(!asks(free_port()));
    let log = server.stderr();
    assert!(!log.contains("REJECTED") && !log.contains("\"GET"), "{log}");
}
