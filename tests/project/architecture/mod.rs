//! The page about the architecture: each room of the library imports only from the rooms below it, and no file from one
//! that imports from it. What the page, its picture and CONTRIBUTING name exists.

mod imports;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use self::imports::{Imports, imports};

const PAGE: &str = include_str!("../../../docs/architecture.md");
const PICTURE: &str = include_str!("../../../docs/architecture.svg");
const RECIPE: &str = include_str!("../../../CONTRIBUTING.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn imports_of_the_library() -> Imports {
    imports(&root().join("approov-actix/src"))
}

fn room(file: &str) -> &str {
    file.split_once(['/', '.']).unwrap().0
}

/// The rooms of the table, from above.
fn rooms() -> Vec<&'static str> {
    let (_, table) = PAGE.split_once("| room |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('`').nth(1).unwrap()).collect()
}

#[test]
fn each_room_has_its_row() {
    let mut rooms = rooms();
    let files = imports_of_the_library();
    let exist: BTreeSet<_> = files.keys().map(|file| room(file)).collect();
    rooms.sort_unstable();
    assert_eq!(rooms, exist.into_iter().collect::<Vec<_>>());
}

#[test]
fn each_room_imports_only_from_the_rooms_below_it() {
    let rooms = rooms();
    let row = |file: &str| rooms.iter().position(|other| *other == room(file)).expect(file);
    for (file, imports) in imports_of_the_library() {
        for import in imports {
            let is_below = room(&file) == room(&import) || row(&file) < row(&import);
            assert!(is_below, "{file} imports from {import}");
        }
    }
}

#[test]
fn no_files_import_in_a_circle() {
    for (crate_folder, least) in [("approov-actix", 150), ("approov-actix-macros", 1), ("fuzz", 3)] {
        let mut imports = imports(&root().join(crate_folder).join("src"));
        let count: usize = imports.values().map(BTreeSet::len).sum();
        assert!(count >= least, "{crate_folder}: {count}");
        while let Some(file) = outside_of_circles(&imports) {
            imports.remove(&file);
            for of in imports.values_mut() {
                of.remove(&file);
            }
        }
        assert!(imports.is_empty(), "{crate_folder} has circles: {imports:?}");
    }
}

/// A file that imports from none of these, or that none of these imports from.
fn outside_of_circles(imports: &Imports) -> Option<String> {
    let is_top = |file| !imports.values().any(|of| of.contains(file));
    imports
        .keys()
        .find(|file| imports[*file].is_empty() || is_top(*file))
        .cloned()
}

#[test]
fn every_file_that_is_named_exists() {
    let folders = ["approov-actix/src", "approov-actix-macros/src", "fuzz/src", "tests"];
    let files = files_below(folders.map(|folder| root().join(folder)).into());
    for (text, least) in [(PAGE, 40), (PICTURE, 15), (RECIPE, 15)] {
        let words = text.split(|c: char| !c.is_alphanumeric() && !"./_-".contains(c));
        let named: Vec<_> = words
            .filter(|word| Path::new(word).extension().is_some_and(|end| end == "rs"))
            .collect();
        assert!(named.len() >= least, "{named:?}");
        for name in named {
            assert!(files.iter().any(|file| file.ends_with(name)), "{name}");
        }
    }
}

fn files_below(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}
