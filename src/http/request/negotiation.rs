//! What the client accepts: media types and content codings (RFC 9110 §12.5).

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, ACCEPT_ENCODING},
};

use super::field::{elements, parameters};
use crate::error::Fault;

/// The coding that changes nothing.
pub const IDENTITY: &str = "identity";

/// The codings of responses, the best first.
const CODINGS: [&str; 4] = ["zstd", "br", "gzip", IDENTITY];

/// The ranges that JSON is in, from the least specific. An empty list element is valid, and an
/// empty field admits everything.
const RANGES: [&[u8]; 4] = [b"", b"*/*", b"application/*", b"application/json"];

/// Whether responses to this method have no content, unless they are problems.
pub fn has_no_content(method: &Method) -> bool {
    matches!(*method, Method::DELETE | Method::OPTIONS)
}

/// Whether the client accepts JSON. The most specific range that matches decides; without the
/// field, everything is accepted.
///
/// # Errors
///
/// A fault of the field.
pub fn accepts_json(headers: &HeaderMap) -> Result<bool, Fault> {
    let mut best = None;
    for element in weighted(headers, &ACCEPT) {
        let (range, weight) = element.filter(|(range, _)| is_range(range)).ok_or_else(|| {
            let detail = "must be a list of media ranges, such as application/json, */*;q=0.5";
            Fault::header("Accept", "accept", detail)
        })?;
        let specificity = RANGES.iter().position(|known| range.eq_ignore_ascii_case(known));
        best = best.max(specificity.map(|specificity| (specificity, weight > 0.0)));
    }
    Ok(match best {
        Some((_, accepted)) => accepted,
        None => !headers.contains_key(ACCEPT),
    })
}

/// The coding with the greatest weight; `None` if the client accepts none of ours.
///
/// # Errors
///
/// A fault of the field.
pub fn choose_coding(headers: &HeaderMap) -> Result<Option<&'static str>, Fault> {
    let is_coding = |coding: &[u8]| coding.is_empty() || is_token(coding);
    let listed: Option<Vec<(&[u8], f32)>> = weighted(headers, &ACCEPT_ENCODING)
        .map(|element| element.filter(|(coding, _)| is_coding(coding)))
        .collect();
    let listed = listed.ok_or_else(|| {
        let detail = "must be a list of content codings, such as br, gzip;q=0.5";
        Fault::header("Accept-Encoding", "accept_encoding", detail)
    })?;
    let weight_of = |name: &str| {
        // RFC 9110 §8.4.1.3
        let is_alias = |coding: &[u8]| name == "gzip" && coding.eq_ignore_ascii_case(b"x-gzip");
        let is_named = |coding: &[u8]| coding.eq_ignore_ascii_case(name.as_bytes()) || is_alias(coding);
        listed.iter().find(|(coding, _)| is_named(coding)).map(|(_, weight)| *weight)
    };
    let mut best: Option<(&'static str, f32)> = None;
    for coding in CODINGS {
        // What is not listed is not accepted, except the identity.
        let default = if coding == IDENTITY { f32::MIN_POSITIVE } else { 0.0 };
        let weight = weight_of(coding).or_else(|| weight_of("*")).unwrap_or(default);
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((coding, weight));
        }
    }
    Ok(best.map(|(coding, _)| coding))
}

/// The elements of a field with their weights; `None` for a malformed one.
fn weighted<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Option<(&'a [u8], f32)>> {
    let fields = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    fields.flat_map(elements).map(|element| {
        let (value, mut parameters) = parameters(element);
        let weight = match parameters.find(|(name, _)| name.eq_ignore_ascii_case(b"q")) {
            Some((_, weight)) => parse_weight(weight)?,
            None => 1.0,
        };
        (value.is_empty() == element.is_empty()).then_some((value, weight))
    })
}

/// A weight (RFC 9110 §12.4.2): from 0 to 1, with at most three decimals. Java 8 leaves the zero in
/// front of the point out.
fn parse_weight(text: &[u8]) -> Option<f32> {
    let text = str::from_utf8(text).ok()?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_weight = matches!(whole, "" | "0" | "1")
        && decimals.len() <= 3
        && decimals.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|weight| is_weight && *weight <= 1.0)
}

/// Whether an element is a media range (RFC 9110 §12.5.1), nothing, or the `*` of Java 8.
fn is_range(text: &[u8]) -> bool {
    let mut pieces = text.split(|byte| *byte == b'/');
    let is_pair = pieces.by_ref().take(2).filter(|piece| is_token(piece)).count() == 2;
    is_pair && pieces.next().is_none() || matches!(text, b"" | b"*")
}

/// Whether a text is a token (RFC 9110 §5.6.2).
fn is_token(text: &[u8]) -> bool {
    let is_token_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_token_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let accepts = |value: &'static str| {
            accepts_json(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))])).unwrap()
        };
        assert!(accepts_json(&HeaderMap::new()).unwrap());
        for accepted in [
            "*/*",
            "application/json",
            "text/html, application/*;q=0.1",
            "Application/JSON;q=0.5",
            "application/json;a=\"x,y;q=0\"",
            "*/*;q=0, application/json",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            "",
        ] {
            assert!(accepts(accepted), "{accepted}");
        }
        for rejected in [
            "text/html",
            "text/html;a=\", application/json\"",
            "application/json;q=0",
            "application/json;q=0, */*",
            "application/xml, text/*",
        ] {
            assert!(!accepts(rejected), "{rejected}");
        }
    }

    #[test]
    fn the_heaviest_coding_is_chosen() {
        for (field, coding) in [
            ("", Some("identity")),
            ("gzip", Some("gzip")),
            ("gzip, br", Some("br")),
            ("gzip, br;q=0.5", Some("gzip")),
            ("*", Some("zstd")),
            ("deflate", Some("identity")),
            ("identity, gzip;q=0.5", Some("identity")),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("identity;q=0, br;q=0", None),
            ("*;q=0, identity", Some("identity")),
            ("identity;q=0, GZIP", Some("gzip")),
            ("identity;q=0, X-gzip", Some("gzip")),
            ("*, x-gzip;q=0, zstd;q=0, br;q=0", Some("identity")),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(field))]);
            assert_eq!(choose_coding(&headers), Ok(coding), "{field}");
        }
    }

    #[test]
    fn a_malformed_element_is_a_fault() {
        let of = |name, value: &str| HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        for weight in ["", "abc", "2", "-1", "+1", "1.5", "1.001", "0.1234", ".", "1e0", "NaN"] {
            let accept = accepts_json(&of(ACCEPT, &format!("application/json;q={weight}")));
            assert_eq!(accept.unwrap_err().code, "accept", "{weight}");
            let coding = choose_coding(&of(ACCEPT_ENCODING, &format!("gzip, identity;q={weight}")));
            assert_eq!(coding.unwrap_err().code, "accept_encoding", "{weight}");
        }
        for weight in ["0", "1", "0.", "1.000", "0.125"] {
            assert!(accepts_json(&of(ACCEPT, &format!("application/json;q={weight}"))).is_ok(), "{weight}");
        }
        for range in ["a", "/", "a/", "/a", "a/b/c", "a b/c", ";q=1", "\"a\"/b"] {
            assert!(accepts_json(&of(ACCEPT, range)).is_err(), "{range}");
        }
        for coding in ["a b", "a/b", ";q=1", "\"gzip\""] {
            assert!(choose_coding(&of(ACCEPT_ENCODING, coding)).is_err(), "{coding}");
        }
    }
}
