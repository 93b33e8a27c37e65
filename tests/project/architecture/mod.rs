//! The page about the architecture: each room of the library imports only from the rooms below it, and no file from one
//! that imports from it. What the page, its picture and CONTRIBUTING name exists.

mod imports;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use self::imports::Sources;

const PAGE: &str = include_str!("../../../docs/architecture.md");
const PICTURE: &str = include_str!("../../../docs/architecture.svg");
const RECIPE: &str = include_str!("../../../CONTRIBUTING.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn library() -> Sources {
    Sources::read(&root().join("approov-actix/src"))
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
    let rooms = rooms();
    let exist: BTreeSet<_> = library().files().map(|file| room(file).to_owned()).collect();
    for room in exist.iter().filter(|room| *room != "lib") {
        let rows = rooms.iter().filter(|row| *row == room).count();
        assert_eq!(rows, 1, "rows of {room}");
    }
    for room in rooms {
        assert!(exist.contains(room), "there is no room {room}");
    }
}

#[test]
fn each_room_imports_only_from_the_rooms_below_it() {
    let rooms = rooms();
    let row = |file: &str| rooms.iter().position(|other| *other == room(file)).unwrap();
    let library = library();
    let mut count = 0;
    for (file, imports) in library.imports() {
        for import in imports {
            count += 1;
            assert!(
                room(file) == room(import) || row(file) < row(import),
                "{file} imports from {import}"
            );
        }
    }
    assert!(count > 150, "{count}");
}

#[test]
fn no_files_import_in_a_circle() {
    for (crate_folder, least) in [("approov-actix", 150), ("approov-actix-macros", 1), ("fuzz", 3)] {
        let sources = Sources::read(&root().join(crate_folder).join("src"));
        let mut imports = sources.imports();
        let count: usize = imports.values().map(BTreeSet::len).sum();
        assert!(count >= least, "{crate_folder}: {count}");
        while let Some(file) = outside_of_circles(&imports) {
            imports.remove(file);
        }
        assert!(imports.is_empty(), "{crate_folder} has circles: {:?}", imports.keys());
    }
}

/// A file that imports from none of these, or that none of these imports from.
fn outside_of_circles<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Option<&'a str> {
    let is_outside = |file: &&str| {
        let is_top = !imports.values().any(|of| of.contains(file));
        is_top || !imports[file].iter().any(|of| imports.contains_key(of))
    };
    imports.keys().copied().find(is_outside)
}

#[test]
fn every_file_that_is_named_exists() {
    let folders = ["approov-actix/src", "approov-actix-macros/src", "fuzz/src", "tests"];
    let files = files_below(folders.map(|folder| root().join(folder)).into());
    for (text, least) in [(PAGE, 40), (PICTURE, 15), (RECIPE, 15)] {
        let words = text.split(|c: char| !c.is_alphanumeric() && !"./_-".contains(c));
        let named: Vec<_> = words
            .map(Path::new)
            .filter(|word| word.extension().is_some_and(|end| end == "rs"))
            .collect();
        assert!(named.len() >= least, "{named:?}");
        for name in named {
            assert!(files.iter().any(|file| file.ends_with(name)), "{}", name.display());
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
