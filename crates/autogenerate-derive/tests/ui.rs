//! Invalid input is a compile error at the attribute.

#[test]
fn invalid_input_is_a_compile_error_at_the_attribute() {
    // Code that must compile would have all dependencies built, rather than checked.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
