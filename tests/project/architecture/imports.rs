//! Which file imports from which, as the compiler sees it: through `crate`, `self` and `super`, and through what a
//! module hands on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syn::{Attribute, Expr, ExprLit, File, Ident, Item, Lit, Meta, UseTree, visit::Visit};

/// The files of one crate, each a module.
pub(super) struct Sources {
    modules: BTreeMap<Vec<String>, Module>,
}

struct Module {
    /// Below the source folder.
    file: String,
    syntax: File,
    /// What `pub use` and the like bring under another path: name → path.
    handed_on: BTreeMap<String, Vec<String>>,
}

impl Sources {
    /// The modules of a crate, without those of tests.
    pub(super) fn read(folder: &Path) -> Self {
        let mut sources = Self {
            modules: BTreeMap::new(),
        };
        sources.add(folder, "lib.rs".to_owned(), Vec::new());
        sources
    }

    fn add(&mut self, folder: &Path, file: String, path: Vec<String>) {
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        let syntax = syn::parse_file(&text).unwrap();
        let mut handed_on = BTreeMap::new();
        for item in &syntax.items {
            match item {
                Item::Mod(module) if module.content.is_none() && !is_for_tests(&module.attrs) => {
                    let name = module.ident.to_string();
                    let child = file_of_module(folder, &file, &name, &module.attrs);
                    self.add(folder, child, [path.as_slice(), &[name]].concat());
                }
                Item::Use(import) => {
                    flatten(&import.tree, &mut Vec::new(), &mut |name, target| {
                        handed_on.insert(name, target.to_vec());
                    });
                }
                _ => {}
            }
        }
        // Of the two modules that a feature chooses between, both are read.
        let path = if self.modules.contains_key(&path) {
            [path.as_slice(), std::slice::from_ref(&file)].concat()
        } else {
            path
        };
        let module = Module {
            file,
            syntax,
            handed_on,
        };
        self.modules.insert(path, module);
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.modules.values().map(|module| module.file.as_str())
    }

    /// Each file with those that it imports from. `lib.rs` is left out: it knows all, and what is private to it is
    /// known to none.
    pub(super) fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut imports = BTreeMap::new();
        for (path, module) in &self.modules {
            if path.is_empty() {
                continue;
            }
            let mut paths = Paths::default();
            paths.visit_file(&module.syntax);
            let own: &mut BTreeSet<&str> = imports.entry(module.file.as_str()).or_default();
            own.extend(
                paths
                    .found
                    .iter()
                    .filter_map(|found| self.resolve(path, found))
                    .filter(|file| *file != module.file && *file != "lib.rs"),
            );
        }
        imports
    }

    /// The file that defines what a path leads to.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<&str> {
        let mut at = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "self" => module_of(from).to_vec(),
            _ => module_of(from).split_last()?.1.to_vec(),
        };
        let mut rest = &path[1..];
        while let [name, tail @ ..] = rest {
            match name.as_str() {
                "super" => drop(at.pop()),
                _ if self
                    .modules
                    .contains_key(&[at.as_slice(), std::slice::from_ref(name)].concat()) =>
                {
                    at.push(name.clone());
                }
                _ => break,
            }
            rest = tail;
        }
        let module = &self.modules[&at];
        if let Some(target) = rest.first().and_then(|name| module.handed_on.get(name))
            && matches!(target[0].as_str(), "crate" | "self" | "super")
        {
            return self.resolve(&at, target);
        }
        Some(&module.file)
    }
}

/// Of a file that a feature puts in place of another, the module that both are.
fn module_of(path: &[String]) -> &[String] {
    match path.split_last() {
        Some((last, parent)) if last.contains('.') => parent,
        _ => path,
    }
}

fn file_of_module(folder: &Path, parent: &str, name: &str, attributes: &[Attribute]) -> String {
    let parent = Path::new(parent);
    let base = if parent.ends_with("lib.rs") || parent.ends_with("mod.rs") {
        parent.parent().unwrap().to_owned()
    } else {
        parent.with_extension("")
    };
    let named = attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(file), ..
            }) => Some(file.value()),
            _ => None,
        },
        _ => None,
    });
    let candidates = named
        .into_iter()
        .chain([format!("{name}.rs"), format!("{name}/mod.rs")]);
    let mut files = candidates.map(|file| base.join(file));
    let file = files.find(|file| folder.join(file).exists()).expect(name);
    file.to_str().unwrap().to_owned()
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| attribute.parse_args::<Ident>().is_ok_and(|name| name == "test");
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") && is_test(attribute))
}

/// Every path in a use tree, with the name that it gets.
fn flatten(tree: &UseTree, path: &mut Vec<String>, found: &mut dyn FnMut(String, &[String])) {
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            flatten(&step.tree, path, found);
            path.pop();
        }
        UseTree::Name(name) if name.ident == "self" => found(path.last().unwrap().clone(), path),
        UseTree::Name(name) => {
            path.push(name.ident.to_string());
            found(name.ident.to_string(), path);
            path.pop();
        }
        UseTree::Rename(renamed) => {
            path.push(renamed.ident.to_string());
            found(renamed.rename.to_string(), path);
            path.pop();
        }
        UseTree::Glob(_) => found("*".to_owned(), path),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, path, found)),
    }
}

/// The paths in a file, but for those in its tests.
#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl Paths {
    fn add(&mut self, path: &[String]) {
        if matches!(path[0].as_str(), "crate" | "self" | "super") {
            self.found.push(path.to_vec());
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        flatten(&import.tree, &mut Vec::new(), &mut |_, path| self.add(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.add(&names);
        }
        syn::visit::visit_path(self, path);
    }
}
