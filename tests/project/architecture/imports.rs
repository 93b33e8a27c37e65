//! Which file imports from which, as the compiler sees it: through `crate`, `self`, `super` and the modules below.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syn::{Ident, UseTree, visit::Visit};

/// Each file, below the source folder, with those that it imports from.
pub(super) type Imports = BTreeMap<String, BTreeSet<String>>;

/// A path in the code.
type Names = Vec<String>;

/// Of a crate, without its tests. `lib.rs` is left out: what it hands on counts as imported from where it is.
pub(super) fn imports(folder: &Path) -> Imports {
    let is_for_tests = |name: &String| ["tests", "test_support"].contains(&name.as_str());
    let modules: BTreeMap<Names, String> = super::files_below(vec![folder.to_owned()])
        .iter()
        .map(|file| file.strip_prefix(folder).unwrap().to_str().unwrap())
        .filter_map(|file| Some((names(file.strip_suffix(".rs")?), file.to_owned())))
        .filter(|(module, _)| !module.iter().any(is_for_tests))
        .collect();
    let handed_on = Paths::read(&folder.join("lib.rs")).into_iter();
    let handed_on: BTreeMap<_, _> = handed_on.map(|path| (path.last().unwrap().clone(), path)).collect();
    let mut imports = Imports::new();
    for (module, file) in modules.iter().filter(|(module, _)| !module.is_empty()) {
        let paths = Paths::read(&folder.join(file));
        let found = paths.iter().filter_map(|path| {
            let by_lib = handed_on
                .get(&path[1])
                .filter(|_| path[0] == "crate" && path.len() == 2);
            resolve(&modules, module, by_lib.unwrap_or(path))
        });
        let others = found.filter(|import| *import != file && *import != "lib.rs");
        imports.insert(file.clone(), others.cloned().collect());
    }
    imports
}

fn names(file: &str) -> Names {
    // The default one of the files that features choose between is the module.
    let module = file.replace("backend_aws_lc", "backend");
    let names = module.split('/').map(str::to_owned);
    names.filter(|name| name != "mod" && name != "lib").collect()
}

/// The file that a path leads to: that of the last module in it.
fn resolve<'a>(modules: &'a BTreeMap<Names, String>, from: &Names, path: &Names) -> Option<&'a String> {
    let child = |parent: &Names, name: &String| [parent.as_slice(), std::slice::from_ref(name)].concat();
    let (mut at, rest) = match path[0].as_str() {
        "crate" => (Names::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        "super" => (from.clone(), &path[..]),
        _ if modules.contains_key(&child(from, &path[0])) => (from.clone(), &path[..]),
        _ => return None,
    };
    for name in rest {
        if name == "super" {
            at.pop();
        } else if modules.contains_key(&child(&at, name)) {
            at.push(name.clone());
        } else {
            break;
        }
    }
    modules.get(&at)
}

/// The paths in a file, but for those in its tests.
#[derive(Default)]
struct Paths(Vec<Names>);

impl Paths {
    fn read(file: &Path) -> Vec<Names> {
        let mut paths = Self::default();
        paths.visit_file(&syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap());
        paths.0
    }

    fn add_tree(&mut self, path: &Names, tree: &UseTree) {
        let with = |name: &Ident| [path.as_slice(), &[name.to_string()]].concat();
        match tree {
            UseTree::Path(step) => self.add_tree(&with(&step.ident), &step.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(path, tree)),
            UseTree::Name(name) => self.0.push(with(&name.ident)),
            UseTree::Rename(renamed) => self.0.push(with(&renamed.ident)),
            UseTree::Glob(_) => self.0.push(path.clone()),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = |name: Ident| name == "test";
        let mut conditions = module.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        if !conditions.any(|condition| condition.parse_args().is_ok_and(is_test)) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        self.add_tree(&Names::new(), &import.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names = path.segments.iter().map(|segment| segment.ident.to_string());
            self.0.push(names.collect());
        }
        syn::visit::visit_path(self, path);
    }
}
