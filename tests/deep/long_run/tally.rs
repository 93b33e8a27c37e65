//! What was sent and what came back, in numbers.

use std::{
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use crate::{
    behaviours::BEHAVIOURS,
    connection::Answer,
    keys::Keys,
    kinds::KINDS,
    shot::{Outcome, Shot},
};

/// So many faults are shown, and all are counted.
const SHOWN: usize = 12;
/// With so many faults there is nothing more to learn.
const HOPELESS: u64 = 2000;

/// The counts of all connections together.
pub(crate) struct Tally {
    kinds: [Counts; KINDS.len()],
    rounds: [AtomicU64; BEHAVIOURS.len()],
    /// Answers other than they had to be.
    pub(crate) wrong: AtomicU64,
    /// Of these, 5xx.
    pub(crate) server_errors: AtomicU64,
    /// Connections refused, reset, closed or silent where they should not be.
    pub(crate) broken: AtomicU64,
    /// Everything else that went wrong.
    pub(crate) other: AtomicU64,
    /// How often the server took over new keys.
    pub(crate) key_changes: AtomicU64,
    shown: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

#[derive(Default)]
struct Counts {
    let_in: AtomicU64,
    refused: AtomicU64,
    others: AtomicU64,
    uncertain: AtomicU64,
}

impl Tally {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            kinds: std::array::from_fn(|_| Counts::default()),
            rounds: std::array::from_fn(|_| AtomicU64::new(0)),
            wrong: 0.into(),
            server_errors: 0.into(),
            broken: 0.into(),
            other: 0.into(),
            key_changes: 0.into(),
            shown: Mutex::default(),
            stopped: false.into(),
        }
    }

    /// Compares an answer and counts it.
    pub(crate) fn judge(&self, behaviour: &str, shot: &Shot, answer: &Answer, keys: &Keys) {
        let outcome = shot.judge(answer, keys);
        let counts = &self.kinds[shot.kind];
        let count = match answer.status {
            _ if outcome == Outcome::Uncertain => &counts.uncertain,
            200 => &counts.let_in,
            401 => &counts.refused,
            _ => &counts.others,
        };
        count.fetch_add(1, Relaxed);
        if answer.status >= 500 {
            self.server_errors.fetch_add(1, Relaxed);
        }
        if outcome == Outcome::Wrong {
            let (kind, expected) = (KINDS[shot.kind].name, &shot.expected);
            self.fault(
                &self.wrong,
                &format!("{behaviour}: {kind}: not {expected:?} but {answer:?}"),
            );
        }
    }

    /// Counts a request whose answer got lost together with the certainty that it would not.
    pub(crate) fn uncertain(&self, shot: &Shot) {
        self.kinds[shot.kind].uncertain.fetch_add(1, Relaxed);
    }

    /// Counts a fault, and keeps it if it is one of the first.
    pub(crate) fn fault(&self, count: &AtomicU64, what: &str) {
        count.fetch_add(1, Relaxed);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.len() < SHOWN {
            // The bodies of answers name devices and hold no token, but may be large.
            shown.push(what.chars().take(400).collect());
        }
        drop(shown);
        if self.faults() >= HOPELESS {
            self.stop();
        }
    }

    /// Counts one more time that a connection did what its behaviour is.
    pub(crate) fn round(&self, behaviour: usize) {
        self.rounds[behaviour].fetch_add(1, Relaxed);
    }

    /// Whether everyone should come to an end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    /// Asks everyone to come to an end.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// All faults.
    pub(crate) fn faults(&self) -> u64 {
        let counts = [&self.wrong, &self.broken, &self.other];
        counts.map(|count| count.load(Relaxed)).iter().sum()
    }

    /// All answers.
    pub(crate) fn answers(&self) -> u64 {
        self.kinds.iter().map(|counts| counts.all().iter().sum::<u64>()).sum()
    }

    /// Answers of which two were possible.
    pub(crate) fn uncertain_answers(&self) -> u64 {
        self.kinds.iter().map(|counts| counts.uncertain.load(Relaxed)).sum()
    }

    /// The tables.
    pub(crate) fn tables(&self) -> String {
        let mut text = format!(
            "{:<30}{:>10}{:>10}{:>10}{:>10}\n",
            "kind", "let in", "refused", "other", "uncertain"
        );
        for (kind, counts) in KINDS.iter().zip(&self.kinds) {
            let [let_in, refused, others, uncertain] = counts.all();
            let _ = writeln!(
                text,
                "{:<30}{let_in:>10}{refused:>10}{others:>10}{uncertain:>10}",
                kind.name
            );
        }
        let _ = writeln!(text, "\n{:<30}{:>12}{:>10}", "behaviour", "connections", "rounds");
        for (behaviour, rounds) in BEHAVIOURS.iter().zip(&self.rounds) {
            let (name, at_once, rounds) = (behaviour.name, behaviour.connections, rounds.load(Relaxed));
            let _ = writeln!(text, "{name:<30}{at_once:>12}{rounds:>10}");
        }
        text
    }

    /// The first faults.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Counts {
    fn all(&self) -> [u64; 4] {
        [&self.let_in, &self.refused, &self.others, &self.uncertain].map(|count| count.load(Relaxed))
    }
}
