//! Text: of one line, such as a name, or of several.

use utoipa::openapi::{RefOr, Schema, Type, schema::ObjectBuilder};
use validator::ValidationError;

/// The schema of a required text of at most `max` characters; `meaning` begins its description.
pub fn line_schema(meaning: &str, max: usize) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!(
            "{meaning}: 1 to {max} characters, of which at least one is not white space \
             and none is a control character. White space at both ends is removed before the characters \
             are counted."
        )))
        .min_length(Some(1))
        .max_length(Some(max))
        .pattern(Some(r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$"))
        .into()
}

/// The text without white space at both ends, as the document's patterns define it: ECMA-262's `\s`
/// includes U+FEFF, which Unicode's property does not.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|char: char| char.is_whitespace() || char == '\u{FEFF}')
}

/// Validates a text as [`line_schema`] describes it.
///
/// # Errors
///
/// The code `control_character`, `too_short` or `too_long`.
pub fn validate_line(text: &str, max: usize) -> Result<(), ValidationError> {
    let fault = |code, detail: String| Err(ValidationError::new(code).with_message(detail.into()));
    if text.chars().any(char::is_control) {
        return fault("control_character", "must not contain control characters".into());
    }
    match trim(text).chars().count() {
        0 => fault("too_short", "must have at least 1 character".into()),
        length if length <= max => Ok(()),
        _ => fault("too_long", too_long(max)),
    }
}

/// The schema of an optional text of several lines, of at most `max` characters.
pub fn prose_schema(meaning: &str, max: usize) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("{meaning}: at most {max} characters, none of which is U+0000.")))
        .max_length(Some(max))
        .pattern(Some(r"^[^\x00]*$"))
        .into()
}

/// Validates a text as [`prose_schema`] describes it; every body is free of U+0000.
///
/// # Errors
///
/// The code `too_long`.
pub fn validate_prose(text: &str, max: usize) -> Result<(), ValidationError> {
    let fault = || ValidationError::new("too_long").with_message(too_long(max).into());
    if text.chars().count() <= max { Ok(()) } else { Err(fault()) }
}

fn too_long(max: usize) -> String {
    format!("must have at most {max} characters")
}
