//! What the compiler says of mistakes with the attribute. What the attribute accepts is in tests/ui/accepted.

use std::env;

use trybuild::TestCases;

/// Every compiler version words and draws its messages a little differently.
#[test]
fn mistakes() {
    if env::var_os("APPROOV_UI_TESTS").is_none() {
        support::skipped("ui::mistakes", "set APPROOV_UI_TESTS=1 to run it, with the compiler that CI uses");
        return;
    }
    let cases = TestCases::new();
    cases.compile_fail("ui/mistakes/own_messages/*.rs");
    cases.compile_fail("ui/mistakes/rustc_messages/*.rs");
}
