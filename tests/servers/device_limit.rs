//! `device-limit`, as its table promises.

use std::time::Instant;

use serde_json::json;
use support::{
    client::{Answer, Request},
    redis_server::RedisServer,
    token::{self, SECRET},
};

use crate::process::Process;

const DEVICE_LIMIT: &str = env!("CARGO_BIN_EXE_device-limit");
const LIMIT: &str = "DEVICE_REQUESTS_PER_MINUTE";
const STORE: &str = "DEVICE_LIMIT_STORE";

fn serve(vars: &[(&str, &str)]) -> Process {
    let vars = [&[("APPROOV_BASE64_SECRET", SECRET)], vars].concat();
    Process::serve(DEVICE_LIMIT, &vars, None)
}

fn ask(server: &Process, token: &str) -> Answer {
    Request::get("/orders").token(token).send(server.address())
}

/// The statuses of so many requests.
fn statuses<const N: usize>(server: &Process, token: &str) -> [u16; N] {
    [(); N].map(|()| ask(server, token).status)
}

fn of_device(id: Option<&str>, issuer: &str) -> String {
    token::with(&json!({ "did": id, "iss": issuer }))
}

/// This is one request too many, and the next one may come after so many seconds.
fn is_limited(answer: &Answer, seconds: u32) -> bool {
    let wait = answer.header("retry-after").and_then(|wait| wait.parse().ok());
    answer.status == 429 && wait.is_some_and(|wait| (1..=seconds).contains(&wait))
}

/// Two at once, and one more every half minute: slower than any test.
#[test]
fn each_device_has_a_limit_of_its_own() {
    let server = serve(&[(LIMIT, "2")]);
    // What is refused uses up no limit.
    assert_eq!(statuses(&server, &token::forged()), [401; 3]);
    assert_eq!(statuses(&server, &token::expired()), [401; 3]);
    // Those without a device share a limit.
    for device in [Some("a"), Some("b"), None] {
        // Other tokens of the same device, as it gets one every few minutes.
        assert_eq!(statuses(&server, &of_device(device, "1")), [200]);
        assert_eq!(statuses(&server, &of_device(device, "2")), [200]);
        assert!(is_limited(&ask(&server, &of_device(device, "3")), 30), "{device:?}");
    }
    assert_eq!(statuses(&server, &token::good()), [200, 200, 429]);
}

/// A roll-out changes the environment, and refuses nobody.
#[test]
fn what_is_only_reported_is_not_limited() {
    let server = serve(&[("APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN", "false"), (LIMIT, "2")]);
    assert_eq!(statuses(&server, &token::forged()), [200; 4]);
    assert_eq!(statuses(&server, &token::good()), [200, 200, 429]);
}

#[test]
fn a_limit_or_a_store_that_is_none_is_a_mistake() {
    for (name, value, fault) in [
        (LIMIT, "0", "is not a number in its range"),
        (STORE, "s3cret@host", "is not the address of a Redis"),
    ] {
        let vars = [("APPROOV_BASE64_SECRET", SECRET), (name, value)];
        let printed = Process::fail(DEVICE_LIMIT, &vars, None);
        assert!(printed.contains(&format!("Error: {name} {fault}")), "{printed}");
        assert!(!printed.contains("s3cret"), "{printed}");
    }
}

/// Three at once, and one more every 20 seconds.
#[test]
fn servers_share_a_limit_in_redis() {
    let Some(redis) = RedisServer::start("servers_share_a_limit_in_redis", &[]) else {
        return;
    };
    let [one, other] = [(); 2].map(|()| serve(&[(LIMIT, "3"), (STORE, &redis.address())]));
    let (a, b) = (of_device(Some("a"), "1"), of_device(Some("b"), "1"));
    assert_eq!([&one, &other, &one].map(|server| ask(server, &a).status), [200; 3]);
    assert!([&one, &other].iter().all(|server| is_limited(&ask(server, &a), 20)));
    assert_eq!(statuses(&other, &b), [200]);
    // A device costs nothing once its limit is whole again.
    let time_to_live: u32 = redis.ask(&["PTTL", "device-limit:a"])[1..].parse().unwrap();
    assert!((1..=60_000).contains(&time_to_live), "{time_to_live}");
    // Less than a millisecond lies between two requests: no part of it is lost.
    let high = serve(&[(LIMIT, "100000"), (STORE, &redis.address())]);
    assert_eq!(statuses(&high, &token::good()), [200]);
    assert!(!high.stderr().contains("not limited"), "{}", high.stderr());
}

#[test]
fn without_its_redis_nobody_is_limited() {
    let Some(mut redis) = RedisServer::start("without_its_redis_nobody_is_limited", &[]) else {
        return;
    };
    let server = serve(&[(LIMIT, "3"), (STORE, &redis.address())]);
    let ask = || ask(&server, &token::good()).status;
    assert_eq!([(); 4].map(|()| ask()), [200, 200, 200, 429]);
    redis.stop();
    let start = Instant::now();
    assert_eq!(ask(), 200);
    assert!(start.elapsed().as_secs() < 5);
    redis.go_on();
    while ask() != 429 {}
    redis.kill();
    assert_eq!(ask(), 200);
    redis.start_again();
    while ask() != 429 {}
}
