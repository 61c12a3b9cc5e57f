//! What the client accepts: media types and content codings (RFC 9110 §12.5).

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, ACCEPT_ENCODING},
};

use super::field::{elements, parameters};

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
pub fn accepts_json(headers: &HeaderMap) -> bool {
    let mut best = None;
    for (range, weight) in weighted(headers, &ACCEPT) {
        let specificity = RANGES.iter().position(|known| range.eq_ignore_ascii_case(known));
        best = best.max(specificity.map(|specificity| (specificity, weight > 0.0)));
    }
    match best {
        Some((_, accepted)) => accepted,
        None => !headers.contains_key(ACCEPT),
    }
}

/// The coding with the greatest weight; `None` if the client accepts none of ours.
pub fn choose_coding(headers: &HeaderMap) -> Option<&'static str> {
    let listed: Vec<(&[u8], f32)> = weighted(headers, &ACCEPT_ENCODING).collect();
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
    best.map(|(coding, _)| coding)
}

/// The elements of a field with their weights; what cannot be read as a weight is 1.
fn weighted<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'a [u8], f32)> {
    let fields = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    fields.flat_map(elements).map(|element| {
        let (value, parameters) = parameters(element);
        let mut weights = parameters.filter(|(name, _)| name.eq_ignore_ascii_case(b"q"));
        let weight = weights.find_map(|(_, q)| str::from_utf8(q).ok()?.parse().ok());
        (value, weight.unwrap_or(1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let accepts = |value: &'static str| {
            accepts_json(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]))
        };
        assert!(accepts_json(&HeaderMap::new()));
        for accepted in [
            "*/*",
            "application/json",
            "text/html, application/*;q=0.1",
            "Application/JSON;q=0.5",
            "application/json;a=\"x,y;q=0\"",
            "*/*;q=0, application/json",
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
            assert_eq!(choose_coding(&headers), coding, "{field}");
        }
    }
}
