//! The store that servers share fails while they are busy. How often the store itself asks again, and what it logs, is
//! tested in `approov-actix/src/single_use/redis/tests.rs`.

use std::{
    iter,
    net::TcpStream,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use approov_actix::{Enforcement, RedisStore, SingleUse, SingleUseAdmission};
use support::{
    client::Request,
    redis_server::{Proxy, RedisServer},
    signing::Signature,
    token::now,
};

use super::{ONCE, REPLAYED, Served, serve, transfer};
use crate::signing;

/// Requests in flight at once.
const CLIENTS: usize = 200;
const DEADLINE: Duration = Duration::from_secs(5);
/// What an answer may take beyond the store's deadline: clients and servers share a machine that may be slow and busy.
/// Alone on two cores they take less than a second.
const MARGIN: Duration = Duration::from_secs(15);
/// After so long a store that is back is used again.
const RECOVERY: Duration = Duration::from_secs(1);

type Act = fn(&mut RedisServer, &Proxy);

/// Why requests cannot be claimed, how that begins, and how it is mended.
const FAILURES: [(&str, Act, Act); 6] = [
    ("timed_out", |redis, _| redis.stop(), |redis, _| redis.go_on()),
    (
        "timed_out",
        |_, proxy| proxy.delay_answers(2 * DEADLINE),
        |_, proxy| proxy.delay_answers(Duration::ZERO),
    ),
    (
        "timed_out",
        |_, proxy| {
            proxy.lead_to(0);
            proxy.silence_connections();
        },
        |redis, proxy| proxy.lead_to(redis.port()),
    ),
    ("disconnected", |redis, _| redis.kill(), |redis, _| redis.start_again()),
    (
        "refused",
        |redis, _| redis.must(&["CONFIG", "SET", "maxmemory", "1"]),
        |redis, _| redis.must(&["CONFIG", "SET", "maxmemory", "0"]),
    ),
    (
        "refused",
        // Nothing listens there, so it keeps what it has.
        |redis, _| redis.must(&["REPLICAOF", "127.0.0.1", "1"]),
        |redis, _| redis.must(&["REPLICAOF", "NO", "ONE"]),
    ),
];

/// It lives as long as its token, for machines may be slow. The account's signature costs the least.
fn fresh() -> Request {
    let message = transfer();
    let signature = Signature::account(&message).parameters(&format!(";created={}", now()));
    message.carrying(&signature).request()
}

/// The statuses of requests that are in flight at the same time, while something happens.
fn at_once(server: &Served, requests: &[Request], act: impl FnOnce()) -> Vec<u16> {
    let barrier = Barrier::new(requests.len() + 1);
    let address = server.address();
    let send = |request: &Request| {
        barrier.wait();
        let start = Instant::now();
        let connection = TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(DEADLINE + MARGIN)).unwrap();
        let answer = request.send_over(connection);
        assert!(start.elapsed() <= DEADLINE + MARGIN);
        answer.status
    };
    thread::scope(|scope| {
        let clients: Vec<_> = requests.iter().map(|request| scope.spawn(|| send(request))).collect();
        barrier.wait();
        act();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

#[actix_web::test]
async fn whatever_fails_no_copy_is_let_in_and_nobody_waits() {
    for (reason, begin, mend) in FAILURES {
        let kept = ["--appendonly", "yes", "--appendfsync", "always"];
        let Some(mut redis) = RedisServer::start("single_use::failures::whatever_fails", &kept) else {
            return;
        };
        let proxy = Proxy::start(Some(redis.port()));
        let serve = |enforcement, admit| {
            // Where time is not what fails, there is enough.
            let deadline = if reason == "timed_out" { DEADLINE / 2 } else { DEADLINE };
            let store = RedisStore::new(&proxy.address()).unwrap().deadline(deadline).unwrap();
            let builder = signing().single_use(SingleUse::new(store).admit_on_failure(admit));
            serve(builder.policy(ONCE.single_use_enforcement(enforcement)))
        };
        let enforcing = serve(Enforcement::Enforce, false);
        // These must go on when the store fails.
        let admitting = serve(Enforcement::Enforce, true);
        let reporting = serve(Enforcement::Report, false);

        let copy = fresh();
        enforcing.accepts(reason, &copy);
        let copies = || vec![copy.clone(); CLIENTS];
        let is_refusal = |status: &u16| [409, 503].contains(status);
        let unavailable = format!("single_use_unavailable({reason})");
        let refused = at_once(&enforcing, &copies(), || begin(&mut redis, &proxy));
        assert!(refused.iter().all(is_refusal), "{reason}: {refused:?}");
        enforcing.refusals();
        let half = || iter::repeat_with(fresh).take(CLIENTS / 2);
        let requests = || half().chain(copies().into_iter().take(CLIENTS / 2)).collect::<Vec<_>>();
        for (server, status) in [(&enforcing, 503), (&admitting, 200), (&reporting, 200)] {
            let statuses = at_once(server, &requests(), || {});
            assert_eq!(statuses, [status; CLIENTS], "{reason}");
        }
        for server in [&enforcing, &reporting] {
            let refusals = server.refusals();
            assert_eq!(refusals, [unavailable.as_str(); CLIENTS]);
        }
        assert_eq!(admitting.codes(), [""; 0]);
        let without_store = [Some(SingleUseAdmission::AdmittedWithoutStore); CLIENTS];
        assert_eq!(admitting.admissions(), without_store);

        let refused = at_once(&enforcing, &copies(), || mend(&mut redis, &proxy));
        assert!(refused.iter().all(is_refusal), "{reason}: {refused:?}");
        for server in [&enforcing, &admitting, &reporting] {
            server.admissions();
            let mended = Instant::now();
            let is_claimed = || {
                server.send(&fresh());
                server.admissions() == [Some(SingleUseAdmission::Claimed)]
            };
            while !is_claimed() {
                assert!(mended.elapsed() <= RECOVERY, "{reason}");
            }
            server.codes();
            let statuses = at_once(server, &half().collect::<Vec<_>>(), || {});
            assert_eq!(statuses, [200; CLIENTS / 2], "{reason}");
        }
        for (server, status) in [(&enforcing, 409), (&admitting, 409), (&reporting, 200)] {
            let answer = server.send(&copy);
            assert_eq!((answer.status, server.codes()), (status, vec![REPLAYED]), "{reason}");
        }
    }
}
