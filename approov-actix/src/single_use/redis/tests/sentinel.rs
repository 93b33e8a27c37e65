//! With a master, a replica and a Sentinel.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use super::*;
use crate::test_support::redis_server::MASTER;

struct Watched {
    master: RedisServer,
    replica: RedisServer,
    sentinel: RedisServer,
}

impl Watched {
    fn start(test: &str, options: &[&str]) -> Option<Self> {
        let master = RedisServer::start(test, &[])?;
        let port = master.port().to_string();
        let replica = RedisServer::start(test, &["--replicaof", "127.0.0.1", &port])?;
        let start = Instant::now();
        while !replica.ask(&["ROLE"]).contains("connected") {
            assert!(start.elapsed() < HANG);
            thread::sleep(Duration::from_millis(20));
        }
        // The Sentinel finds the replica by asking the master, at its start and every ten seconds.
        let sentinel = RedisServer::start_sentinel(test, &master, options)?;
        Some(Self {
            master,
            replica,
            sentinel,
        })
    }

    fn address(&self) -> String {
        named(&[self.sentinel.port()])
    }
}

/// The address of Sentinels at these ports.
fn named(ports: &[u16]) -> String {
    let hosts: Vec<_> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    format!("redis-sentinel://{}/{MASTER}", hosts.join(","))
}

/// A Sentinel whose information is out of date.
fn outdated_sentinel(master: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let _ = client.read(&mut [0; 1000]);
            let _ = write!(client, "*2\r\n$9\r\n127.0.0.1\r\n$5\r\n{master}\r\n");
            let _ = client.read(&mut [0; 1000]);
        }
    });
    port
}

#[test]
fn the_master_that_a_sentinel_makes_is_found() {
    let Some(Watched {
        master,
        replica,
        sentinel,
    }) = Watched::start("the_master_that_a_sentinel_makes_is_found", &[])
    else {
        return;
    };
    log::capture();
    run(async {
        let store = patient(&named(&[sentinel.port()]));
        assert_eq!(claim_for(&store, 1, 10 * MINUTE).await, FIRST);
        assert_eq!(claim(&store, 1).await, REPEATED);
        assert_eq!(claim_for(&store, 2, 10 * MINUTE).await, FIRST);
        master.wait_for_copy(&replica);

        let start = Instant::now();
        while sentinel.ask(&["SENTINEL", "FAILOVER", MASTER]) != "+OK" {
            assert!(start.elapsed() < HANG);
            sleep(Duration::from_millis(100)).await;
        }
        let mut number = 2_000;
        while !master.ask(&["ROLE"]).starts_with("slave") {
            assert!(start.elapsed() < MINUTE);
            assert_ne!(claim(&store, number).await, REPEATED);
            number += 1;
            sleep(Duration::from_millis(5)).await;
        }
        recovers(&store, 100_000).await;
        assert!(replica.ask(&["ROLE"]).starts_with("master"));
        for number in [1, 2] {
            assert_eq!(claim(&store, number).await, REPEATED);
        }
        assert_eq!(claim(&store, 3).await, FIRST);
        assert_eq!(replica.ask(&["EXISTS", &cluster::written(3)]), ":1");
    });
    assert!(log::own_lines_with("127.0.0.1").is_empty());
}

#[test]
fn a_master_that_dies_is_replaced() {
    let Some(mut watched) = Watched::start("a_master_that_dies_is_replaced", &[]) else {
        return;
    };
    run(async {
        let store = patient(&watched.address());
        assert_eq!(claim_for(&store, 1, 10 * MINUTE).await, FIRST);
        watched.master.wait_for_copy(&watched.replica);
        watched.master.kill();
        let outcomes = claims(&store, 2..100).await;
        assert!(outcomes.iter().all(|outcome| *outcome == DISCONNECTED), "{outcomes:?}");
        let (start, mut number) = (Instant::now(), 1_000_000);
        while !watched.replica.ask(&["ROLE"]).starts_with("master") {
            assert!(start.elapsed() < MINUTE);
            assert_ne!(claim(&store, number).await, REPEATED);
            number += 1;
            sleep(Duration::from_millis(20)).await;
        }
        recovers(&store, 2_000).await;
        assert_eq!(claim(&store, 1).await, REPEATED);

        // The old master may need a moment to become a replica, and has no claims until then.
        watched.master.start_again();
        for number in 0..100 {
            assert_eq!(claim(&store, 1).await, REPEATED, "{number}");
            sleep(Duration::from_millis(5)).await;
        }
    });
}

