//! Each test has its own `redis-server`, and sends requests to a middleware.

use std::{future::Future, thread, time::Instant};

use actix_web::{
    App, HttpResponse,
    dev::Service as _,
    rt::System,
    test::{TestRequest, init_service},
    web,
};

use super::*;
use crate::{
    RejectionEvent,
    test_support::{
        builder, log,
        redis_server::{MASTER, RedisCluster, RedisServer},
        sign,
    },
};

const HANG: Duration = Duration::from_secs(20);
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn token(did: &str, ipk: &str) -> String {
    sign(HEADER, &format!(r#"{{"exp":4102444800,"did":"{did}","ipk":"{ipk}"}}"#))
}

/// In an hour.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(60 * 60)
}

fn quick(address: &str) -> BlockList {
    BlockList::new(address)
        .unwrap()
        .refresh_interval(SHORTEST_REFRESH_INTERVAL)
        .max_stale(Duration::from_secs(3600))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    System::new().block_on(future)
}

macro_rules! app {
    ($list:expr) => {{
        let reject = |event: &RejectionEvent<'_>| {
            let reason = event.rejection.to_string();
            HttpResponse::Unauthorized().insert_header(("reason", reason)).finish()
        };
        let approov = builder()
            .reject_with(reject)
            .check($list.check().unwrap())
            .build()
            .unwrap();
        let app = App::new().wrap(approov.middleware());
        init_service(app.default_service(web::to(HttpResponse::Ok))).await
    }};
}

/// The reason for which a request with this token is refused.
macro_rules! reason {
    ($app:expr, $token:expr) => {{
        let request = TestRequest::default().insert_header(("approov-token", $token));
        match $app.call(request.to_request()).await {
            Ok(response) if response.status() == 200 => None,
            Ok(response) => Some(response.headers().get("reason").unwrap().to_str().unwrap().to_owned()),
            Err(error) => panic!("{error}"),
        }
    }};
}

