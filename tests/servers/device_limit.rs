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

/// Three at once, and one more every 20 seconds.
fn serve_with(store: &str) -> Process {
    let vars = [
        ("APPROOV_BASE64_SECRET", SECRET),
        ("DEVICE_REQUESTS_PER_MINUTE", "3"),
        ("DEVICE_LIMIT_STORE", store),
    ];
    Process::serve(DEVICE_LIMIT, &vars, None)
}

#[test]
fn servers_share_a_limit_in_redis() {
    let Some(redis) = RedisServer::start("servers_share_a_limit_in_redis", &[]) else {
        return;
    };
    let servers = [serve_with(&redis.address()), serve_with(&redis.address())];
    let of_device = |id: &str| token::with(&json!({ "did": id }));
    let asked = [0, 1, 0, 1, 0, 1].map(|server| ask(&servers[server], &of_device("a")));
    assert_eq!(
        asked.each_ref().map(|answer| answer.status),
        [200, 200, 200, 429, 429, 429]
    );
    let wait: u32 = asked[5].header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(ask(&servers[1], &of_device("b")).status, 200);
    // A device costs nothing once its limit is whole again.
    let time_to_live: u32 = redis.ask(&["PTTL", "device-limit:a"])[1..].parse().unwrap();
    assert!((1..=60_000).contains(&time_to_live), "{time_to_live}");
}

#[test]
fn without_its_redis_nobody_is_limited() {
    let Some(mut redis) = RedisServer::start("without_its_redis_nobody_is_limited", &[]) else {
        return;
    };
    let server = serve_with(&redis.address());
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

#[test]
fn a_store_that_is_none_is_a_mistake() {
    let vars = [("APPROOV_BASE64_SECRET", SECRET), ("DEVICE_LIMIT_STORE", "s3cret@host")];
    let printed = Process::fail(DEVICE_LIMIT, &vars, None);
    assert!(
        printed.contains("Error: DEVICE_LIMIT_STORE is not the address of a Redis"),
        "{printed}"
    );
    assert!(!printed.contains("s3cret"), "{printed}");
}

/// Less than a millisecond lies between two requests: no part of it is lost.
#[test]
fn a_limit_in_redis_may_be_high() {
    let Some(redis) = RedisServer::start("a_limit_in_redis_may_be_high", &[]) else {
        return;
    };
    let vars = [
        ("APPROOV_BASE64_SECRET", SECRET),
        ("DEVICE_REQUESTS_PER_MINUTE", "100000"),
        ("DEVICE_LIMIT_STORE", &redis.address()),
    ];
    let server = Process::serve(DEVICE_LIMIT, &vars, None);
    assert_eq!(ask(&server, &token::good()).status, 200);
    assert!(!server.stderr().contains("not limited"), "{}", server.stderr());
}
