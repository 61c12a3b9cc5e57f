//! Invalid input is a compile error at the attribute.

#[test]
fn invalid_input_is_a_compile_error_at_the_attribute() {
    // With a case that must compile, trybuild would build all dependencies instead of checking them.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
