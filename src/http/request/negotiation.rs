//! What the client accepts: media types and content codings (RFC 9110 §12.5).

use http::{
    HeaderMap, HeaderName, Method,
    header::{ACCEPT, ACCEPT_ENCODING},
};

use super::field::{Parameter, is_token, list, parameters};
use crate::error::Fault;

/// The coding that changes nothing.
pub const IDENTITY: &str = "identity";

/// The codings of responses, the best first.
const CODINGS: [&str; 4] = ["zstd", "br", "gzip", IDENTITY];

/// The media types of lists, of which all others offer the first.
pub const LIST_TYPES: [&str; 3] = [JSON, NDJSON, CSV];
/// The type of all responses except exports and problems.
pub const JSON: &str = "application/json";
/// A JSON text on each line.
pub const NDJSON: &str = "application/x-ndjson";
/// RFC 4180
pub const CSV: &str = "text/csv";

/// The media type of the response, chosen before the handler runs. Without one, it is JSON.
#[derive(Debug, Clone, Copy)]
pub struct Chosen(pub &'static str);

/// What Java 8 sends if the program says nothing: it accepts everything, but is malformed.
const OF_JAVA: &str = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2";

/// Whether responses to this method have no content, unless they are problems.
pub fn has_no_content(method: &Method) -> bool {
    matches!(*method, Method::DELETE | Method::OPTIONS)
}

/// The media type among `offers` that the client accepts with the greatest weight; the first of
/// them if it prefers none, and `None` if it accepts none. The most specific range that matches a
/// type decides about it; without the field, or if it is empty, everything is accepted.
///
/// # Errors
///
/// A fault of the field.
pub fn choose_type(headers: &HeaderMap, offers: &[&'static str]) -> Result<Option<&'static str>, Fault> {
    let is_empty = list(headers, &ACCEPT).next().is_none();
    if is_empty || headers.get(ACCEPT).is_some_and(|field| field == OF_JAVA) {
        return Ok(offers.first().copied());
    }
    let mut ranges = Vec::new();
    for element in weighted(headers, &ACCEPT) {
        let range = element.filter(|element| is_range(element.value)).ok_or_else(|| {
            let detail = "must be a list of media ranges, such as application/json, */*;q=0.5";
            Fault::header("Accept", "accept", detail)
        })?;
        // Our types have no parameters, so a range with parameters cannot exclude them.
        if !range.has_parameters || range.weight > 0.0 {
            ranges.push(range);
        }
    }
    let mut best: Option<(&'static str, f32)> = None;
    for offer in offers {
        let matching =
            ranges.iter().filter_map(|range| Some((specificity(range.value, offer)?, range.weight)));
        let decisive = matching.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let weight = decisive.map_or(0.0, |(_, weight)| weight);
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((offer, weight));
        }
    }
    Ok(best.map(|(offer, _)| offer))
}

/// How specific a range is that a type is in; `None` if the type is not in it.
fn specificity(range: &[u8], media_type: &str) -> Option<usize> {
    let is = |range: &[u8], text: &str| range.eq_ignore_ascii_case(text.as_bytes());
    let main = media_type.split('/').next().unwrap_or_default();
    match range {
        b"*/*" => Some(1),
        range if is(range, media_type) => Some(3),
        range => range.strip_suffix(b"/*").filter(|range| is(range, main)).map(|_| 2),
    }
}

/// A coding of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// Its name in `Content-Encoding`.
    pub name: &'static str,
    /// Whether the client does not accept the identity.
    pub is_required: bool,
}

/// The coding with the greatest weight; `None` if the client accepts none of ours.
///
/// # Errors
///
/// A fault of the field.
pub fn choose_coding(headers: &HeaderMap) -> Result<Option<Coding>, Fault> {
    let is_coding = |coding: &Weighted<'_>| !coding.has_parameters && is_token(coding.value);
    let listed: Option<Vec<Weighted<'_>>> =
        weighted(headers, &ACCEPT_ENCODING).map(|element| element.filter(is_coding)).collect();
    let listed = listed.ok_or_else(|| {
        let detail = "must be a list of content codings, such as br, gzip;q=0.5";
        Fault::header("Accept-Encoding", "accept_encoding", detail)
    })?;
    let weight_of = |name: &str| {
        // RFC 9110 §8.4.1.3
        let is_alias = |coding: &[u8]| name == "gzip" && coding.eq_ignore_ascii_case(b"x-gzip");
        let is_named = |coding: &[u8]| coding.eq_ignore_ascii_case(name.as_bytes()) || is_alias(coding);
        listed.iter().find(|coding| is_named(coding.value)).map(|coding| coding.weight)
    };
    let weight_of = |name: &str| {
        // What is not listed is not accepted, except the identity.
        let default = if name == IDENTITY { f32::MIN_POSITIVE } else { 0.0 };
        weight_of(name).or_else(|| weight_of("*")).unwrap_or(default)
    };
    let mut best: Option<(&'static str, f32)> = None;
    for name in CODINGS {
        let weight = weight_of(name);
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((name, weight));
        }
    }
    let is_required = weight_of(IDENTITY) <= 0.0;
    Ok(best.map(|(name, _)| Coding { name, is_required }))
}

/// An element of a field with its weight.
struct Weighted<'a> {
    value: &'a [u8],
    weight: f32,
    has_parameters: bool,
}

/// The elements of a field; `None` for a malformed one.
fn weighted<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Option<Weighted<'a>>> {
    list(headers, name).map(|element| {
        let (value, parameters) = parameters(element)?;
        let mut weights = parameters.iter().filter(|parameter| parameter.name.eq_ignore_ascii_case(b"q"));
        let weight = match (weights.next(), weights.next()) {
            (None, _) => 1.0,
            (Some(Parameter { value, is_quoted: false, .. }), None) => parse_weight(value)?,
            _ => return None,
        };
        let has_parameters = parameters.iter().any(|parameter| !parameter.name.eq_ignore_ascii_case(b"q"));
        Some(Weighted { value, weight, has_parameters })
    })
}

