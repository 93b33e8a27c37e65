//! The links of the guides.

use std::{fs, path::Path};

/// Each `[text][label]` has its definition, without which it is text.
fn assert_defined(page: &str, text: &str) {
    let prose = text.split("```").step_by(2);
    let labels = prose.flat_map(|prose| prose.split("][").skip(1).filter_map(|rest| rest.split_once(']')));
    for (label, _) in labels {
        assert!(
            text.contains(&format!("\n[{label}]: ")),
            "{page}: [{label}] is not defined"
        );
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
        assert_defined(&page, &text);
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
