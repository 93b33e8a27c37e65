//! What `examples/README.md` promises of all of them.

use std::fs;

#[test]
fn each_is_in_the_table_and_says_what_it_shows_and_how_to_run_it() {
    let table = include_str!("../../examples/README.md");
    let root = env!("CARGO_MANIFEST_DIR");
    for entry in fs::read_dir(format!("{root}/src/bin")).unwrap() {
        let mut file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        if file.is_dir() {
            file.push("main.rs");
        }
        let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        assert!(table.contains(&format!("\n| [`{name}`]({path}) ")), "{name} is missing");

        let text = fs::read_to_string(&file).unwrap();
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let blank = header.iter().position(|line| *line == "//!").expect(&name);
        assert!((1..=2).contains(&blank) && header.len() <= blank + 3, "{header:?}");
        let command = header[blank + 1].replace("--features neighbours ", "");
        let run = format!("//! `cargo run --bin {name}");
        assert!(command.starts_with(&run), "{name}: {command}");
    }
}
