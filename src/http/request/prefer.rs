//! The `Prefer` field (RFC 7240).

use http::{HeaderMap, HeaderName, HeaderValue};

use super::field::{elements, pieces, unescape};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Whether the client prefers a response without a body: `return=minimal` (RFC 7240 §4.2).
pub fn prefers_minimal(headers: &HeaderMap) -> bool {
    prefers(headers, b"return", b"minimal")
}

/// Whether the client wants to know how many entities a list has: `count=exact`.
pub fn prefers_count(headers: &HeaderMap) -> bool {
    prefers(headers, b"count", b"exact")
}

/// Whether the first preference with this name has this value (RFC 7240 §2). Malformed preferences
/// are ignored, as the RFC requires.
fn prefers(headers: &HeaderMap, name: &[u8], value: &[u8]) -> bool {
    let fields = headers.get_all(PREFER).iter().map(HeaderValue::as_bytes);
    let mut preferences = fields.flat_map(elements).filter_map(|preference| {
        let (other, value) = parse_preference(pieces(preference).next()?);
        other.eq_ignore_ascii_case(name).then_some(value)
    });
    preferences.next().is_some_and(|other| unescape(other).eq_ignore_ascii_case(value))
}

/// A name and its value, around whose equals sign there may be white space. No value is an empty
/// one.
fn parse_preference(piece: &[u8]) -> (&[u8], &[u8]) {
    let end = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
    let value = piece.get(end + 1..).unwrap_or_default();
    (piece[..end].trim_ascii(), value.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_return_preference_counts() {
        let minimal = |values: &[&'static str]| {
            let fields = values.iter().map(|value| (PREFER, HeaderValue::from_static(value)));
            prefers_minimal(&fields.collect())
        };
        for preferred in [
            &["return=minimal"][..],
            &["respond-async, Return = \"minimal\"; foo=bar"],
            &["wait=10", "return=minimal"],
            &[r#"return="mini\mal""#],
            &["return=minimal, return=representation"],
        ] {
            assert!(minimal(preferred), "{preferred:?}");
        }
        for other in [
            &[][..],
            &["return"],
            &["return=representation, return=minimal"],
            &["return, return=minimal"],
            &["return=\"\"; x, return=minimal"],
            &["x-return=minimal"],
            &["foo=\"a, return=minimal\""],
        ] {
            assert!(!minimal(other), "{other:?}");
        }
    }
}
