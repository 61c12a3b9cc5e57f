//! Invalid input is a compile error at the attribute.

#[test]
fn invalid_input_is_a_compile_error_at_the_attribute() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass_*.rs");
    cases.compile_fail("tests/ui/no_*.rs");
}
