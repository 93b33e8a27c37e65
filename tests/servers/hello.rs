//! `hello`, as its table promises.

use std::process::{Command, Stdio};

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
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"] {
        for path in ["/", "/unknown"] {
            for token in [
                String::new(),
                token::forged(),
                token::expired(),
                "NO_NETWORK".to_owned(),
            ] {
                let answer = Request::new(method, path).token(&token).send(server.address());
                assert_eq!(answer.status, 401, "{method} {path}");
                assert_eq!(answer.body, if method == "HEAD" { "" } else { "{}" });
            }
        }
    }
    let good = |path| Request::get(path).token(&token::good()).send(server.address());
    assert_eq!(good("/").body, r#"{"message":"Hello, World!"}"#);
    assert_eq!(good("/unknown").status, 404);
}

/// It asks every ten seconds, and must not look like an attack.
#[test]
fn the_health_check_is_no_refusal() {
    let server = Process::serve(HELLO, &[("APPROOV_BASE64URL_SECRET", SECRET)], None);
    let asks = |port: u16| {
        let mut command = Command::new(HEALTH_CHECK);
        let command = command
            .env_clear()
            .env("HTTP_PORT", port.to_string())
            .stderr(Stdio::null());
        command.status().unwrap().success()
    };
    assert!(asks(server.address().port()));
    assert!(!asks(free_port()));
    let log = server.stderr();
    assert!(!log.contains("REJECTED") && !log.contains("\"GET"), "{log}");
}
