//! What remembered tokens take: shows more and more of them, each twice, so that even a full memory takes it in, and prints the process's size.
//! `docs/performance.md` has the curve.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    dead_code,
    reason = "a benchmark stops at the first surprise, and prints; the other one needs more of the module"
)]

#[path = "verdicts/minter.rs"]
mod minter;

use std::process::Command;

use approov_actix::Approov;

use crate::minter::Minter;

/// How many tokens there were when the size is looked at.
const STEPS: [u64; 8] = [0, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 2_000_000];

type With = fn(Minter) -> Minter;

/// Each has a process of its own, because what one has freed another one takes.
const CURVES: [(&str, With, usize); 3] = [
    ("usual tokens", |minter| minter, STEPS.len()),
    ("the longest", |minter| minter.with_filling(&"x".repeat(5_840)), 5),
    ("the most to keep", Minter::with_audiences, 5),
];

fn main() {
    if resident_bytes().is_none() {
        println!("skipped: only Linux tells a process its size");
        return;
    }
    let number = std::env::args().find_map(|argument| argument.strip_prefix("curve=")?.parse::<usize>().ok());
    if let Some((name, minter, steps)) = number.map(|number| CURVES[number]) {
        let minter = minter(Minter::hs256());
        println!(
            "{name}: tokens of {} bytes, of which 10,000 are remembered",
            minter.mint().len()
        );
        curve(&minter, &STEPS[..steps]);
        return;
    }
    for number in 0..CURVES.len() {
        let program = std::env::current_exe().unwrap();
        let status = Command::new(program).arg(format!("curve={number}")).status().unwrap();
        assert!(status.success());
    }
}

fn curve(minter: &Minter, steps: &[u64]) {
    let approov = minter.approov();
    let base = resident_bytes().unwrap();
    let mut sizes = Vec::new();
    let mut shown = 0;
    for step in steps {
        while shown < *step {
            show_twice(&approov, &minter.mint());
            shown += 1;
        }
        let size = resident_bytes().unwrap().saturating_sub(base);
        println!(
            "{shown:>10} tokens: {:>6.1} MB",
            f64::from(u32::try_from(size / 1024).unwrap()) / 1024.0
        );
        sizes.push(size);
    }
    let (full, end) = (sizes[3], sizes[sizes.len() - 1]);
    assert!(end < full + full / 4 + 2_000_000, "the memory grows");
}

fn show_twice(approov: &Approov, token: &str) {
    for _ in 0..2 {
        approov.verify_token(token).unwrap();
    }
}

fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
