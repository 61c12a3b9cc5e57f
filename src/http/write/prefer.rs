//! The `Prefer` field (RFC 7240).

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::http::request::field::{elements, parameter, parameters};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Whether the first `return` preference is `minimal` (RFC 7240 §2). Malformed preferences are
/// ignored, as the RFC requires.
pub fn prefers_minimal(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(PREFER).iter().map(HeaderValue::as_bytes);
    let mut preferences = fields.flat_map(elements).filter_map(|preference| {
        let (name, value) = parameter(parameters(preference).0)?;
        name.eq_ignore_ascii_case(b"return").then_some(value)
    });
    preferences.next().is_some_and(|value| value.eq_ignore_ascii_case(b"minimal"))
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
            &["return=minimal, return=representation"],
        ] {
            assert!(minimal(preferred), "{preferred:?}");
        }
        for other in [
            &[][..],
            &["return"],
            &["return=representation, return=minimal"],
            &["x-return=minimal"],
            &["foo=\"a, return=minimal\""],
        ] {
            assert!(!minimal(other), "{other:?}");
        }
    }
}
