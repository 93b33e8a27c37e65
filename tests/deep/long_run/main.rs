//! The load of the long run, and a check of every single answer. Started by `tests/deep/long-run`.
//!
//! Each thread draws its requests from one table (`requests`). What must come back is known when a request is made,
//! because the schedule of keys says what is certain (`keys`).

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the terminal, and a panic fails the run"
)]

mod keys;
mod requests;

use std::{
    env, fs,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    sync::{Barrier, Mutex},
    thread,
    time::{Duration, Instant},
};

use keys::Keys;
use requests::{AGAIN, KINDS, LET_IN, Maker, REFUSED, REPLAYED, Shot, TWICE, of_key};
use support::{
    client::{Answer, Request},
    wait_until,
};

const THREADS: usize = 200;
/// Each thread pauses for up to so many milliseconds before each request.
const PAUSE: u64 = 300;
/// A key lives for three of these.
const ROTATION: Duration = Duration::from_secs(4);
/// With so many faults there is nothing more to learn.
const HOPELESS: usize = 500;

struct Load {
    server: SocketAddr,
    keys: Keys,
    end: Instant,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    /// Of each kind: let in, refused, uncertain.
    kinds: [[u64; 3]; KINDS.len()],
    key_changes: u64,
    faults: Vec<String>,
}

/// `long-run FOLDER` writes the first keys; `long-run FOLDER ADDRESS SECONDS` is the run.
fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let folder = Path::new(&arguments[0]);
    let keys = Keys::new(folder.join("keys.json"));
    let [_, server, seconds] = arguments.as_slice() else {
        return ExitCode::SUCCESS;
    };
    let load = Load {
        server: server.parse().unwrap(),
        keys,
        end: Instant::now() + Duration::from_secs(seconds.parse().unwrap()),
        tally: Mutex::default(),
    };
    load.run();
    fs::write(folder.join("secrets"), load.keys.secrets().join("\n")).unwrap();
    load.tally.into_inner().unwrap().report()
}

impl Load {
    fn run(&self) {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| self.user(Maker::new(&self.keys)));
            }
            self.rotate();
        });
    }

    fn is_over(&self) -> bool {
        Instant::now() > self.end || self.tally.lock().unwrap().faults.len() > HOPELESS
    }

    fn rotate(&self) {
        while !self.is_over() {
            let newest = self.keys.publish();
            wait_until("the server knows a new key", || {
                let answer = self.ask(&of_key(newest).request);
                self.is_over() || answer.is_some_and(|answer| answer.status == 200)
            });
            if !self.is_over() {
                self.keys.seen(newest);
                self.tally.lock().unwrap().key_changes += 1;
                thread::sleep(ROTATION);
            }
        }
    }

    fn user(&self, mut maker: Maker<'_>) {
        while !self.is_over() {
            thread::sleep(Duration::from_millis(fastrand::u64(..PAUSE)));
            let (kind, shot) = maker.draw();
            let was_good = shot.is_good(&self.keys);
            if kind != TWICE {
                self.judge(kind, &shot, was_good, self.ask(&shot.request).as_ref());
                continue;
            }
            let [first, second] = self.ask_twice(&shot.request);
            self.judge(kind, &shot, was_good, first.as_ref());
            let mut copy = shot;
            copy.status = REPLAYED;
            self.judge(kind, &copy, was_good, second.as_ref());
            if first.is_some_and(|first| first.status == 200) {
                maker.keep(copy);
            }
        }
    }

    /// None if there is no answer: `support` panics where a test would fail.
    fn ask(&self, request: &Request) -> Option<Answer> {
        catch_unwind(AssertUnwindSafe(|| request.send(self.server))).ok()
    }

    /// Two threads send the same at the same time. The answer with the lower status is the first.
    fn ask_twice(&self, request: &Request) -> [Option<Answer>; 2] {
        let barrier = Barrier::new(2);
        let send = || {
            barrier.wait();
            self.ask(request)
        };
        let mut answers = thread::scope(|scope| [(); 2].map(|()| scope.spawn(send)).map(|one| one.join().unwrap()));
        answers.sort_by_key(|answer| answer.as_ref().map(|answer| answer.status));
        answers
    }

    /// Compares an answer, which has just arrived, with what it must be.
    fn judge(&self, kind: usize, shot: &Shot, was_good: Option<bool>, answer: Option<&Answer>) {
        let possible = match (was_good, shot.is_good(&self.keys)) {
            (Some(true), Some(true)) => vec![shot.status],
            (Some(false), Some(false)) => vec![REFUSED],
            _ => vec![shot.status, REFUSED],
        };
        let mut tally = self.tally.lock().unwrap();
        let fits = |status: &u16| answer.is_some_and(|answer| shot.is(*status, answer));
        if !possible.iter().any(fits) {
            let name = KINDS[kind].0;
            return tally.faults.push(format!("{name}: not {possible:?} but {answer:?}"));
        }
        let column = match possible[..] {
            [LET_IN] => 0,
            [_] => 1,
            _ => 2,
        };
        tally.kinds[kind][column] += 1;
    }
}

impl Tally {
    /// The table, the first faults, and everything in one line.
    fn report(mut self) -> ExitCode {
        println!("\n{:<30}{:>10}{:>10}{:>10}", "kind", "let in", "refused", "uncertain");
        for ((name, ..), [let_in, refused, uncertain]) in KINDS.iter().zip(self.kinds) {
            println!("{name:<30}{let_in:>10}{refused:>10}{uncertain:>10}");
        }
        let sum = |column: usize| self.kinds.iter().map(|kind| kind[column]).sum::<u64>();
        let [let_in, refused, uncertain] = [0, 1, 2].map(sum);
        let certain_again = &self.kinds[AGAIN][..2];
        for (is_bad, what) in [
            (self.key_changes == 0, "the keys never changed"),
            (uncertain > (let_in + refused) / 50, "too much is uncertain"),
            (self.kinds.contains(&[0; 3]), "a kind was never sent"),
            (certain_again.contains(&0), "none was good first and then not"),
        ] {
            self.faults.extend(is_bad.then(|| what.to_owned()));
        }
        for fault in self.faults.iter().take(12) {
            println!("WRONG: {fault:.400}");
        }
        let (keys, faults) = (self.key_changes, self.faults.len());
        println!("let_in={let_in} refused={refused} uncertain={uncertain} key_changes={keys} faults={faults}");
        ExitCode::from(u8::from(faults > 0))
    }
}
