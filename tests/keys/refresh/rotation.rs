//! Key sets that are rotated back and forth under load. `APPROOV_LONG_TESTS=1` makes each test take a minute.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use approov_actix::{Approov, KeyFile, KeySet, Rejection};
use support::{
    key_server::{KeyServer, Reply},
    oct,
};
use tempfile::TempDir;

use super::{SECOND, at, verdict, wait_until_accepted, wait_until_unknown};
use crate::key;

const THREADS: usize = 3;

/// B stays, A and C come and go.
const SETS: [[&str; 2]; 2] = [["A", "B"], ["B", "C"]];

fn duration() -> Duration {
    let is_long = std::env::var_os("APPROOV_LONG_TESTS").is_some_and(|value| value == "1");
    Duration::from_secs(if is_long { 60 } else { 6 })
}

/// Ends the load when dropped, also by a panic: otherwise its threads would go on for ever.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Verifies B's token on several threads while `rotate` runs: no refusal is right.
fn under_load(approov: &Approov, rotate: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _end = End(&is_over);
        for _ in 0..THREADS {
            scope.spawn(|| {
                let token = oct::token("B");
                let mut verified = 0_u32;
                while !is_over.load(Ordering::SeqCst) {
                    assert_eq!(approov.verify_token(&token).map(drop), Ok(()), "after {verified} times");
                    verified += 1;
                }
                assert!(verified > 0);
            });
        }
        rotate();
    });
}

/// Publishes one set after the other, and checks that each is used in the end and then holds.
fn rotate(approov: &Approov, publish: impl Fn(&[&str])) {
    let start = Instant::now();
    for (kids, here, gone) in [(SETS[1], "C", "A"), (SETS[0], "A", "C")].into_iter().cycle() {
        publish(&kids);
        wait_until_unknown(approov, gone);
        let changed = Instant::now();
        while changed.elapsed() < SECOND * 3 / 2 {
            assert_eq!(verdict(approov, here), Ok(()), "{here} with {kids:?}");
            assert_eq!(
                verdict(approov, gone),
                Err(Rejection::TokenKeyUnknown),
                "{gone} with {kids:?}"
            );
            thread::sleep(SECOND / 200);
        }
        if start.elapsed() > duration() {
            break;
        }
    }
}

#[test]
fn a_file_is_rotated_under_load() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys");
    let publish = |kids: &[&str]| {
        let new = folder.path().join("new");
        fs::write(&new, oct::key_set(kids)).unwrap();
        fs::rename(new, &path).unwrap();
    };
    publish(&SETS[0]);
    let file = KeyFile::jwks(&path).refresh_interval(SECOND);
    let approov = Approov::builder().keys(file).build().unwrap();
    under_load(&approov, || rotate(&approov, publish));
}

#[test]
fn an_address_is_rotated_under_load() {
    for tags in [None, Some(["\"1\"", "\"2\""])] {
        let reply = |kids: &[&str]| match tags {
            None => Reply::keys(kids),
            Some(tags) => Reply::keys(kids).header("ETag", tags[usize::from(kids == SETS[1])]),
        };
        let server = KeyServer::start(reply(&SETS[0]));
        let approov = at(&server, SECOND).build().unwrap();
        under_load(&approov, || rotate(&approov, |kids| server.set(reply(kids))));
    }
}

/// An address that fails every other time, in a different way each time.
#[test]
fn an_address_that_also_fails_is_rotated_under_load() {
    let server = KeyServer::start(Reply::keys(&SETS[0]));
    let approov = at(&server, SECOND).build().unwrap();
    let failures = [
        Reply::new(500, ""),
        Reply::new(200, r#"{"keys":[{}]}"#),
        Reply::new(200, "<html>"),
    ];
    under_load(&approov, || {
        for (number, failure) in failures.into_iter().enumerate() {
            server.set(failure);
            server.wait_for_more(2);
            server.set(Reply::keys(&SETS[(number + 1) % 2]));
            wait_until_accepted(&approov, if number % 2 == 0 { "C" } else { "A" });
        }
    });
}

/// With `replace_keys` there is no time in between: after the call, the old keys are out.
#[test]
fn keys_are_replaced_under_load() {
    let sets = SETS.map(|kids| KeySet::from_jwks(&oct::key_set(&kids)).unwrap());
    let key = key(&oct::secret("B")).with_key_id("B");
    let approov = Approov::builder().keys(key).build().unwrap();
    let (a, c) = (oct::token("A"), oct::token("C"));
    under_load(&approov, || {
        let start = Instant::now();
        let unknown = Err(Rejection::TokenKeyUnknown);
        while start.elapsed() < duration() {
            let verdicts = || (approov.verify_token(&a).map(drop), approov.verify_token(&c).map(drop));
            approov.replace_keys(sets[0].clone()).unwrap();
            assert_eq!(verdicts(), (Ok(()), unknown));
            approov.replace_keys(sets[1].clone()).unwrap();
            assert_eq!(verdicts(), (unknown, Ok(())));
        }
    });
}
