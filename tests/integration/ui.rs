//! What the compiler says of mistakes with the attribute. What the attribute accepts is in tests/ui/accepted.

use trybuild::TestCases;

/// Every compiler version words and draws its messages a little differently.
#[test]
fn mistakes() {
    if !support::is_asked_for("ui::mistakes", "APPROOV_UI_TESTS", "it needs the compiler that CI uses") {
        return;
    }
    let cases = TestCases::new();
    cases.compile_fail("ui/mistakes/own_messages/*.rs");
    cases.compile_fail("ui/mistakes/rustc_messages/*.rs");
}
