//! Each test has its own `redis-server`.

mod cluster;
mod sentinel;

use std::{future::Future, sync::Barrier, thread};

use futures_util::future::join_all;
use tokio::{runtime, task::yield_now, time::sleep};

use super::*;
use crate::test_support::{
    log,
    redis_server::{Proxy, RedisServer, free_port},
};

/// Only a hang takes longer.
const HANG: Duration = Duration::from_secs(20);
const MINUTE: Duration = Duration::from_secs(60);

fn key(number: u64) -> ReplayKey {
    ReplayKey::new("install", "key", &number.to_be_bytes())
}

fn store(address: &str) -> RedisStore {
    RedisStore::new(address).unwrap()
}

/// A store with plenty of time, for tests that are not about time.
fn patient(address: &str) -> RedisStore {
    store(address).deadline(LONGEST_DEADLINE).unwrap()
}

/// In a runtime like that of a worker.
fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(3 * MINUTE, future).await.unwrap() })
}

async fn claim_for(store: &RedisStore, number: u64, time_to_live: Duration) -> Result<ClaimOutcome, &'static str> {
    let Claim::Later(claim) = SingleUseStore::claim(store, &key(number), time_to_live) else {
        panic!("at once")
    };
    let start = Instant::now();
    let outcome = claim.await;
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
    outcome.map_err(StoreError::reason)
}

async fn claim(store: &RedisStore, number: u64) -> Result<ClaimOutcome, &'static str> {
    claim_for(store, number, MINUTE).await
}

/// Claims different keys at the same time.
async fn claims(store: &RedisStore, numbers: std::ops::Range<u64>) -> Vec<Result<ClaimOutcome, &'static str>> {
    let tasks = numbers.map(|number| {
        let store = store.clone();
        tokio::spawn(async move { claim(&store, number).await })
    });
    let outcomes = join_all(tasks).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

/// Claims one key after another until a claim succeeds.
async fn recovers(store: &RedisStore, mut number: u64) -> Duration {
    let start = Instant::now();
    while claim(store, number).await != FIRST {
        assert!(start.elapsed() < HANG);
        number += 1;
        sleep(Duration::from_millis(5)).await;
    }
    start.elapsed()
}

const FIRST: Result<ClaimOutcome, &str> = Ok(ClaimOutcome::First);
const REPEATED: Result<ClaimOutcome, &str> = Ok(ClaimOutcome::Repeated);
const TIMED_OUT: Result<ClaimOutcome, &str> = Err("timed_out");
const DISCONNECTED: Result<ClaimOutcome, &str> = Err("disconnected");
const REFUSED: Result<ClaimOutcome, &str> = Err("refused");

