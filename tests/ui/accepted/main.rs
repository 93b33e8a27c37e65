//! What the attribute accepts: one shape a file, each with the lints that its crate could have.

#![allow(
    unreachable_pub,
    clippy::many_single_char_names,
    clippy::needless_pub_self,
    clippy::unused_async,
    clippy::unwrap_used,
    reason = "handlers are written like this; a shape that is about a lint denies it itself"
)]

/// Under this name `crate_path` finds the library.
extern crate approov_actix as renamed;

use std::{collections::BTreeSet, fs, path::Path};

/// Public are those whose lints look at what is public. rustfmt sees none of them: it would take commas away that
/// belong to a shape.
macro_rules! shapes {
    ($($visibility:vis mod $name:ident;)*) => {
        $(
            $visibility mod $name;

            #[test]
            fn $name() {
                $name::register();
            }
        )*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

shapes! {
    mod arguments;
    pub mod attributes_of_the_handler;
    mod borrowed_tail;
    mod conditional;
    mod crate_path;
    mod early_return;
    pub mod forbidden_lints;
    mod generated_by_a_macro;
    mod generated_names;
    mod generics;
    mod impl_block;
    mod impl_responder;
    mod in_a_function;
    mod inner_attributes;
    mod items_in_the_body;
    mod manual_registration;
    mod mut_parameters;
    mod no_parameters;
    mod parameter_attributes;
    mod patterns;
    mod policy_types;
    mod policy_values;
    mod raw_identifiers;
    mod reports;
    mod results;
    mod route_above;
    mod route_below;
    mod route_with_methods;
    mod same_name;
    mod several_routes;
    mod signatures;
    mod sixteen_parameters;
    pub mod visibility;
}

#[test]
fn every_file_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/accepted");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let names: BTreeSet<_> = files.map(|file| file.file_stem().unwrap().to_owned()).collect();
    let listed = NAMES.iter().chain(&["main"]).map(Into::into).collect();
    assert_eq!(names, listed);
}
