//! `device-limit`, as its table promises.

use serde_json::json;
use support::{
    client::{Answer, Request},
    token::{self, SECRET},
};

use crate::process::Process;

const DEVICE_LIMIT: &str = env!("CARGO_BIN_EXE_device-limit");

/// Two at once, and one more every half minute: slower than any test.
fn serve() -> Process {
    let vars = [("APPROOV_BASE64_SECRET", SECRET), ("DEVICE_REQUESTS_PER_MINUTE", "2")];
    Process::serve(DEVICE_LIMIT, &vars, None)
}

fn ask(server: &Process, token: &str) -> Answer {
    Request::get("/orders").token(token).send(server.address())
}

#[test]
fn each_device_has_a_limit_of_its_own() {
    let server = serve();
    let of_device = |id: &str, issuer: &str| token::with(&json!({ "did": id, "iss": issuer }));
    assert_eq!(ask(&server, &of_device("a", "1")).status, 200);
    // Another token of the same device, as it gets one every few minutes.
    assert_eq!(ask(&server, &of_device("a", "2")).status, 200);
    let limited = ask(&server, &of_device("a", "1"));
    assert_eq!(limited.status, 429);
    let wait: u32 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(ask(&server, &of_device("a", "3")).status, 429);
    assert_eq!(ask(&server, &of_device("b", "1")).status, 200);
}

#[test]
fn what_is_refused_uses_up_no_limit() {
    let server = serve();
    for _ in 0..3 {
        for token in [token::forged(), token::expired()] {
            assert_eq!(ask(&server, &token).status, 401);
        }
    }
    assert_eq!(ask(&server, &token::good()).status, 200);
    assert_eq!(ask(&server, &token::good()).status, 200);
    assert_eq!(ask(&server, &token::good()).status, 429);
    assert_eq!(ask(&server, &token::forged()).status, 401);
}

#[test]
fn tokens_without_a_device_share_a_limit() {
    let server = serve();
    let anonymous = |issuer: &str| token::with(&json!({ "did": null, "iss": issuer }));
    for (issuer, status) in [("1", 200), ("2", 200), ("3", 429)] {
        assert_eq!(ask(&server, &anonymous(issuer)).status, status);
    }
    assert_eq!(ask(&server, &token::good()).status, 200);
}

/// A roll-out changes the environment, and refuses nobody.
#[test]
fn what_is_only_reported_is_not_limited() {
    let vars = [
        ("APPROOV_BASE64_SECRET", SECRET),
        ("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", "false"),
        ("DEVICE_REQUESTS_PER_MINUTE", "2"),
    ];
    let server = Process::serve(DEVICE_LIMIT, &vars, None);
    for _ in 0..4 {
        assert_eq!(ask(&server, &token::forged()).status, 200);
    }
    assert_eq!([(); 3].map(|()| ask(&server, &token::good()).status), [200, 200, 429]);
}

#[test]
fn a_limit_of_nothing_is_a_mistake() {
    let vars = [("APPROOV_BASE64_SECRET", SECRET), ("DEVICE_REQUESTS_PER_MINUTE", "0")];
    let printed = Process::fail(DEVICE_LIMIT, &vars, None);
    assert!(
        printed.contains("Error: DEVICE_REQUESTS_PER_MINUTE is not a number in its range"),
        "{printed}"
    );
}
