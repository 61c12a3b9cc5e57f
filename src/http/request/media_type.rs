//! The media type of a body (RFC 9110 §8.3).

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
    request::Parts,
};

use super::field::{Parameter, parameters, pieces};
use crate::{
    error::Fault,
    http::response::problem::{Problem, UNSUPPORTED_MEDIA_TYPE},
};

/// The media type of the body, one of `types`, with no charset but UTF-8 (RFC 8259 §8.1). Empty if
/// `types` is.
///
/// # Errors
///
/// 415 with the accepted types; 400 if it is one of them with malformed parameters, or there are
/// several fields.
pub fn require_media_type(parts: &Parts, types: &'static [&'static str]) -> Result<&'static str, Problem> {
    if types.is_empty() {
        return Ok("");
    }
    let mut fields = parts.headers.get_all(CONTENT_TYPE).iter();
    let field = fields.next().map(HeaderValue::as_bytes).unwrap_or_default();
    if fields.next().is_some() {
        return Err(Problem::malformed(vec![Fault::header("Content-Type", "media_type", "must occur once")]));
    }
    let essence = pieces(field).next().unwrap_or_default();
    let named = types.iter().find(|name| name.as_bytes().eq_ignore_ascii_case(essence));
    let Some(media_type) = named else { return Err(unsupported(parts, types)) };
    let Some((_, parameters)) = parameters(field) else {
        let detail = "must be one media type, such as application/json;charset=utf-8";
        return Err(Problem::malformed(vec![Fault::header("Content-Type", "media_type", detail)]));
    };
    let is_other = |parameter: &Parameter<'_>| {
        let is_named = |name: &[u8]| parameter.name.eq_ignore_ascii_case(name);
        is_named(b"charset") && !parameter.value.eq_ignore_ascii_case(b"utf-8")
            // CSV without the names of its columns (RFC 4180 §3).
            || is_named(b"header") && parameter.value.eq_ignore_ascii_case(b"absent")
    };
    if parameters.iter().any(is_other) { Err(unsupported(parts, types)) } else { Ok(media_type) }
}

fn unsupported(parts: &Parts, types: &[&str]) -> Problem {
    let detail = "The Content-Type field must name one of the listed media types, in UTF-8.";
    let problem = Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail);
    let patch = parts.method == Method::PATCH;
    let name = if patch { HeaderName::from_static("accept-patch") } else { ACCEPT };
    match HeaderValue::try_from(types.join(", ")) {
        Ok(value) => problem.with_header(name, value),
        Err(_) => problem,
    }
}

/// The media type of a body in one spelling: in lower case, without the default charset. As it is,
/// if it is malformed.
pub fn canonical(headers: &HeaderMap) -> Vec<u8> {
    let Some(field) = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) else { return Vec::new() };
    let Some((essence, parameters)) = parameters(field) else { return field.to_vec() };
    let mut canonical = essence.to_ascii_lowercase();
    for Parameter { name, value, .. } in parameters {
        let name = name.to_ascii_lowercase();
        if name != b"charset" || !value.eq_ignore_ascii_case(b"utf-8") {
            canonical.extend(format!(";{}=\"{}\"", name.escape_ascii(), value.escape_ascii()).bytes());
        }
    }
    canonical
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_media_type_have_one_form() {
        let form = |value: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
            String::from_utf8(canonical(&headers)).unwrap()
        };
        for json in
            ["application/json", "Application/JSON; charset=UTF-8", "application/json;CHARSET=\"utf-8\""]
        {
            assert_eq!(form(json), "application/json");
        }
        assert_eq!(form("text/plain; Charset=latin1;a=B"), "text/plain;charset=\"latin1\";a=\"B\"");
        assert_eq!(form(r#"a/b;c="\d""#), form("a/b;c=d"));
        assert_ne!(form(r#"a/b;c="\";d=\"""#), form(r#"a/b;c="";d="""#));
        assert_eq!(canonical(&HeaderMap::new()), b"");
    }
}
