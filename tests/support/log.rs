//! A log that can be read. Tests run side by side: look for lines with a path that only one test uses.

use std::{
    sync::Mutex,
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

/// At which lines to panic once.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LINES: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());

struct Capture;

/// What tests look at. At `trace` HTTP/2 alone writes hundreds of thousands of lines, and who looked for one among them
/// made all servers wait.
const TARGETS: [&str; 3] = ["approov_actix", "actix_web::middleware::logger", "access"];

impl log::Log for Capture {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        TARGETS.iter().any(|target| metadata.target().starts_with(target))
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = format!("{} {} {}", record.level(), record.target(), record.args());
        let mut panics = PANICS.lock().unwrap();
        let panics_at = panics.iter().position(|needle| line.contains(needle));
        let needle = panics_at.map(|index| panics.remove(index));
        drop(panics);
        LINES.lock().unwrap().push((thread::current().id(), line));
        assert!(needle.is_none(), "this logger panics at {needle:?}");
    }

    fn flush(&self) {}
}

/// Starts recording, down to `trace`.
pub fn capture() {
    // An error means that another test has started it.
    let _ = log::set_logger(&Capture);
    log::set_max_level(log::LevelFilter::Trace);
}

/// Panics at the next line with `needle`, in the thread that writes it.
pub fn panic_once_at(needle: &str) {
    PANICS.lock().unwrap().push(needle.to_owned());
}

/// All lines with `needle`.
pub fn lines_with(needle: &str) -> Vec<String> {
    lines_of(|_, line| line.contains(needle))
}

/// Those lines with `needle` that this thread has written: no other test's.
pub fn own_lines_with(needle: &str) -> Vec<String> {
    let own = thread::current().id();
    lines_of(|thread, line| thread == own && line.contains(needle))
}

/// All lines with `needle`, as soon as there is one. For what is logged after the answer, such as the access log.
pub fn wait_for_lines_with(needle: &str) -> Vec<String> {
    let start = Instant::now();
    while lines_with(needle).is_empty() && start.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(10));
    }
    lines_with(needle)
}

fn lines_of(is_meant: impl Fn(ThreadId, &str) -> bool) -> Vec<String> {
    let lines = LINES.lock().unwrap();
    let meant = lines.iter().filter(|(thread, line)| is_meant(*thread, line));
    meant.map(|(_, line)| line.clone()).collect()
}
