//! The attribute before the compiler: the shapes that it accepts, and what it says of mistakes.

use std::env;

use trybuild::TestCases;

#[test]
fn accepted_shapes() {
    TestCases::new().pass("ui/pass/*.rs");
}

// Not always: every compiler version words and draws its messages a little differently.
#[test]
fn mistakes() {
    if env::var_os("APPROOV_UI_TESTS").is_none() {
        support::skipped(
            "ui::mistakes",
            "set APPROOV_UI_TESTS=1 to run it, with the compiler that CI uses",
        );
        return;
    }
    let cases = TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.compile_fail("ui/fail_rustc/*.rs");
}
