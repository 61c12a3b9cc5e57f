//! Parts of a document in messages: short, and in printable ASCII.

use serde_json::Value;

/// Bytes, before what is shortened ends in `...`.
const MAX_BYTES: usize = 40;

pub(crate) fn excerpt(text: &str) -> String {
    let mut excerpt = String::new();
    for char in text.chars() {
        if excerpt.len() >= MAX_BYTES {
            excerpt.push_str("...");
            break;
        }
        if char.is_ascii_graphic() || char == ' ' {
            excerpt.push(char);
        } else {
            excerpt.extend(char.escape_unicode());
        }
    }
    excerpt
}

/// A name or a pattern.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", excerpt(text))
}

pub(crate) fn json(value: &Value) -> String {
    match value {
        Value::String(string) => format!("\"{}\"", excerpt(string)),
        other => excerpt(&other.to_string()),
    }
}

/// A number of things.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