/// Waits until the copy has it.
macro_rules! becomes {
    ($app:expr, $token:expr, $reason:expr) => {{
        let start = Instant::now();
        let expected: Option<&str> = $reason;
        loop {
            let found: Option<String> = reason!($app, $token.as_str());
            if found.as_deref().map(in_parentheses) == expected {
                break;
            }
            assert!(start.elapsed() < HANG, "{found:?} is not {expected:?}");
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
    }};
}

/// The reason of `check_failed(reason)`.
fn in_parentheses(text: &str) -> &str {
    let end = text.split_once('(').map_or(text, |(_, end)| end);
    end.trim_end_matches(')')
}

#[test]
fn what_is_on_the_list_is_refused_until_its_end() {
    let Some(server) = RedisServer::start("what_is_on_the_list_is_refused_until_its_end", &[]) else {
        return;
    };
    run(async {
        let list = quick(&server.address());
        let app = app!(list);
        let (one, other) = (token("one", "key-1"), token("other", "key-2"));
        becomes!(app, &one, None);
        for (what, code) in [
            (Blockable::device("one").unwrap(), "device_blocked"),
            (Blockable::installation_key("key-1").unwrap(), "device_blocked"),
            (Blockable::token(&one).unwrap(), "token_revoked"),
        ] {
            list.block(&what, later()).await.unwrap();
            becomes!(app, &one, Some(code));
            becomes!(app, &format!("Bearer {one}"), Some(code));
            becomes!(app, &other, None);
            assert!(list.unblock(&what).await.unwrap());
            assert!(!list.unblock(&what).await.unwrap());
            becomes!(app, &one, None);
        }

        let device = Blockable::device("one").unwrap();
        list.block(&device, SystemTime::now() + Duration::from_secs(3))
            .await
            .unwrap();
        becomes!(app, &one, Some("device_blocked"));
        // Even if the server cannot be asked.
        server.stop();
        becomes!(app, &one, None);
        server.go_on();
        list.block(&device, SystemTime::now() - Duration::from_secs(60))
            .await
            .unwrap();
        assert_eq!(list.list().await.unwrap(), []);
    });
}

/// The list and its version are in one slot, which may move.
#[test]
fn in_a_cluster() {
    const KEY: &str = "approov:block-list";
    const VERSION: &str = "{approov:block-list}:version";
    let Some(cluster) = RedisCluster::start("in_a_cluster", &[]) else {
        return;
    };
    log::capture();
    let (slot, from) = cluster.slot(KEY);
    let (to, third) = ((from + 1) % 3, (from + 2) % 3);
    let has = |master: usize, key: &str| cluster.masters[master].ask(&["EXISTS", key]) == ":1";
    run(async {
        let list = quick(&cluster.address("", 0));
        let (app, one) = (app!(list), token("one", "key"));
        let (device, other) = (Blockable::device("one").unwrap(), Blockable::device("other").unwrap());
        list.block(&other, later()).await.unwrap();
        assert!(has(from, KEY) && has(from, VERSION));
        for step in 0..4 {
            match step {
                1 => cluster.begin_to_move(&slot, from, to),
                2 => cluster.move_keys(&slot, from, to),
                3 => cluster.end_move(&slot, from, to),
                _ => {}
            }
            becomes!(app, &one, None);
            list.block(&device, later()).await.unwrap();
            becomes!(app, &one, Some("device_blocked"));
            assert_eq!(list.list().await.unwrap().len(), 2);
            assert!(list.unblock(&device).await.unwrap());
        }
        assert!(has(to, KEY) && has(to, VERSION));

        // The two keys are on different servers.
        cluster.begin_to_move(&slot, to, third);
        cluster.move_key(VERSION, to, third);
        becomes!(app, &one, None);
        assert_eq!(list.block(&device, later()).await.unwrap_err().reason(), "refused");
        assert_eq!(list.list().await.unwrap().len(), 1);
        cluster.end_move(&slot, to, third);
        list.block(&device, later()).await.unwrap();
        becomes!(app, &one, Some("device_blocked"));
    });
    assert!(!log::own_lines_with("the Redis of the block list fails: refused(TRYAGAIN)").is_empty());
}

#[test]
fn a_master_that_sentinels_name() {
    let name = "a_master_that_sentinels_name";
    let Some(master) = RedisServer::start(name, &[]) else {
        return;
    };
    let port = master.port().to_string();
    let Some(replica) = RedisServer::start(name, &["--replicaof", "127.0.0.1", &port]) else {
        return;
    };
    let start = Instant::now();
    while !replica.ask(&["ROLE"]).contains("connected") {
        assert!(start.elapsed() < HANG);
        thread::sleep(Duration::from_millis(20));
    }
    let Some(sentinel) = RedisServer::start_sentinel(name, &master, &[]) else {
        return;
    };
    run(async {
        let list = quick(&format!("redis-sentinel://127.0.0.1:{}/{MASTER}", sentinel.port()));
        let (app, one) = (app!(list), token("one", "key"));
        let device = Blockable::device("one").unwrap();
        list.block(&device, later()).await.unwrap();
        becomes!(app, &one, Some("device_blocked"));
        master.wait_for_copy(&replica);
        drop(master);
        // A process with a copy uses it.
        while list.unblock(&device).await.is_err() {
            assert!(start.elapsed() < HANG);
            assert!(reason!(app, one.as_str()).is_some());
            actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        }
        becomes!(app, &one, None);
        list.block(&device, later()).await.unwrap();
        becomes!(app, &one, Some("device_blocked"));
    });
}

#[test]
fn the_list_can_be_read_and_is_tidied() {
    let Some(server) = RedisServer::start("the_list_can_be_read_and_is_tidied", &[]) else {
        return;
    };
    run(async {
        let list = quick(&server.address());
        let (device, revoked) = (Blockable::device("a").unwrap(), Blockable::token("a.b.c").unwrap());
        list.block(&revoked, later() + Duration::from_secs(5)).await.unwrap();
        list.block(&device, later()).await.unwrap();
        list.block(&device, later()).await.unwrap();
        server.ask(&["ZADD", "approov:block-list", "9999999999", "by hand"]);
        let all = list.list().await.unwrap();
        let what: Vec<_> = all.iter().map(|blocked| blocked.what.clone()).collect();
        assert_eq!(what, [device, revoked]);
        let left = all[0].until.duration_since(SystemTime::now()).unwrap().as_secs();
        assert!((3500..=3601).contains(&left), "{left}");

        server.ask(&["ZADD", "approov:block-list", "1000", "device:long-ago"]);
        assert_eq!(server.ask(&["ZCARD", "approov:block-list"]), ":4");
        list.block(&Blockable::device("b").unwrap(), later()).await.unwrap();
        assert_eq!(server.ask(&["ZCARD", "approov:block-list"]), ":4");

        let apart = quick(&server.address()).key("other:list").unwrap();
        assert_eq!(apart.list().await.unwrap(), []);
        server.ask(&["SET", "approov:block-list", "no list"]);
        assert_eq!(list.list().await.unwrap_err().reason(), "refused");
    });
}

#[test]
fn without_a_list_requests_are_refused_or_let_in() {
    let Some(mut server) = RedisServer::start("without_a_list_requests_are_refused_or_let_in", &[]) else {
        return;
    };
    let address = server.address();
    run(async {
        let one = token("one", "key");
        let list = quick(&address);
        list.block(&Blockable::device("one").unwrap(), later()).await.unwrap();
        let lax = quick(&address)
            .max_stale(Duration::from_millis(200))
            .admit_on_failure(true);
        let strict = quick(&address).max_stale(Duration::from_secs(2));
        let patient = quick(&address);
        let (lax, strict, patient) = (app!(lax), app!(strict), app!(patient));
        becomes!(lax, &one, Some("device_blocked"));
        becomes!(strict, &one, Some("device_blocked"));
        server.kill();
        becomes!(strict, &token("other", ""), Some("block_list_unavailable"));
        assert_eq!(list.list().await.unwrap_err().reason(), "disconnected");
        let blocked = list.block(&Blockable::device("x").unwrap(), later()).await;
        assert_eq!(blocked.unwrap_err().reason(), "disconnected");

        // A process with a copy uses it, however old.
        for app in [&lax, &patient] {
            becomes!(*app, &one, Some("device_blocked"));
            becomes!(*app, &token("other", ""), None);
        }
        // A process that has never had a copy cannot know.
        let (lax, strict_later) = (app!(quick(&address).admit_on_failure(true)), app!(quick(&address)));
        becomes!(lax, &one, None);
        becomes!(strict_later, &one, Some("block_list_unavailable"));

        server.start_again();
        becomes!(strict, &one, None);
        becomes!(strict_later, &one, None);
        list.block(&Blockable::device("one").unwrap(), later()).await.unwrap();
        for app in [&lax, &strict, &strict_later] {
            becomes!(*app, &one, Some("device_blocked"));
        }
    });
}

#[test]
fn a_lost_list_is_an_error_in_the_log() {
    let Some(server) = RedisServer::start("a_lost_list_is_an_error_in_the_log", &[]) else {
        return;
    };
    log::capture();
    run(async {
        let list = quick(&server.address()).key("lost-and-found").unwrap();
        let one = token("one", "key");
        list.block(&Blockable::device("one").unwrap(), later()).await.unwrap();
        list.block(&Blockable::device("two").unwrap(), later()).await.unwrap();
        let app = app!(list);
        becomes!(app, &one, Some("device_blocked"));
        server.ask(&["FLUSHALL"]);
        becomes!(app, &one, None);
    });
    let lost = "has LOST the list: it had 2 entries and has 0 now";
    assert_eq!(log::wait_for_lines_with(lost).len(), 1);
}

/// With a wrong name, revoked tokens would be accepted.
#[test]
fn a_wrong_name_of_the_token_header_is_noticed_at_once() {
    let Some(server) = RedisServer::start("a_wrong_name_of_the_token_header_is_noticed_at_once", &[]) else {
        return;
    };
    run(async {
        let list = quick(&server.address());
        let one = token("one", "key");
        for name in ["X-Token", "no name", ""] {
            let app = app!(list.clone().token_header(name));
            becomes!(app, &one, Some("token_header_unknown"));
        }
        let app = app!(list.clone().token_header("APPROOV-TOKEN"));
        becomes!(app, &one, None);
        // A header that exists but has something else in it.
        let app = app!(list.clone().token_header("host"));
        list.block(&Blockable::token(&one).unwrap(), later()).await.unwrap();
        becomes!(app, &one, Some("token_header_unknown"));
    });
}

#[test]
fn the_thread_ends_with_the_check() {
    let Some(server) = RedisServer::start("the_thread_ends_with_the_check", &[]) else {
        return;
    };
    let clients = || server.ask(&["CLIENT", "LIST"]).lines().count();
    let check = quick(&server.address()).check().unwrap();
    assert_eq!(clients(), 2);
    drop(check);
    let start = Instant::now();
    while clients() > 1 {
        assert!(start.elapsed() < HANG);
        thread::sleep(Duration::from_millis(10));
    }
}

/// A logger may panic.
#[test]
fn the_thread_outlives_a_panic() {
    let Some(server) = RedisServer::start("the_thread_outlives_a_panic", &[]) else {
        return;
    };
    log::capture();
    run(async {
        let list = quick(&server.address());
        let one = token("one", "key");
        for id in ["one", "two", "three"] {
            list.block(&Blockable::device(id).unwrap(), later()).await.unwrap();
        }
        let app = app!(list);
        becomes!(app, &one, Some("device_blocked"));
        log::panic_once_at("LOST the list: it had 3 entries");
        server.ask(&["FLUSHALL"]);
        becomes!(app, &one, None);
        list.block(&Blockable::device("one").unwrap(), later()).await.unwrap();
        becomes!(app, &one, Some("device_blocked"));
    });
    assert_eq!(log::lines_with("LOST the list: it had 3 entries").len(), 1);
}

#[test]
fn settings() {
    let list = || BlockList::new("redis://:s3cret@host-1").unwrap();
    let error = |list: BlockList| list.check().err().unwrap().to_string();
    for milliseconds in [0, 99, 3_600_001] {
        let list = list().refresh_interval(Duration::from_millis(milliseconds));
        assert!(error(list).contains("is not between 100 milliseconds and one hour"));
    }
    let list_of = list()
        .refresh_interval(Duration::from_secs(10))
        .max_stale(Duration::from_secs(19));
    assert!(error(list_of).contains("shorter than twice the refresh interval"));
    assert_eq!(
        BlockList::new("s3cret").unwrap_err().to_string(),
        "the address given to `BlockList::new` is not a Redis address: `redis://`, with TLS `rediss://`, or `unix://`; for several servers `redis-sentinel://` or `redis-cluster://`"
    );
    assert!(
        list()
            .key("a b")
            .unwrap_err()
            .to_string()
            .starts_with("the key given to `BlockList::key` ")
    );
    let shown = format!("{:?}", list());
    assert!(
        shown.contains("approov:block-list") && !shown.contains("s3cret") && !shown.contains("host-1"),
        "{shown}"
    );
}
