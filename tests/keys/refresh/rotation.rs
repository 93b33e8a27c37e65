//! Key sets that are rotated back and forth under load. `APPROOV_LONG_TESTS=1` makes each test take a minute.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use approov_actix::Approov;
use support::{
    key_server::{KeyServer, Reply},
    oct,
};

use super::{Published, SECOND, at, verdict, wait_until_unknown};
use crate::keys::{UNKNOWN, with};

const THREADS: usize = 3;

/// B stays, A and C come and go.
const SETS: [[&str; 2]; 2] = [["A", "B"], ["B", "C"]];

fn duration() -> Duration {
    let is_long = std::env::var_os("APPROOV_LONG_TESTS").is_some_and(|value| value == "1");
    Duration::from_secs(if is_long { 60 } else { 4 })
}

/// Ends the load when dropped, also by a panic: otherwise its threads would go on for ever.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Publishes one set after the other, and checks that each is used in the end as a whole, and then holds. Meanwhile,
/// several threads verify B's token: no refusal is right.
fn rotate(approov: &Approov, publish: impl Fn(&[&str])) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _end = End(&is_over);
        for _ in 0..THREADS {
            scope.spawn(|| {
                let token = oct::token("B");
                while !is_over.load(Ordering::SeqCst) {
                    assert_eq!(approov.verify_token(&token).map(drop), Ok(()));
                }
            });
        }
        let start = Instant::now();
        for (kids, here, gone) in [(SETS[1], "C", "A"), (SETS[0], "A", "C")].into_iter().cycle() {
            publish(&kids);
            wait_until_unknown(approov, gone);
            let changed = Instant::now();
            while changed.elapsed() < SECOND * 3 / 2 {
                let verdicts = (verdict(approov, here), verdict(approov, gone));
                assert_eq!(verdicts, (Ok(()), UNKNOWN), "{kids:?}");
                thread::sleep(SECOND / 200);
            }
            if start.elapsed() > duration() {
                break;
            }
        }
    });
}

#[test]
fn a_file_is_rotated_under_load() {
    let file = Published::keys(&SETS[0]);
    rotate(&with(file.jwks()), |kids| file.replace(oct::key_set(kids)));
}

#[test]
fn an_address_is_rotated_under_load() {
    let reply = |kids: &[&str]| Reply::keys(kids).header("ETag", &format!("\"{}\"", kids.concat()));
    let server = KeyServer::start(reply(&SETS[0]));
    rotate(&at(&server, SECOND), |kids| server.set(reply(kids)));
}
