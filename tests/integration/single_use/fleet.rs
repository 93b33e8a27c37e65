//! Two servers that share a real Redis.

use std::time::{Duration, Instant};

use approov_actix::{ApproovBuilder, RedisStore, SingleUse};
use support::redis_server::RedisServer;

use super::{REPLAYED, Served, Signatures, sent_at_once, transfer};
use crate::signatures::signing;

fn sharing(redis: &RedisServer) -> ApproovBuilder {
    signing().single_use(SingleUse::new(RedisStore::new(&redis.address()).unwrap()))
}

#[actix_web::test]
async fn of_many_copies_to_two_servers_one_is_accepted() {
    let Some(redis) = RedisServer::start("single_use::fleet::of_many_copies", &[]) else {
        return;
    };
    let servers = [Served::new(sharing(&redis)), Served::new(sharing(&redis))];
    let both: &[&str] = &["install", "account"];
    for round in 0..200 {
        let message = transfer();
        let signatures = Signatures::of(&message);
        // The signature that all have in common, or both, in either order.
        let labels = |copy: usize| match (round % 3, copy % 2) {
            (1, 1) => &both[..1],
            (2, 1) => &["account", "install"],
            _ => both,
        };
        let copies = (0..32).map(|copy| signatures.on(&message, labels(copy))).collect();
        let statuses = sent_at_once(&servers, copies);
        assert_eq!(statuses[0], 200, "{round}");
        assert!(
            statuses[1..].iter().all(|status| *status == 409),
            "{round}: {statuses:?}"
        );
    }
}

/// No 500, nobody waits for long, and the next request after its return is served.
#[actix_web::test]
async fn while_redis_is_away_requests_are_refused() {
    let Some(mut redis) = RedisServer::start("single_use::fleet::while_redis_is_away", &[]) else {
        return;
    };
    let servers = [Served::new(sharing(&redis)), Served::new(sharing(&redis))];
    let fresh = || {
        let message = transfer();
        Signatures::of(&message).on(&message, &["install"])
    };
    servers[0].accepts("before", &fresh());
    for away in ["stopped", "killed"] {
        if away == "stopped" {
            redis.stop();
        } else {
            redis.kill();
        }
        let began = Instant::now();
        let statuses = sent_at_once(&servers, (0..64).map(|_| fresh()).collect());
        assert!(statuses.iter().all(|status| *status == 503), "{away}: {statuses:?}");
        // A hang is what must not be.
        assert!(began.elapsed() < Duration::from_secs(20), "{away}");
        if away == "stopped" {
            redis.go_on();
        } else {
            redis.start_again();
        }
        for served in &servers {
            support::wait_until("it is served again", || served.send(&fresh()).status == 200);
            served.codes.take();
            served.admissions.lock().unwrap().clear();
        }
    }
    let request = fresh();
    servers[0].accepts("first", &request);
    servers[1].refuses("the other server", REPLAYED, &request);
}
