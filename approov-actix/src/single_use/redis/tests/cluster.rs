//! With a cluster of three masters.

use super::*;
use crate::test_support::redis_server::RedisCluster;

const USER: [&str; 6] = ["--user", "app", "on", ">s3cret", "~*", "+@all"];
const LOGIN: &str = "app:s3cret@";

/// The key as it is in the server.
pub(super) fn written(number: u64) -> String {
    format!("{DEFAULT_PREFIX}{}", URL_SAFE_NO_PAD.encode(key(number).as_bytes()))
}

/// The numbers, from `from` on, whose keys are on this master.
fn numbers_of(cluster: &RedisCluster, master: usize, from: u64) -> impl Iterator<Item = u64> {
    (from..).filter(move |number| cluster.slot(&written(*number)).1 == master)
}

#[test]
fn each_master_has_some_of_the_keys() {
    let Some(cluster) = RedisCluster::start("each_master_has_some_of_the_keys", &USER) else {
        return;
    };
    log::capture();
    run(async {
        let (one, other) = (patient(&cluster.address(LOGIN, 0)), patient(&cluster.address(LOGIN, 1)));
        assert_eq!(one.identity(), other.identity());
        for (store, expected) in [(&one, FIRST), (&one, REPEATED), (&other, REPEATED)] {
            let all = claims(store, 0..300).await;
            assert!(all.iter().all(|outcome| *outcome == expected), "{all:?}");
        }
        let mut sum = 0;
        for master in &cluster.masters {
            let keys: u64 = master.ask(&["DBSIZE"])[1..].parse().unwrap();
            assert!(keys > 50, "{keys}");
            sum += keys;
            // One connection for each store.
            let clients = master.ask(&["CLIENT", "LIST"]);
            assert_eq!(clients.matches("user=app").count(), 2, "{clients}");
        }
        assert_eq!(sum, 300);

        // The address does not name the other masters.
        let seed = cluster.masters[2]
            .address()
            .replace("redis://", "redis-cluster://app:s3cret@");
        let all = claims(&patient(&seed), 0..300).await;
        assert!(all.iter().all(|outcome| *outcome == REPEATED), "{all:?}");

        // With the address of a single server, the store reaches a third of the keys.
        let all = claims(&patient(&cluster.masters[0].address()), 300..400).await;
        assert!(all.iter().all(|outcome| [FIRST, REFUSED].contains(outcome)), "{all:?}");
        assert!(all.contains(&FIRST) && all.contains(&REFUSED), "{all:?}");
    });
    assert!(!log::own_lines_with("the Redis of single use fails: refused(MOVED)").is_empty());
    assert!(log::own_lines_with("127.0.0.1").is_empty());
}

#[test]
fn a_key_on_its_way_is_claimed_once() {
    let Some(cluster) = RedisCluster::start("a_key_on_its_way_is_claimed_once", &[]) else {
        return;
    };
    run(async {
        let store = patient(&cluster.address("", 0));
        for number in 0..30 {
            let (slot, from) = cluster.slot(&written(number));
            let to = (from + 1) % 3;
            let count = |master: usize| cluster.masters[master].ask(&["CLUSTER", "COUNTKEYSINSLOT", &slot]);
            let was_claimed = number % 2 == 0;
            if was_claimed {
                assert_eq!(claim(&store, number).await, FIRST);
            }
            cluster.begin_to_move(&slot, from, to);
            let expected = if was_claimed { REPEATED } else { FIRST };
            assert_eq!(claim(&store, number).await, expected, "{number}");
            assert_eq!(claim(&store, number).await, REPEATED, "{number}");
            let there = if was_claimed { from } else { to };
            assert_eq!(count(there), ":1", "{number}");
            cluster.end_move(&slot, from, to);
            assert_eq!(claim(&store, number).await, REPEATED, "{number}");
            assert_eq!((count(from).as_str(), count(to).as_str()), (":0", ":1"), "{number}");
        }
    });
}

