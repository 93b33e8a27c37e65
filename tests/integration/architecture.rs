//! The page about the architecture: each room of the library has its floor, and imports from there and from below. What the page, its picture and CONTRIBUTING
//! name exists.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const PAGE: &str = include_str!("../../docs/architecture.md");
const PICTURE: &str = include_str!("../../docs/architecture.svg");
const RECIPE: &str = include_str!("../../CONTRIBUTING.md");
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../approov-actix/src");

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

/// Every file with its path below [`SOURCES`], but for those of tests alone.
fn sources() -> Vec<(String, String)> {
    let files = files_below(vec![SOURCES.into()]);
    let named = files.iter().map(|path| {
        let name = path.strip_prefix(SOURCES).unwrap().to_str().unwrap();
        (name.replace('\\', "/"), path)
    });
    named
        .filter(|(name, _)| name != "lib.rs" && !name.starts_with("test_support") && !name.ends_with("tests.rs"))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

fn room(file: &str) -> &str {
    let (room, _) = file.split_once(['/', '.']).unwrap();
    room
}

/// The number of each room's floor, from above.
fn floors() -> BTreeMap<&'static str, usize> {
    let (_, table) = PAGE.split_once("| floor | rooms |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rooms = rows.map(|row| row.split('|').nth(2).unwrap());
    let on_floor = |(floor, rooms): (usize, &'static str)| {
        let names = rooms.split('`').skip(1).step_by(2);
        names.map(move |room| (room, floor))
    };
    rooms.enumerate().flat_map(on_floor).collect()
}

/// The names at the beginning of each path in `crate::{…}` or behind a single `crate::`.
fn imports(source: &str) -> Vec<String> {
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: Vec<_> = lines.take_while(|line| *line != "mod tests {").collect();
    let mut names = Vec::new();
    for text in code.join("\n").split("crate::").skip(1) {
        let list = text.strip_prefix('{');
        let mut depth = 1;
        let mut first = String::new();
        for character in list.unwrap_or(text).chars() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 1 => first.push(character),
                _ => {}
            }
            if depth == 0 || (list.is_none() && !character.is_alphanumeric() && character != '_') {
                break;
            }
        }
        let name = |path: &str| {
            path.trim()
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .map(str::to_owned)
        };
        names.extend(first.split(',').filter_map(name));
    }
    names
}

#[test]
fn each_room_has_its_floor_and_its_line() {
    let floors = floors();
    for (file, _) in sources() {
        let room = room(&file);
        assert!(floors.contains_key(room), "{room} is on no floor");
        let named_in_table = PAGE.matches(&format!("`{room}`")).count();
        assert!(named_in_table >= 2, "nothing is said of {room}");
    }
    for room in floors.keys() {
        let exists = ["", ".rs"]
            .iter()
            .any(|end| Path::new(SOURCES).join(format!("{room}{end}")).exists());
        assert!(exists, "there is no room {room}");
    }
}

#[test]
fn no_room_imports_from_above() {
    let floors = floors();
    let mut count = 0;
    for (file, source) in sources() {
        let room = room(&file);
        for import in imports(&source) {
            let Some(below) = floors.get(import.as_str()) else {
                continue;
            };
            count += 1;
            assert!(floors[room] <= *below, "{file} imports from {import}");
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn every_file_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders =
        ["approov-actix/src", "approov-actix-macros/src", "fuzz/src", "tests"].map(|folder| root.join(folder));
    let files = files_below(folders.into());
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
