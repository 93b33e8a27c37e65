//! A log that can be read. Tests run side by side: look for lines with a path that only one test uses.

use std::{sync::Mutex, thread, time::Duration};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Capture;

impl log::Log for Capture {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {} {}", record.level(), record.target(), record.args());
        LINES.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

/// Starts recording everything, down to `trace`.
pub fn capture() {
    // An error means that another test has started it.
    let _ = log::set_logger(&Capture);
    log::set_max_level(log::LevelFilter::Trace);
}

/// All lines with `needle`.
#[must_use]
pub fn lines_with(needle: &str) -> Vec<String> {
    let lines = LINES.lock().unwrap();
    lines.iter().filter(|line| line.contains(needle)).cloned().collect()
}

/// All lines with `needle`, as soon as there is one. For what is logged after the answer, such as the access log.
#[must_use]
pub fn wait_for_lines_with(needle: &str) -> Vec<String> {
    for _ in 0..500 {
        let lines = lines_with(needle);
        if !lines.is_empty() {
            return lines;
        }
        thread::sleep(Duration::from_millis(10));
    }
    Vec::new()
}