/// The slot moves while copies arrive at two servers with several workers.
#[test]
fn of_many_at_once_one_is_first() {
    const ROUNDS: u64 = 30;
    let Some(cluster) = RedisCluster::start("of_many_at_once_one_is_first_in_a_cluster", &[]) else {
        return;
    };
    let stores = [patient(&cluster.address("", 0)), patient(&cluster.address("", 1))];
    let barrier = Barrier::new(5);
    let worker = |store: &RedisStore| {
        run(async {
            let mut firsts = 0;
            for round in 0..ROUNDS {
                barrier.wait();
                for _ in 0..20 {
                    for outcome in join_all((0..4).map(|_| claim(store, round))).await {
                        assert!(outcome.is_ok(), "{outcome:?}");
                        firsts += u64::from(outcome == FIRST);
                    }
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
        for round in 0..ROUNDS {
            let (slot, from) = cluster.slot(&written(round));
            barrier.wait();
            cluster.begin_to_move(&slot, from, (from + 1) % 3);
            cluster.end_move(&slot, from, (from + 1) % 3);
        }
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(firsts, ROUNDS);
}

#[test]
fn the_others_go_on_without_one() {
    let Some(mut cluster) = RedisCluster::start("the_others_go_on_without_one", &[]) else {
        return;
    };
    // A key on each master.
    let mut number = 0;
    let mut keys = |cluster: &RedisCluster| {
        let numbers = [0, 1, 2].map(|master| numbers_of(cluster, master, number).next().unwrap());
        number = numbers.into_iter().max().unwrap() + 1;
        numbers
    };
    let keys: Vec<_> = (0..100).map(|_| keys(&cluster)).collect();
    let mut keys = keys.into_iter();
    run(async {
        let quick = store(&cluster.address("", 0)).deadline(Duration::from_secs(1)).unwrap();
        let every_master_answers = async |keys: [u64; 3]| {
            for key in keys {
                let start = Instant::now();
                while claim(&quick, key).await.is_err() {
                    assert!(start.elapsed() < HANG);
                    sleep(Duration::from_millis(5)).await;
                }
                assert_eq!(claim(&quick, key).await, REPEATED);
            }
        };
        for failed in [TIMED_OUT, DISCONNECTED] {
            every_master_answers(keys.next().unwrap()).await;
            if failed == TIMED_OUT {
                cluster.masters[1].stop();
            } else {
                cluster.masters[1].kill();
            }
            // Both at first and after the others have agreed that it has failed.
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(3) {
                for (key, outcome) in keys.next().unwrap().into_iter().zip([FIRST, failed, FIRST]) {
                    assert_eq!(claim(&quick, key).await, outcome);
                }
                sleep(Duration::from_millis(50)).await;
            }
            if failed == TIMED_OUT {
                cluster.masters[1].go_on();
            } else {
                cluster.masters[1].start_again();
            }
            every_master_answers(keys.next().unwrap()).await;
        }

        // A store that has never been connected. The first server of its address is down.
        cluster.masters[0].kill();
        let new = patient(&cluster.address("", 0));
        for (key, outcome) in keys.next().unwrap().into_iter().zip([DISCONNECTED, FIRST, FIRST]) {
            assert_eq!(claim(&new, key).await, outcome);
        }
    });
}

#[test]
fn a_replica_takes_over_with_the_claims() {
    let name = "a_replica_takes_over_with_the_claims";
    let Some(mut cluster) = RedisCluster::start(name, &[]) else {
        return;
    };
    let Some(replica) = cluster.start_replica(name, &[], 0) else {
        return;
    };
    run(async {
        let store = patient(&cluster.address("", 0));
        let numbers: Vec<_> = numbers_of(&cluster, 0, 0).take(600).collect();
        let (old, new) = numbers.split_at(10);
        for number in old {
            assert_eq!(claim_for(&store, *number, 10 * MINUTE).await, FIRST);
        }
        cluster.masters[0].wait_for_copy(&replica);
        let mut new = new.iter();
        let mut claim_until = async |is_over: &dyn Fn(Result<ClaimOutcome, &'static str>) -> bool| {
            let start = Instant::now();
            loop {
                let outcome = claim(&store, *new.next().unwrap()).await;
                assert_ne!(outcome, REPEATED);
                if is_over(outcome) {
                    return;
                }
                assert!(start.elapsed() < MINUTE, "{outcome:?}");
                sleep(Duration::from_millis(200)).await;
            }
        };
        cluster.masters[0].kill();
        claim_until(&|_| replica.ask(&["ROLE"]).starts_with("master")).await;
        claim_until(&|outcome| outcome == FIRST).await;
        for number in old {
            assert_eq!(claim(&store, *number).await, REPEATED);
        }

        // The old master comes back as a replica, and then the two change places while both are running.
        cluster.masters[0].start_again();
        claim_until(&|_| cluster.masters[0].ask(&["ROLE"]).contains("connected")).await;
        cluster.masters[0].must(&["CLUSTER", "FAILOVER"]);
        claim_until(&|_| replica.ask(&["ROLE"]).starts_with("slave")).await;
        claim_until(&|outcome| outcome == FIRST).await;
        for number in old {
            assert_eq!(claim(&store, *number).await, REPEATED);
        }
    });
}

#[test]
fn eviction_is_warned_of_for_each_master() {
    let policy = ["--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"];
    let Some(cluster) = RedisCluster::start("eviction_is_warned_of_for_each_master", &policy) else {
        return;
    };
    log::capture();
    cluster.masters[1].must(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    let store = patient(&cluster.address("", 0));
    // By two workers.
    for _ in 0..2 {
        let all = run(claims(&store, 0..100));
        assert!(all.iter().all(Result::is_ok), "{all:?}");
    }
    assert_eq!(log::own_lines_with("has the maxmemory-policy `volatile-lru`").len(), 2);
}
