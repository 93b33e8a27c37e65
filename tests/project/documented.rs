//! The links of the guides.

use std::{fs, path::Path};

/// rustdoc resolves the links of the guides by the definitions in `links.md`.
#[test]
fn every_link_of_a_guide_is_known_to_rustdoc() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guides = fs::read_to_string(root.join("approov-actix/src/guide.rs")).unwrap();
    let links = fs::read_to_string(root.join("approov-actix/src/guide/links.md")).unwrap();
    let mut count = 0;
    for page in guides.split('"') {
        let Ok(text) = fs::read_to_string(root.join("docs").join(page)) else {
            continue;
        };
        let definitions = text
            .lines()
            .filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        for (label, _) in definitions.filter(|(label, _)| !label.contains(']')) {
            let is_known = links.lines().any(|line| line.starts_with(&format!("[{label}]: ")));
            assert!(is_known, "{page}: [{label}] is not in guide/links.md");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
