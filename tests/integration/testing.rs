//! The feature `testing`, as the documentation shows it.

/// The example itself runs as a test of this binary: as a doc test its inner test would only be compiled.
#[test]
fn the_example_of_the_readme_is_the_one_that_runs_here() {
    let example = include_str!("testing_example.rs");
    assert!(include_str!("../../README.md").contains(example));
    let test = example.split_once("#[actix_web::test]").unwrap().1;
    assert!(
        test.lines().count() < 15,
        "a complete test of a protected handler in under 15 lines"
    );
}
