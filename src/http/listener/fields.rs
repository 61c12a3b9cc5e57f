//! What HTTP/2 forbids in a field, and hyper passes on.

use http::{HeaderMap, HeaderValue};

/// Whether a value has white space around it (RFC 9113 §8.2.1). HTTP/1 ignores it.
pub fn is_padded(fields: &HeaderMap) -> bool {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let is_padded = |value: &HeaderValue| {
        let value = value.as_bytes();
        is_space(value.first()) || is_space(value.last())
    };
    fields.values().any(is_padded)
}