#[test]
fn the_first_sentinel_that_knows_is_believed() {
    let Some(watched) = Watched::start("the_first_sentinel_that_knows_is_believed", &[]) else {
        return;
    };
    let (replica, sentinel) = (watched.replica.port(), watched.sentinel.port());
    log::capture();
    let silent = Proxy::start(None);
    let outdated = outdated_sentinel(replica);
    let gone = outdated_sentinel(free_port());
    run(async {
        for (number, others) in (0..).zip([
            vec![free_port()],
            vec![silent.port()],
            vec![outdated],
            vec![gone],
            vec![silent.port(), outdated, gone],
        ]) {
            let store = patient(&named(&[&others[..], &[sentinel]].concat()));
            assert_eq!(claim(&store, number).await, FIRST, "{others:?}");
            assert_eq!(claim(&store, number).await, REPEATED, "{others:?}");
        }
        for (address, outcome) in [
            (named(&[outdated]), DISCONNECTED),
            (named(&[free_port(), free_port()]), DISCONNECTED),
            (named(&[free_port(), silent.port()]), TIMED_OUT),
            (format!("{}x", named(&[sentinel])), DISCONNECTED),
            // A server that is not a Sentinel.
            (named(&[replica]), DISCONNECTED),
        ] {
            assert_eq!(claim(&store(&address), 1_000).await, outcome, "{address}");
        }
    });
    for fault in [
        "the Sentinels name a server that is no master",
        "a Sentinel knows no master of this name",
        "a Sentinel refuses to answer",
    ] {
        let lines = log::own_lines_with(&format!("disconnected({fault}"));
        assert!(!lines.is_empty(), "{fault}");
    }
}

#[test]
fn passwords_of_sentinels_are_their_own() {
    let Some(watched) = Watched::start("passwords_of_sentinels_are_their_own", &["--requirepass", "s#cret"]) else {
        return;
    };
    log::capture();
    watched
        .master
        .must(&["ACL", "SETUSER", "app", "on", ">m4ster", "~*", "+@all"]);
    run(async {
        let port = watched.sentinel.port();
        for (login, parameters, outcome) in [
            ("", "", DISCONNECTED),
            (":s%23cret@", "", DISCONNECTED),
            ("", "?sentinel_password=wr0ng", DISCONNECTED),
            ("", "?sentinel_password=s%23cret", FIRST),
            ("", "?sentinel_username=default&sentinel_password=s%23cret", REPEATED),
            ("app:m4ster@", "?sentinel_password=s%23cret", REPEATED),
            ("app:wr0ng@", "?sentinel_password=s%23cret", REFUSED),
        ] {
            let store = patient(&format!(
                "redis-sentinel://{login}127.0.0.1:{port}/{MASTER}{parameters}"
            ));
            assert_eq!(claim(&store, 1).await, outcome, "{login}{parameters}");
        }
        // The address also names the database.
        let store = patient(&format!(
            "redis-sentinel://127.0.0.1:{port}/{MASTER}/3?sentinel_password=s%23cret"
        ));
        assert_eq!(claim(&store, 1).await, FIRST);
    });
    for secret in ["s#cret", "wr0ng", "m4ster", "127.0.0.1"] {
        assert!(log::own_lines_with(secret).is_empty(), "{secret}");
    }
}

/// `SSL_CERT_FILE` works as with one server. The Sentinel names the master as in its certificate.
#[cfg(feature = "single-use-redis-rustls")]
#[test]
fn over_tls() {
    let (master_port, sentinel_port) = (free_port().to_string(), free_port().to_string());
    let options = tls_options();
    let with_port = |port| -> Vec<_> { options.iter().map(String::as_str).chain(["--tls-port", port]).collect() };
    let Some(_master) = RedisServer::start("over_tls_by_a_sentinel", &with_port(&master_port)) else {
        return;
    };
    let names = ["resolve-hostnames yes", "announce-hostnames yes"];
    let options = [&with_port(&sentinel_port)[..], &["--tls-replication", "yes"]].concat();
    let Some(_sentinel) =
        RedisServer::start_sentinel_of("over_tls_by_a_sentinel", ("localhost", &master_port), &names, &options)
    else {
        return;
    };
    log::capture();
    run(async {
        let store = patient(&format!("rediss-sentinel://localhost:{sentinel_port}/{MASTER}"));
        let expected = if is_authority_trusted() { FIRST } else { DISCONNECTED };
        assert_eq!(claim(&store, 1).await, expected);
    });
    let faults = log::own_lines_with("disconnected(TLS: the certificate is not trusted, or is for another host)");
    assert_eq!(faults.is_empty(), is_authority_trusted());
}
