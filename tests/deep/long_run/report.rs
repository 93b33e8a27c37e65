//! What is found out beside the answers, and the end of the run.

use std::{
    fmt::Write as _,
    io,
    sync::atomic::Ordering::Relaxed,
    thread,
    time::{Duration, Instant},
};

use crate::{server::Server, tally::Tally};

/// The memory of a moment goes up and down by what large bodies are on their way. So the middle of so many seconds
/// counts.
const SMOOTH: usize = 15;
/// The memory at the end may be by this part above that of the first minute. By then every table is full, and keys have
/// changed often enough for their memory to be given back as often as it was taken. What a request left behind for
/// good, a few bytes each, would be more than that in a quarter of an hour with a million requests. Runs of less than
/// two minutes tell nothing.
const GROWTH: u64 = 4;

/// The result of a run, but for what was counted while it ran.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) files_before: usize,
    pub(crate) files_after: usize,
    /// None if it did not end as it should.
    pub(crate) shutdown: Option<Duration>,
    seconds: u64,
    /// In KiB, one a second.
    memory: Vec<u64>,
    panics: u64,
    leaks: u64,
    accepted_lines: u64,
    log_size: u64,
}

impl Report {
    /// Of a server that has so many files open.
    pub(crate) fn new(files_before: usize) -> Self {
        Self {
            files_before,
            ..Self::default()
        }
    }

    /// Looks at the server until the time is over.
    pub(crate) fn watch(&mut self, server: &Server, tally: &Tally, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time && !tally.is_stopped() {
            thread::sleep(Duration::from_secs(1));
            match server.memory() {
                Ok(memory) => self.memory.push(memory),
                Err(error) => {
                    tally.fault(&tally.other, &format!("quickstart is gone: {error}"));
                    tally.stop();
                }
            }
            if self.memory.len().is_multiple_of(60) {
                self.say(server, tally);
            }
        }
        self.seconds = start.elapsed().as_secs().max(1);
    }

    #[allow(clippy::print_stdout, reason = "a program for the terminal")]
    fn say(&self, server: &Server, tally: &Tally) {
        println!(
            "minute {}: {} answers, {} KiB, {} open files, {} faults",
            self.memory.len() / 60,
            tally.answers(),
            middle(&self.memory),
            server.open_files().unwrap_or_default(),
            tally.faults()
        );
    }

    /// Searches the log for these texts, and for panics.
    pub(crate) fn read_log(&mut self, server: &Server, secrets: &[String]) -> io::Result<()> {
        self.panics = server.lines_with(&["panicked".to_owned()])?;
        self.leaks = server.lines_with(secrets)?;
        // Else the search was one of nothing.
        self.accepted_lines = server.lines_with(&["ACCEPTED GET /token-check arc=".to_owned()])?;
        self.log_size = server.log_size()?;
        Ok(())
    }

    /// The memory of the first minute, or of the first half, if that is shorter; and of the end.
    fn memories(&self) -> (u64, u64) {
        let first = (self.memory.len() / 2).min(60);
        (middle(&self.memory[..first]), middle(&self.memory))
    }

    fn complaints(&self, tally: &Tally) -> Vec<String> {
        let mut complaints = tally.shown();
        let (first, last) = self.memories();
        let mut complain = |is_bad: bool, what: &str| {
            if is_bad {
                complaints.push(what.to_owned());
            }
        };
        complain(tally.answers() == 0, "no answer at all");
        complain(
            tally.uncertain_answers() > tally.answers() / 100,
            "too much is uncertain",
        );
        complain(
            self.seconds >= 120 && last > first + first / GROWTH,
            "the memory has grown",
        );
        complain(self.files_after > self.files_before, "files were left open");
        complain(self.panics > 0, "there were panics");
        complain(self.leaks > 0, "a token or a secret is in the log");
        complain(self.accepted_lines == 0, "the log does not say who was let in");
        complaints
    }

    /// Whether nothing was wrong.
    pub(crate) fn is_good(&self, tally: &Tally) -> bool {
        self.complaints(tally).is_empty() && self.shutdown.is_some()
    }

    /// The tables, all complaints, and everything in one line.
    pub(crate) fn text(&self, tally: &Tally) -> String {
        let mut text = "\n".to_owned() + &tally.tables() + "\n";
        for complaint in self.complaints(tally) {
            let _ = writeln!(text, "WRONG: {complaint}");
        }
        for (name, number) in self.numbers(tally) {
            let _ = write!(text, "{name}={number} ");
        }
        let shutdown = self.shutdown.map(|time| format!("{}ms", time.as_millis()));
        let shutdown = shutdown.as_deref().unwrap_or("never");
        let _ = write!(text, "shutdown={shutdown} good={}", self.is_good(tally));
        text
    }

    fn numbers(&self, tally: &Tally) -> [(&'static str, u64); 16] {
        let (first, last) = self.memories();
        let answers = tally.answers();
        [
            ("seconds", self.seconds),
            ("answers", answers),
            ("per_second", answers / self.seconds),
            ("key_changes", tally.key_changes.load(Relaxed)),
            ("wrong", tally.wrong.load(Relaxed)),
            ("server_errors", tally.server_errors.load(Relaxed)),
            ("broken_connections", tally.broken.load(Relaxed)),
            ("other_faults", tally.other.load(Relaxed)),
            ("uncertain", tally.uncertain_answers()),
            ("panics", self.panics),
            ("secrets_in_log", self.leaks),
            ("log_mb", self.log_size / 1_000_000),
            ("memory_kib_first", first),
            ("memory_kib_last", last),
            ("files_before", self.files_before as u64),
            ("files_after", self.files_after as u64),
        ]
    }
}

/// The median of the last seconds.
fn middle(memory: &[u64]) -> u64 {
    let mut last = memory[memory.len().saturating_sub(SMOOTH)..].to_vec();
    last.sort_unstable();
    last.get(last.len() / 2).copied().unwrap_or_default()
}
