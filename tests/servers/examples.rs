//! What `examples/README.md` promises of all of them.

use std::fs::{self, DirEntry};

struct Example {
    name: String,
    /// Below `examples`.
    path: String,
    text: String,
}

fn examples() -> Vec<Example> {
    let folder = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin")).unwrap();
    let example = |entry: DirEntry| {
        let mut file = entry.path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        if file.is_dir() {
            file.push("main.rs");
        }
        let path = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        Example {
            name,
            path: path.to_str().unwrap().replace('\\', "/"),
            text: fs::read_to_string(&file).unwrap(),
        }
    };
    folder.map(|entry| example(entry.unwrap())).collect()
}

#[test]
fn each_says_what_it_shows_and_how_to_run_it() {
    for Example { name, text, .. } in examples() {
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let blank = header.iter().position(|line| *line == "//!").expect(&name);
        assert!(
            (1..=2).contains(&blank) && header.len() <= blank + 3,
            "{name}: {header:?}"
        );
        let command = header[blank + 1].strip_prefix("//! `cargo run ").expect(&name);
        let command = command.strip_prefix("--features neighbours ").unwrap_or(command);
        assert!(command.starts_with(&format!("--bin {name}")), "{name}: {command}");
    }
}

#[test]
fn each_is_in_the_table() {
    let table = include_str!("../../examples/README.md");
    for Example { name, path, .. } in examples() {
        let line = format!("| [`{name}`]({path}) ");
        assert!(table.lines().any(|found| found.starts_with(&line)), "{name} is missing");
    }
}
