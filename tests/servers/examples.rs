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
        assert!(
            header[2].contains(&format!("`cargo run --bin {name}")),
            "{name}: {}",
            header[2]
        );
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
