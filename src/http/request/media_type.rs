//! The media type of a body (RFC 9110 §8.3).

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
    request::Parts,
};

use super::field::parameters;
use crate::http::response::problem::{Problem, UNSUPPORTED_MEDIA_TYPE};

/// The media type of the body, one of `types`, with no charset but UTF-8 (RFC 8259 §8.1). Empty if
/// `types` is.
///
/// # Errors
///
/// 415 with the accepted types.
pub fn require_media_type(parts: &Parts, types: &'static [&'static str]) -> Result<&'static str, Problem> {
    if types.is_empty() {
        return Ok("");
    }
    find(&parts.headers, types).ok_or_else(|| {
        let detail = "The Content-Type field must name one of the listed media types, in UTF-8.";
        let problem = Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail);
        let patch = parts.method == Method::PATCH;
        let name = if patch { HeaderName::from_static("accept-patch") } else { ACCEPT };
        match HeaderValue::try_from(types.join(", ")) {
            Ok(value) => problem.with_header(name, value),
            Err(_) => problem,
        }
    })
}

fn find(headers: &HeaderMap, types: &[&'static str]) -> Option<&'static str> {
    let (essence, mut parameters) = parameters(headers.get(CONTENT_TYPE)?.as_bytes());
    let media_type = types.iter().find(|name| name.as_bytes().eq_ignore_ascii_case(essence)).copied();
    let charset = parameters.find(|(name, _)| name.eq_ignore_ascii_case(b"charset"));
    media_type.filter(|_| charset.is_none_or(|(_, charset)| charset.eq_ignore_ascii_case(b"utf-8")))
}
