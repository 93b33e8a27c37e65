//! The attribute before the compiler: the shapes that it accepts, and what it says of mistakes.

use std::env;

use trybuild::TestCases;

/// Thirty small programs to link, which takes minutes.
#[test]
fn accepted_shapes() {
    if is_asked_for("ui::accepted_shapes") {
        TestCases::new().pass("ui/pass/*.rs");
    }
}

/// Every compiler version words and draws its messages a little differently.
#[test]
fn mistakes() {
    if is_asked_for("ui::mistakes") {
        let cases = TestCases::new();
        cases.compile_fail("ui/fail/*.rs");
        cases.compile_fail("ui/fail_rustc/*.rs");
    }
}

fn is_asked_for(test: &str) -> bool {
    let is_set = env::var_os("APPROOV_UI_TESTS").is_some();
    if !is_set {
        support::skipped(test, "set APPROOV_UI_TESTS=1 to run it, with the compiler that CI uses");
    }
    is_set
}