#[test]
fn a_key_is_claimed_until_its_time() {
    let Some(server) = RedisServer::start("a_key_is_claimed_until_its_time", &[]) else {
        return;
    };
    run(async {
        let (one, other) = (patient(&server.address()), patient(&server.address()));
        assert_eq!(claim(&one, 1).await, FIRST);
        assert_eq!(claim(&one, 1).await, REPEATED);
        assert_eq!(claim(&other, 1).await, REPEATED);
        assert_eq!(claim(&other.clone(), 2).await, FIRST);
        let apart = other.prefix("service-2:").unwrap();
        assert_eq!(claim(&apart, 1).await, FIRST);
        assert_eq!(claim(&apart, 1).await, REPEATED);
        assert_eq!(server.ask(&["DBSIZE"]), ":3");

        assert_eq!(claim_for(&one, 3, Duration::from_millis(300)).await, FIRST);
        while server.ask(&["DBSIZE"]) != ":3" {
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(claim(&one, 3).await, FIRST);
    });
    let keys = server.ask(&["KEYS", "approov:single-use:*"]);
    assert_eq!(keys.lines().count(), 3);
    for key in keys.lines() {
        let left: u64 = server.ask(&["PTTL", key])[1..].parse().unwrap();
        assert!((1..=60_001).contains(&left), "{left}");
    }
}

/// Two servers, several workers, one request many times at once.
#[test]
fn of_many_at_once_one_is_first() {
    const ROUNDS: u64 = 200;
    let Some(server) = RedisServer::start("of_many_at_once_one_is_first", &[]) else {
        return;
    };
    let stores = [patient(&server.address()), patient(&server.address())];
    let barrier = Barrier::new(4);
    let worker = |store: &RedisStore| {
        run(async {
            let mut firsts = 0;
            for round in 0..ROUNDS {
                barrier.wait();
                let outcomes = join_all((0..8).map(|_| claim(store, round))).await;
                for outcome in outcomes {
                    assert!(outcome.is_ok(), "{outcome:?}");
                    firsts += u64::from(outcome == FIRST);
                }
            }
            firsts
        })
    };
    let firsts: u64 = thread::scope(|scope| {
        let workers: Vec<_> = stores
            .iter()
            .chain(&stores)
            .map(|store| scope.spawn(|| worker(store)))
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(firsts, ROUNDS);
    assert_eq!(server.ask(&["DBSIZE"]), format!(":{ROUNDS}"));
}

#[test]
fn a_stopped_server_holds_nobody_up() {
    let Some(server) = RedisServer::start("a_stopped_server_holds_nobody_up", &[]) else {
        return;
    };
    run(async {
        let store = store(&server.address()).deadline(Duration::from_secs(1)).unwrap();
        recovers(&store, 0).await;
        server.stop();
        assert!(
            claims(&store, 1_000..1_200)
                .await
                .iter()
                .all(|outcome| *outcome == TIMED_OUT)
        );
        // Later claims find that the server has stopped.
        assert!(
            claims(&store, 1_200..1_400)
                .await
                .iter()
                .all(|outcome| *outcome == TIMED_OUT)
        );
        server.go_on();
        recovers(&store, 2_000).await;
        let all = claims(&store, 3_000..3_200).await;
        assert!(all.iter().all(|outcome| *outcome == FIRST), "{all:?}");

        // A store that has never been connected.
        server.stop();
        let store = self::store(&server.address());
        assert!(
            claims(&store, 4_000..4_200)
                .await
                .iter()
                .all(|outcome| *outcome == TIMED_OUT)
        );
        server.go_on();
        recovers(&store, 5_000).await;
    });
}

#[test]
fn a_server_comes_back() {
    let Some(mut server) = RedisServer::start("a_server_comes_back", &[]) else {
        return;
    };
    log::capture();
    run(async {
        let store = patient(&server.address());
        assert_eq!(claim(&store, 1).await, FIRST);
        server.kill();
        let all = claims(&store, 1_000..1_200).await;
        assert!(all.iter().all(|outcome| *outcome == DISCONNECTED), "{all:?}");
        server.start_again();
        recovers(&store, 2_000).await;
        let all = claims(&store, 3_000..3_200).await;
        assert!(all.iter().all(|outcome| *outcome == FIRST), "{all:?}");

        // A restart between two claims goes unnoticed.
        for round in 0..5 {
            sleep(Duration::from_millis(150)).await;
            server.kill();
            server.start_again();
            assert_eq!(claim(&store, 4_000 + round).await, FIRST);
        }
    });
    let errors = log::own_lines_with("the Redis of single use fails: disconnected(");
    assert!((1..=10).contains(&errors.len()), "{errors:?}");
    assert_eq!(log::own_lines_with("the Redis of single use answers again").len(), 1);
    assert!(log::own_lines_with("127.0.0.1").is_empty());
    assert!(log::own_lines_with(&server.port().to_string()).is_empty());
}

#[test]
fn a_server_may_be_there_later() {
    let Some(mut server) = RedisServer::start("a_server_may_be_there_later", &[]) else {
        return;
    };
    server.kill();
    run(async {
        let store = patient(&server.address());
        let all = claims(&store, 0..200).await;
        assert!(all.iter().all(|outcome| *outcome == DISCONNECTED), "{all:?}");
        server.start_again();
        recovers(&store, 1_000).await;
    });
}

#[test]
fn no_name_and_no_socket() {
    run(async {
        for address in [
            "redis://no-such-host.invalid",
            "unix:///no/such/socket",
            &format!("redis://127.0.0.1:{}", free_port()),
        ] {
            let outcome = claim(&patient(address), 1).await;
            assert_eq!(outcome, DISCONNECTED, "{address}");
        }
    });
}

#[test]
fn a_full_server_refuses() {
    let Some(server) = RedisServer::start("a_full_server_refuses", &[]) else {
        return;
    };
    log::capture();
    run(async {
        let store = patient(&server.address());
        assert_eq!(claim(&store, 1).await, FIRST);
        // Now any content is too much.
        server.ask(&["CONFIG", "SET", "maxmemory", "1"]);
        for number in [1, 2, 3] {
            assert_eq!(claim(&store, number).await, REFUSED);
        }
        // Another connection would not help, so no claim was sent twice.
        let commands = server.ask(&["INFO", "commandstats"]);
        let set = commands.lines().find(|line| line.starts_with("cmdstat_set:"));
        assert!(
            set.is_some_and(|set| set.contains("calls=1,") && set.contains("rejected_calls=3,")),
            "{set:?}"
        );
        server.ask(&["CONFIG", "SET", "maxmemory", "0"]);
        assert_eq!(claim(&store, 1).await, REPEATED);
        assert_eq!(claim(&store, 4).await, FIRST);
    });
    assert_eq!(
        log::own_lines_with("the Redis of single use fails: refused(OOM)").len(),
        1
    );
    assert!(log::own_lines_with("maxmemory-policy").is_empty());
}

#[test]
fn a_replica_refuses_until_it_is_promoted() {
    let name = "a_replica_refuses_until_it_is_promoted";
    let Some(server) = RedisServer::start(name, &[]) else {
        return;
    };
    let port = server.port().to_string();
    let Some(replica) = RedisServer::start(name, &["--replicaof", "127.0.0.1", &port]) else {
        return;
    };
    log::capture();
    run(async {
        let store = patient(&replica.address());
        for number in 0..3 {
            assert_eq!(claim(&store, number).await, REFUSED);
            sleep(Duration::from_millis(70)).await;
        }
        replica.ask(&["REPLICAOF", "NO", "ONE"]);
        recovers(&store, 10).await;
    });
    assert!(!log::own_lines_with("the Redis of single use fails: refused(READONLY)").is_empty());
    assert!(log::own_lines_with("disconnected").is_empty());
}

/// The name leads to another server, but the connection to the old one, now a replica, is still there.
#[test]
fn the_server_that_takes_over_is_found() {
    let name = "the_server_that_takes_over_is_found";
    let (Some(one), Some(other)) = (RedisServer::start(name, &[]), RedisServer::start(name, &[])) else {
        return;
    };
    let proxy = Proxy::start(Some(one.port()));
    run(async {
        let store = patient(&proxy.address());
        assert_eq!(claim(&store, 1).await, FIRST);
        sleep(Duration::from_millis(150)).await;
        proxy.lead_to(other.port());
        assert_eq!(claim(&store, 2).await, FIRST);
        one.ask(&["REPLICAOF", "127.0.0.1", &other.port().to_string()]);
        assert_eq!(claim(&store, 3).await, FIRST);
        assert_eq!(claim(&store, 3).await, REPEATED);
        assert!((2..5).contains(&proxy.connections()));

        // A server that is cut off from its replicas refuses, because it cannot know whether it is still the master.
        sleep(Duration::from_millis(150)).await;
        other.ask(&["CONFIG", "SET", "min-replicas-to-write", "2"]);
        one.ask(&["REPLICAOF", "NO", "ONE"]);
        proxy.lead_to(one.port());
        assert_eq!(claim(&store, 4).await, FIRST);
        assert!((3..7).contains(&proxy.connections()));

        // If no server has taken over, the replica's error is the reason.
        sleep(Duration::from_millis(150)).await;
        let nobody = free_port();
        proxy.lead_to(nobody);
        one.ask(&["REPLICAOF", "127.0.0.1", &nobody.to_string()]);
        assert_eq!(claim(&store, 5).await, REFUSED);
    });
}

#[test]
fn eviction_is_warned_of() {
    let name = "eviction_is_warned_of";
    let policy = |policy| ["--maxmemory", "100mb", "--maxmemory-policy", policy];
    let no_config = ["--rename-command", "CONFIG", ""];
    let no_info = ["--rename-command", "INFO", ""];
    let warning = "has the maxmemory-policy `volatile-lru`";
    for (options, found, count) in [
        (policy("volatile-lru").to_vec(), warning, 1),
        ([&policy("volatile-lru")[..], &no_config].concat(), warning, 1),
        (
            [&no_config[..], &no_info].concat(),
            "does not report its maxmemory-policy",
            1,
        ),
        (policy("noeviction").to_vec(), "maxmemory-policy", 0),
        ([&policy("noeviction")[..], &no_config].concat(), "maxmemory-policy", 0),
    ] {
        let Some(server) = RedisServer::start(name, &options) else {
            return;
        };
        log::capture();
        let lines = thread::spawn(move || {
            let store = patient(&server.address());
            // Only one of two workers logs it.
            for number in 0..2 {
                assert_eq!(run(claim(&store, number)), FIRST);
            }
            let warnings = log::own_lines_with("WARN");
            assert!(
                warnings.len() == count && warnings.iter().all(|line| line.contains(found)),
                "{warnings:?}"
            );
        });
        lines.join().unwrap();
    }
}

#[test]
fn passwords() {
    let user = ["--user", "app", "on", ">p%ss:1", "~approov:*", "+set", "+get", "+info"];
    let options = [&["--requirepass", "s3cret"][..], &user].concat();
    let Some(server) = RedisServer::start("passwords", &options) else {
        return;
    };
    log::capture();
    let port = server.port();
    run(async {
        for (login, outcome) in [
            ("", REFUSED),
            (":wr0ng@", REFUSED),
            ("default:wr0ng@", REFUSED),
            ("app:s3cret@", REFUSED),
            (":s3cret@", FIRST),
            ("default:s3cret@", REPEATED),
            ("app:p%25ss%3A1@", REPEATED),
        ] {
            let store = patient(&format!("redis://{login}127.0.0.1:{port}"));
            assert_eq!(claim(&store, 1).await, outcome, "{login}");
        }
        // A key that the user may not write.
        let store = patient(&format!("redis://app:p%25ss%3A1@127.0.0.1:{port}"))
            .prefix("other:")
            .unwrap();
        assert_eq!(claim(&store, 1).await, REFUSED);
    });
    for code in ["NOAUTH", "WRONGPASS", "NOPERM"] {
        assert!(!log::own_lines_with(&format!("refused({code})")).is_empty(), "{code}");
    }
    for secret in ["s3cret", "wr0ng", "p%", "127.0.0.1"] {
        assert!(log::own_lines_with(secret).is_empty(), "{secret}");
    }
}

#[cfg(unix)]
#[test]
fn a_socket_and_a_database() {
    let Some(server) = RedisServer::start("a_socket_and_a_database", &["--unixsocket", "socket"]) else {
        return;
    };
    let path = server.path("socket");
    run(async {
        let store = patient(&format!("unix://{}?db=3", path.display()));
        assert_eq!(claim(&store, 1).await, FIRST);
        assert_eq!(claim(&patient(&format!("{}/3", server.address())), 1).await, REPEATED);
        assert_eq!(claim(&patient(&server.address()), 1).await, FIRST);
    });
}

/// The connection ends after the server has made the claim and before it can answer.
#[test]
fn a_claim_whose_answer_is_lost_is_its_own() {
    let Some(server) = RedisServer::start("a_claim_whose_answer_is_lost_is_its_own", &[]) else {
        return;
    };
    let proxy = Proxy::start(Some(server.port()));
    run(async {
        let store = patient(&proxy.address());
        assert_eq!(claim(&store, 0).await, FIRST);
        for number in 1..4 {
            // Long enough for another attempt to connect.
            sleep(Duration::from_millis(150)).await;
            proxy.cut_at_next_answer();
            assert_eq!(claim(&store, number).await, FIRST);
            assert_eq!(claim(&store, number).await, REPEATED);
            sleep(Duration::from_millis(150)).await;
            proxy.cut_at_next_answer();
            assert_eq!(claim(&store, 0).await, REPEATED);
            sleep(Duration::from_millis(150)).await;
            proxy.cut_at_next_answer();
            let at_once = join_all([claim(&store, 10 + number), claim(&store, 10 + number)]).await;
            assert_eq!(at_once.iter().filter(|outcome| **outcome == FIRST).count(), 1);
            assert_eq!(at_once.iter().filter(|outcome| **outcome == REPEATED).count(), 1);
        }
        assert_eq!(proxy.connections(), 10);
    });
}

/// As when a firewall forgets a connection, or a server disappears behind its address.
#[test]
fn a_connection_that_has_fallen_silent_is_replaced() {
    let Some(server) = RedisServer::start("a_connection_that_has_fallen_silent_is_replaced", &[]) else {
        return;
    };
    let proxy = Proxy::start(Some(server.port()));
    run(async {
        let store = store(&proxy.address()).deadline(Duration::from_secs(4)).unwrap();
        assert_eq!(claim(&store, 0).await, FIRST);
        proxy.silence_connections();
        // The first message has made the claim, but its answer is lost.
        let all = claims(&store, 1..200).await;
        assert!(all.iter().all(|outcome| *outcome == FIRST), "{all:?}");
        assert!((2..5).contains(&proxy.connections()));
        let all = claims(&store, 0..200).await;
        assert!(all.iter().all(|outcome| *outcome == REPEATED), "{all:?}");
    });
}

#[test]
fn a_server_that_is_slow_for_a_while_is_waited_for() {
    let Some(server) = RedisServer::start("a_server_that_is_slow_for_a_while_is_waited_for", &[]) else {
        return;
    };
    run(async {
        let store = patient(&server.address());
        assert_eq!(claim(&store, 0).await, FIRST);
        let asleep = server.tell(&["DEBUG", "SLEEP", "3"]);
        sleep(Duration::from_millis(300)).await;
        // That is more than half of the time, so another message is sent, and both arrive.
        let all = claims(&store, 1..50).await;
        assert!(all.iter().all(|outcome| *outcome == FIRST), "{all:?}");
        let all = claims(&store, 0..50).await;
        assert!(all.iter().all(|outcome| *outcome == REPEATED), "{all:?}");
        drop(asleep);
    });
}

#[test]
fn the_second_message_may_overtake_the_first() {
    let later = |outcome: Result<ClaimOutcome, Fault>, turns: usize| {
        Box::pin(async move {
            for _ in 0..turns {
                yield_now().await;
            }
            outcome
        })
    };
    let (first, repeated, fault) = (
        Ok(ClaimOutcome::First),
        Ok(ClaimOutcome::Repeated),
        Err(Fault::TimedOut),
    );
    run(async {
        for (one, again, expected) in [
            (first, repeated, first),
            (repeated, first, first),
            (repeated, repeated, repeated),
            (fault, first, first),
            (fault, repeated, repeated),
            (fault, fault, fault),
            (first, fault, first),
            // The second message may have made the claim.
            (repeated, fault, fault),
        ] {
            assert_eq!(whichever(later(one, 1), later(again, 5)).await, expected);
            if (one, again) != (first, repeated) {
                assert_eq!(whichever(later(one, 5), later(again, 1)).await, expected);
            }
        }
    });
}

/// What it sent is lost, so it would wait until its deadline.
#[test]
fn an_attempt_that_was_cut_off_connects_once_more() {
    let Some(server) = RedisServer::start("an_attempt_that_was_cut_off_connects_once_more", &[]) else {
        return;
    };
    let proxy = Proxy::start(None);
    run(async {
        let store = patient(&proxy.address());
        let waiting = tokio::spawn(async move { claim(&store, 1).await });
        while proxy.connections() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        proxy.lead_to(server.port());
        assert_eq!(waiting.await.unwrap(), FIRST);
        assert!((2..5).contains(&proxy.connections()));
    });
}

/// Any number of requests open only a handful of connections.
#[test]
fn requests_share_one_attempt_to_connect() {
    run(async {
        for answers in [false, true] {
            // The proxy accepts and never answers, or it ends each connection immediately, because nothing listens
            // behind it.
            let proxy = Proxy::start(answers.then(free_port));
            let store = store(&proxy.address());
            let start = Instant::now();
            for round in 0..10 {
                let all = claims(&store, round * 300..(round + 1) * 300).await;
                let expected = if answers { DISCONNECTED } else { TIMED_OUT };
                assert!(all.iter().all(|outcome| *outcome == expected), "{all:?}");
                sleep(Duration::from_millis(20)).await;
            }
            let attempts = start.elapsed().as_millis() / 100 + 2;
            assert!(
                proxy.connections() as u128 <= attempts,
                "{} > {attempts}",
                proxy.connections()
            );
        }
    });
}

/// Each worker has a runtime, and a test often has one after another in one thread.
#[test]
fn a_runtime_that_has_ended_leaves_nothing_behind() {
    let Some(server) = RedisServer::start("a_runtime_that_has_ended_leaves_nothing_behind", &[]) else {
        return;
    };
    let store = patient(&server.address());
    for number in 0..20 {
        assert_eq!(run(claim(&store, number)), FIRST);
    }
    let clients = || server.ask(&["CLIENT", "LIST"]).lines().count();
    let start = Instant::now();
    // One of them is the client that asks.
    while clients() > 2 {
        assert!(start.elapsed() < HANG);
    }
    let runtime = || runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (one, other) = (runtime(), runtime());
    for number in 100..120 {
        assert_eq!(one.block_on(claim(&store, number)), FIRST);
        assert_eq!(other.block_on(claim(&store, number)), REPEATED);
    }
    drop(one);
    assert_eq!(other.block_on(claim(&store, 200)), FIRST);
    // An attempt that ends with its runtime.
    let proxy = Proxy::start(None);
    let silent = self::store(&proxy.address());
    let Claim::Later(claim) = SingleUseStore::claim(&silent, &key(1), MINUTE) else {
        panic!("at once")
    };
    let begun = runtime();
    begun.block_on(async {
        let task = tokio::spawn(claim);
        yield_now().await;
        task.abort();
    });
    drop(begun);
    assert_eq!(run(self::claim(&silent, 2)), TIMED_OUT);
    drop(store);
}

#[test]
fn without_a_runtime_there_is_no_panic() {
    let Claim::Later(claim) = SingleUseStore::claim(&store("redis://127.0.0.1"), &key(1), MINUTE) else {
        panic!("at once")
    };
    let mut claim = pin!(claim);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(
        claim.as_mut().poll(&mut context),
        std::task::Poll::Ready(Err(StoreError::new("disconnected")))
    );
}

/// With `SSL_CERT_FILE` = `tests/servers/tls/ca.pem`, the store trusts that authority. Otherwise, it trusts none that
/// has signed this certificate.
#[cfg(feature = "single-use-redis-rustls")]
#[test]
fn over_tls() {
    let port = free_port().to_string();
    let options = tls_options();
    let options: Vec<_> = options
        .iter()
        .map(String::as_str)
        .chain(["--tls-port", &port])
        .collect();
    let Some(_server) = RedisServer::start("over_tls", &options) else {
        return;
    };
    log::capture();
    run(async {
        let store = patient(&format!("rediss://localhost:{port}"));
        let outcome = claim(&store, 1).await;
        assert_eq!(outcome, if is_authority_trusted() { FIRST } else { DISCONNECTED });
        let outcomes = claims(&store, 2..200).await;
        assert!(outcomes.iter().all(|other| *other == outcome), "{outcomes:?}");
    });
    let faults = log::own_lines_with("disconnected(TLS: the certificate is not trusted, or is for another host)");
    assert_eq!(faults.is_empty(), is_authority_trusted());
}

/// A certificate for `localhost`.
#[cfg(feature = "single-use-redis-rustls")]
fn tls_options() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/servers/tls");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let options = [
        ("--tls-cert-file", file("server.pem")),
        ("--tls-key-file", file("server.key")),
        ("--tls-ca-cert-file", file("ca.pem")),
        ("--tls-auth-clients", "no".to_owned()),
    ];
    options
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
}

#[cfg(feature = "single-use-redis-rustls")]
fn is_authority_trusted() -> bool {
    std::env::var("SSL_CERT_FILE").is_ok_and(|file| file.ends_with("tests/servers/tls/ca.pem"))
}

#[test]
fn settings() {
    let error = |result: Result<RedisStore, ConfigError>| result.unwrap_err().to_string();
    assert_eq!(
        error(RedisStore::new("http://:s3cret@host")),
        "the address given to `RedisStore::new` is not a Redis address: `redis://`, with TLS `rediss://`, or `unix://`; for several servers `redis-sentinel://` or `redis-cluster://`"
    );
    let store = store("redis://:s3cret@host-1/3");
    assert_eq!(
        error(store.clone().prefix("${X}")),
        "the prefix given to `RedisStore::prefix` has `$`, `{` or `}` in it, as if a variable was not replaced"
    );
    for milliseconds in [0, 9, 5_001] {
        assert_eq!(
            error(store.clone().deadline(Duration::from_millis(milliseconds))),
            "the time given to `RedisStore::deadline` is not between 10 milliseconds and 5 seconds"
        );
    }
    for milliseconds in [10, 5_000] {
        assert!(store.clone().deadline(Duration::from_millis(milliseconds)).is_ok());
    }
    let shown = format!("{store:?}");
    assert_eq!(
        shown,
        r#"RedisStore { prefix: "approov:single-use:", deadline: 250ms, .. }"#
    );
}

#[test]
fn stores_of_one_place_are_one() {
    let store = |address: &str| self::store(address).identity();
    assert_eq!(store("redis://host"), store("redis://:x@host:6379/0"));
    assert_ne!(store("redis://host"), store("redis://host/1"));
    let one = self::store("redis://host");
    assert_eq!(one.clone().identity(), one.identity());
    assert_ne!(one.clone().prefix("x").unwrap().identity(), one.identity());
    assert_eq!(one.clone().prefix(DEFAULT_PREFIX).unwrap().identity(), one.identity());
}