/// A weight (RFC 9110 §12.4.2): from 0 to 1, with at most three decimals.
fn parse_weight(text: &[u8]) -> Option<f32> {
    let text = str::from_utf8(text).ok()?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_weight = matches!(whole, "0" | "1")
        && decimals.len() <= 3
        && decimals.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|weight| is_weight && *weight <= 1.0)
}

/// Whether an element is a media range (RFC 9110 §12.5.1).
fn is_range(text: &[u8]) -> bool {
    let mut pieces = text.split(|byte| *byte == b'/');
    let is_pair = pieces.by_ref().take(2).filter(|piece| is_token(piece)).count() == 2;
    is_pair && pieces.next().is_none()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let accepts = |value: &'static str| {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]);
            choose_type(&headers, &[JSON]).unwrap().is_some()
        };
        assert_eq!(choose_type(&HeaderMap::new(), &LIST_TYPES), Ok(Some(JSON)));
        for accepted in [
            "*/*",
            "application/json",
            "text/html, application/*;q=0.1",
            "Application/JSON;q=0.5",
            "application/json;a=\"x,y;q=0\"",
            "*/*;q=0, application/json",
            "application/json;charset=utf-16;q=0, */*",
            "*/*, application/json;v=2;q=0",
            "application/*;q=0.5, application/json;a=\"b\";q=0",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            "",
            " , ",
            ",application/json,,",
        ] {
            assert!(accepts(accepted), "{accepted}");
        }
        for rejected in [
            "text/html",
            "text/html;a=\", application/json\"",
            "application/json;q=0",
            "application/json;q=0, */*",
            "application/json;v=2;q=0",
            "application/xml, text/*",
            "text/html,",
            ", text/html",
        ] {
            assert!(!accepts(rejected), "{rejected}");
        }
    }

    #[test]
    fn the_heaviest_type_is_chosen() {
        for (field, chosen) in [
            ("*/*", Some(JSON)),
            ("text/csv", Some(CSV)),
            ("TEXT/*", Some(CSV)),
            ("application/x-ndjson, text/csv;q=0.9", Some(NDJSON)),
            ("application/x-ndjson, application/json", Some(JSON)),
            ("application/*, application/json;q=0", Some(NDJSON)),
            ("text/html, application/xml;q=0.9, */*;q=0.8", Some(JSON)),
            ("text/csv;header=present;q=0.5, application/json;q=0.4", Some(CSV)),
            ("text/csv, ,", Some(CSV)),
            ("text/plain", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(field))]);
            assert_eq!(choose_type(&headers, &LIST_TYPES), Ok(chosen), "{field}");
        }
    }

    #[test]
    fn the_heaviest_coding_is_chosen() {
        for (field, name) in [
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
            ("gzip, *;q=0", Some("gzip")),
            ("identity;q=0, GZIP", Some("gzip")),
            ("identity;q=0, X-gzip", Some("gzip")),
            ("*, x-gzip;q=0, zstd;q=0, br;q=0", Some("identity")),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(field))]);
            let coding = choose_coding(&headers).unwrap();
            assert_eq!(coding.map(|coding| coding.name), name, "{field}");
            let is_required = field.contains("identity;q=0,") || field == "gzip, *;q=0";
            assert!(coding.is_none_or(|coding| coding.is_required == is_required), "{field}");
        }
    }

    #[test]
    fn a_malformed_element_is_a_fault() {
        let of = |name, value: &str| HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        for weight in
            ["", "abc", "2", "-1", "+1", "1.5", "1.001", "0.1234", ".", ".5", "\"1\"", "1;q=1", "1e0", "NaN"]
        {
            let accept = choose_type(&of(ACCEPT, &format!("application/json;q={weight}")), &[JSON]);
            assert_eq!(accept.unwrap_err().code, "accept", "{weight}");
            let coding = choose_coding(&of(ACCEPT_ENCODING, &format!("gzip, identity;q={weight}")));
            assert_eq!(coding.unwrap_err().code, "accept_encoding", "{weight}");
        }
        for weight in ["0", "1", "0.", "1.000", "0.125"] {
            let accept = of(ACCEPT, &format!("application/json;q={weight}"));
            assert!(choose_type(&accept, &[JSON]).is_ok(), "{weight}");
        }
        for range in [
            "a",
            "*",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "a b/c",
            ";q=1",
            "\"a\"/b",
            "a/b;q",
            "a/b;c=\"",
            "*/*, a/b;c d=e",
        ] {
            assert!(choose_type(&of(ACCEPT, range), &[JSON]).is_err(), "{range}");
        }
        for coding in ["a b", "a/b", ";q=1", "\"gzip\"", "gzip;foo=1", "gzip;q", "gzip;q=1;foo=1"] {
            assert!(choose_coding(&of(ACCEPT_ENCODING, coding)).is_err(), "{coding}");
        }
    }
}
