//! What cannot be is a compile error, at the attribute, in words that help.

#[test]
fn what_cannot_be_is_told_at_the_attribute() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass_*.rs");
    cases.compile_fail("tests/ui/no_*.rs");
}
