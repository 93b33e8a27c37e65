//! What `examples/README.md` promises of all of them.

use std::fs;

/// Names of the binaries, and their texts.
fn examples() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &std::path::Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files
        .map(|path| (name(&path), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn each_says_in_three_lines_what_it_shows() {
    for (name, text) in examples() {
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(header.len() == 3 && header[1] == "//!", "{name}: {header:?}");
        let command = header[2].strip_prefix("//! `cargo run ").unwrap();
        let command = command.strip_prefix("--features neighbours ").unwrap_or(command);
        assert!(command.starts_with(&format!("--bin {name}")), "{name}: {command}");
    }
}

#[test]
fn each_is_in_the_table() {
    let table = include_str!("../../examples/README.md");
    for (name, _) in examples() {
        let line = format!("| [`{name}`](src/bin/{name}.rs) ");
        assert!(table.lines().any(|found| found.starts_with(&line)), "{name} is missing");
    }
}
