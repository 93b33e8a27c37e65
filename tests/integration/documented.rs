//! Every public type and trait says what it means for security, and shows how it is used.

use std::{collections::BTreeSet, fs, path::Path};

/// The public interface, as `just public-api --write` lists it.
const LISTING: &str = include_str!("../public-api.txt");
const SECTIONS: [&str; 2] = ["# Security", "# Examples"];

/// Kind and name of an item that is at the beginning of `line`: `("struct", "Approov")`.
fn item(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.trim_start().strip_prefix("pub ")?.split_once(' ')?;
    // Without what a trait requires.
    let rest = rest.split(": ").next()?.trim_start_matches("approov_actix::");
    let name = rest.rsplit_once("::").map_or(rest, |(_, name)| name);
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    matches!(kind, "struct" | "enum" | "trait").then(|| (kind, &name[..end.unwrap_or(name.len())]))
}

/// The documentation of each item in the file.
fn documented(file: &Path, found: &mut Vec<(String, String)>) {
    let text = fs::read_to_string(file).unwrap();
    let mut documentation = String::new();
    for line in text.lines() {
        if let Some(comment) = line.trim_start().strip_prefix("///") {
            documentation.push_str(comment);
            documentation.push('\n');
        } else if let Some((_, name)) = item(line) {
            found.push((name.to_owned(), std::mem::take(&mut documentation)));
        } else if line.is_empty() {
            documentation.clear();
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            documented(&path, found);
        }
    }
}

#[test]
fn every_type_has_a_security_section_and_an_example() {
    let listed = LISTING
        .lines()
        .map(|line| line.trim_start_matches("#[non_exhaustive] "));
    let public: BTreeSet<_> = listed.filter_map(item).map(|(_, name)| name).collect();
    assert!(public.len() > 20, "{public:?}");

    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../approov-actix/src"),
        &mut found,
    );
    for name in public {
        let (_, documentation) = found.iter().find(|(known, _)| known == name).expect(name);
        for section in SECTIONS {
            assert!(documentation.contains(section), "{name} has no {section}");
        }
    }
}

/// rustdoc resolves the links of the guides by the definitions in `links.md`.
#[test]
fn every_link_of_a_guide_is_known_to_rustdoc() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guides = fs::read_to_string(root.join("approov-actix/src/guide.rs")).unwrap();
    let links = fs::read_to_string(root.join("approov-actix/src/guide/links.md")).unwrap();
    let mut count = 0;
    for page in fs::read_dir(root.join("docs")).unwrap() {
        let page = page.unwrap().file_name().into_string().unwrap();
        if !guides.contains(&page) {
            continue;
        }
        let text = fs::read_to_string(root.join("docs").join(&page)).unwrap();
        let labels = text
            .lines()
            .filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        for (label, _) in labels.filter(|(label, _)| !label.contains(']')) {
            let is_known = links.lines().any(|line| line.starts_with(&format!("[{label}]: ")));
            assert!(is_known, "{page}: [{label}] is not in guide/links.md");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
