//! The fuzzers, on what they start from. `just fuzz` lets them think of more.

use std::{fs, process::Command};

#[allow(unreachable_pub, unused_imports, reason = "it is a crate of its own for the fuzzers")]
#[path = "../fuzz/src/lib.rs"]
mod harness;

#[test]
fn every_seed_passes() {
    harness::assert_all_can_be_entered();
    harness::message_signature::assert_prepared();
    let folder = tempfile::tempdir().unwrap();
    let written = Command::new(env!("CARGO_BIN_EXE_seeds")).arg(folder.path()).status();
    assert!(written.unwrap().success());
    let checks = [
        ("key_set", harness::key_set::check as fn(&[u8])),
        ("message_signature", harness::message_signature::check),
        ("request", harness::request::check),
        ("token", harness::token::check),
    ];
    for (target, check) in checks {
        let seeds: Vec<_> = fs::read_dir(folder.path().join(target)).unwrap().collect();
        assert!(seeds.len() > 100, "{target}");
        for seed in seeds {
            check(&fs::read(seed.unwrap().path()).unwrap());
        }
    }
}
