//! Why a text is not a filter.

/// A syntax or type error, or an exceeded limit. Its message is in printable ASCII, and as short as
/// the names of the fields allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at column {column}: expected {expected}")]
pub struct Error {
    /// Where the fault begins: 1 for the first code point of the text.
    pub column: usize,
    /// What is wrong. Parts of the filter are shortened, in printable ASCII.
    pub problem: String,
    /// What would be right there.
    pub expected: String,
}

impl Error {
    pub(crate) fn new(column: usize, problem: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { column, problem: problem.into(), expected: expected.into() }
    }
}

/// A part of the filter for a message: short, and in printable ASCII.
pub(crate) fn excerpt(text: &str) -> String {
    const MAX_BYTES: usize = 32;
    let mut excerpt = String::from("`");
    for char in text.chars() {
        if excerpt.len() > MAX_BYTES {
            excerpt.push_str("...");
            break;
        }
        if char.is_ascii_graphic() || char == ' ' {
            excerpt.push(char);
        } else {
            excerpt.extend(char.escape_unicode());
        }
    }
    excerpt.push('`');
    excerpt
}
