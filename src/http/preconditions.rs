//! Entity tags and conditional requests (RFC 9110 §8.8.3 and §13).

use http::{HeaderMap, HeaderValue, header::IF_NONE_MATCH};

use crate::{error::Fault, http::problem::Problem};

/// The longest field that lists entity tags.
const MAX_FIELD: usize = 8192;

/// The strong entity tag of a version: `"7"`.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\""))
        .unwrap_or_else(|_| unreachable!("digits are visible ASCII"))
}

/// Whether the client has the current version already: the answer is then 304 (RFC 9110 §13.1.2).
///
/// # Errors
///
/// 400 where the field is not a list of entity tags.
pub fn is_fresh(headers: &HeaderMap, current: &HeaderValue) -> Result<bool, Problem> {
    let mut fresh = false;
    for field in headers.get_all(IF_NONE_MATCH) {
        let tags = parse(field).ok_or_else(|| {
            let detail = "must be * or a list of entity tags, such as \"1\", W/\"2\"";
            Problem::malformed(vec![Fault::header("If-None-Match", "entity_tag", detail)])
        })?;
        fresh |= tags.iter().any(|tag| *tag == "*" || tag.as_bytes() == current.as_bytes());
    }
    Ok(fresh)
}

/// The opaque tags of a field, quotation marks included, without their `W/`: the comparison of GET is weak (RFC 9110 §8.8.3.2).
fn parse(field: &HeaderValue) -> Option<Vec<&str>> {
    let mut rest = field.to_str().ok().filter(|field| field.len() <= MAX_FIELD)?.trim();
    if rest == "*" {
        return Some(vec!["*"]);
    }
    let mut tags = Vec::new();
    while !rest.is_empty() {
        let tag = rest.strip_prefix("W/").unwrap_or(rest);
        let (tag, after) = tag.split_at(tag.strip_prefix('"')?.find('"')? + 2);
        if !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        tags.push(tag);
        rest = after.trim_start();
        // Empty elements of a list are lawful (RFC 9110 §5.6.1.2).
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start_matches([',', ' ', '\t']);
        }
    }
    (!tags.is_empty()).then_some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_becomes_a_strong_tag() {
        assert_eq!(etag(1), "\"1\"");
        assert_eq!(etag(9_007_199_254_740_991), "\"9007199254740991\"");
        assert_eq!(etag(i64::MAX), "\"9223372036854775807\"");
    }

    #[test]
    fn lists_stars_and_weak_tags_are_understood() {
        let fresh = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            is_fresh(&headers, &etag(2)).ok()
        };
        for matching in ["\"2\"", "W/\"2\"", "*", "\"1\", W/\"2\"", "\"a,b\",\"2\"", "\"1\",,\"2\""] {
            assert_eq!(fresh(matching), Some(true), "{matching}");
        }
        for other in ["\"1\"", "\"22\"", "W/\"1\",\"3\""] {
            assert_eq!(fresh(other), Some(false), "{other}");
        }
        for malformed in ["2", "\"2", "\"2\" \"3\"", "", ",", "w/\"2\"", "\"\u{e9}\"", "\"2 3\""] {
            assert_eq!(fresh(malformed), None, "{malformed}");
        }
        let longest = format!("\"{}\"", "2".repeat(MAX_FIELD - 2));
        assert_eq!(fresh(&longest), Some(false));
        assert_eq!(fresh(&format!("{longest} ")), None);
    }
}
