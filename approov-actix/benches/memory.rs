//! What cached tokens take, and claims of single use: makes more and more of them and prints the process's size. Each
//! token is shown twice, so that even a full cache takes it in. `docs/performance-lab.md` has the curve.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    dead_code,
    reason = "a benchmark stops at the first surprise, and prints; the other one needs more of the module"
)]

#[path = "verdicts/minter.rs"]
mod minter;

use std::{process::Command, time::Duration};

use approov_actix::{Approov, Claim, ClaimOutcome, MemoryStore, SingleUseStore as _};

use crate::minter::Minter;

/// How many tokens there were when the size is looked at.
const STEPS: [u64; 8] = [0, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 2_000_000];

/// Each has a process of its own, because what one has freed another one takes.
const CURVES: [fn(); 4] = [usual_tokens, longest_tokens, most_to_keep, claims];

fn main() {
    if resident_bytes().is_none() {
        println!("skipped: only Linux tells a process its size");
        return;
    }
    let number = std::env::args().find_map(|argument| argument.strip_prefix("curve=")?.parse::<usize>().ok());
    if let Some(number) = number {
        CURVES[number]();
        return;
    }
    for number in 0..CURVES.len() {
        let program = std::env::current_exe().unwrap();
        let status = Command::new(program).arg(format!("curve={number}")).status().unwrap();
        assert!(status.success());
    }
}

fn usual_tokens() {
    tokens("usual tokens", &Minter::hs256(), &STEPS);
}

fn longest_tokens() {
    let minter = Minter::hs256().with_filling(&"x".repeat(5_840));
    tokens("the longest", &minter, &STEPS[..5]);
}

fn most_to_keep() {
    tokens("the most to keep", &Minter::hs256().with_audiences(), &STEPS[..5]);
}

fn tokens(name: &str, minter: &Minter, steps: &[u64]) {
    println!(
        "{name}: tokens of {} bytes, of which 10,000 are cached",
        minter.mint().len()
    );
    curve(minter, steps);
}

/// A million, and then four million more, for which there is no room.
fn claims() {
    const CAPACITY: u64 = 1_000_000;
    println!("claims of single use, of which {CAPACITY} are kept");
    let store = MemoryStore::new(CAPACITY.try_into().unwrap()).unwrap();
    let base = resident_bytes().unwrap();
    let mut sizes = Vec::new();
    for number in 0..5 * CAPACITY {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        let claim = store.claim(&key.into(), Duration::from_secs(60 * 60));
        let is_first = matches!(claim, Claim::Now(Ok(ClaimOutcome::First)));
        assert_eq!(is_first, number < CAPACITY, "{number}");
        if (number + 1) % CAPACITY == 0 {
            let size = resident_bytes().unwrap().saturating_sub(base);
            println!("{:>10} claims: {:>6.1} MB", number + 1, megabytes(size));
            sizes.push(size);
        }
    }
    assert!(
        sizes[0] < 50_000_000 && sizes[4] < sizes[0] + 1_000_000,
        "the memory grows"
    );
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
        println!("{shown:>10} tokens: {:>6.1} MB", megabytes(size));
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

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap()) / 1024.0
}

fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
