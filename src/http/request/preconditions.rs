//! Entity tags and conditional requests (RFC 9110 §8.8.3 and §13).

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{IF_MATCH, IF_NONE_MATCH},
};

use crate::{
    error::Fault,
    http::{
        extract::{FromHead, Head},
        problem::{self, Problem},
    },
    postgres::versions::Versions,
};

/// The longest field that lists entity tags.
const MAX_FIELD: usize = 8192;

/// The strong entity tag of a version: `"7"`.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\""))
        .unwrap_or_else(|_| unreachable!("digits are visible ASCII"))
}

/// 412: the entity is in this version, or not there at all.
pub fn failed(version: Option<i64>) -> Problem {
    let detail = match version {
        Some(_) => "The entity tag is not one that the request is meant for.",
        None => "There is no entity that the request could be meant for.",
    };
    Problem::new(&problem::PRECONDITION_FAILED, detail).with_current_version(version)
}

/// What a request demands of the entity that it finds.
#[derive(Debug, Clone, Default)]
pub struct Preconditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

impl Preconditions {
    /// Reads `If-Match` and `If-None-Match`; a field that is not a list of entity tags is added to `faults`.
    pub fn of(headers: &HeaderMap, faults: &mut Vec<Fault>) -> Self {
        let mut tags = |name| {
            Tags::of(headers, name).unwrap_or_else(|fault| {
                faults.push(fault);
                None
            })
        };
        Self { if_match: tags(&IF_MATCH), if_none_match: tags(&IF_NONE_MATCH) }
    }

    /// Reads the text of an `If-Match`; `None` where it is not a list of entity tags.
    pub fn if_match(text: &str) -> Option<Self> {
        let mut tags = Tags::default();
        tags.read(text)?;
        Some(Self { if_match: Some(tags), if_none_match: None })
    }

    /// Whether a GET is meant for this version; else it is answered with 412 (RFC 9110 §13.1.1).
    pub fn is_for(&self, version: i64) -> bool {
        self.if_match.as_ref().is_none_or(|tags| tags.any || tags.strongly().contains(&version))
    }

    /// Whether a client has this version already; a GET is then answered with 304 (RFC 9110 §13.1.2).
    pub fn is_known(&self, version: i64) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.any || tags.weakly().contains(&version))
    }

    /// Whether the write names the versions that it is meant for.
    pub fn has_if_match(&self) -> bool {
        self.if_match.is_some()
    }

    /// Whether the write is meant for the case that there is no entity yet, and no other (RFC 9110 §13.1.2).
    pub fn is_creation(&self) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.any)
    }

    /// The versions of an entity that is there for which both conditions hold: `If-Match` compares strongly, `If-None-Match`
    /// weakly (RFC 9110 §13.1).
    pub fn versions(&self) -> Versions {
        let only = self.if_match.as_ref().filter(|tags| !tags.any).map(Tags::strongly);
        let except = self.if_none_match.as_ref().map(Tags::weakly).unwrap_or_default();
        if self.is_creation() {
            Versions { only: Some(Vec::new()), except }
        } else {
            Versions { only, except }
        }
    }
}

impl FromHead for Preconditions {
    fn from_head(head: &mut Head) -> Option<Self> {
        Some(Self::of(&head.parts.headers, &mut head.faults))
    }
}

/// A list of entity tags, or `*`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tags {
    /// There was a `*`.
    any: bool,
    /// Whether a tag was marked as weak, and the version that it stands for; tags that no version has are left out.
    versions: Vec<(bool, i64)>,
}

impl Tags {
    fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Fault> {
        let mut tags: Option<Self> = None;
        for field in headers.get_all(name) {
            let read = field.to_str().ok().and_then(|field| tags.get_or_insert_default().read(field));
            if read.is_none() {
                let name = if name == IF_MATCH { "If-Match" } else { "If-None-Match" };
                let detail = "must be * or a list of entity tags, such as \"1\", W/\"2\"";
                return Err(Fault::header(name, "entity_tag", detail));
            }
        }
        Ok(tags)
    }

    /// Adds the tags of a field; `None` where it is not a list of them.
    fn read(&mut self, field: &str) -> Option<()> {
        let mut rest = Some(field).filter(|field| field.len() <= MAX_FIELD)?.trim();
        if rest == "*" {
            self.any = true;
            return Some(());
        }
        rest = skip_empty(rest);
        let mut count = 0;
        while !rest.is_empty() {
            let (weak, tag) = rest.strip_prefix("W/").map_or((false, rest), |tag| (true, tag));
            let (opaque, after) = tag.strip_prefix('"')?.split_once('"')?;
            if !opaque.bytes().all(|byte| byte.is_ascii_graphic()) {
                return None;
            }
            // Only the form that the service gives stands for a version.
            let version = opaque.parse::<i64>().ok().filter(|version| version.to_string() == opaque);
            self.versions.extend(version.map(|version| (weak, version)));
            count += 1;
            rest = after.trim_start();
            if !rest.is_empty() {
                rest = skip_empty(rest.strip_prefix(',')?);
            }
        }
        (count > 0).then_some(())
    }

    fn strongly(&self) -> Vec<i64> {
        self.versions.iter().filter(|(weak, _)| !weak).map(|(_, version)| *version).collect()
    }

    fn weakly(&self) -> Vec<i64> {
        self.versions.iter().map(|(_, version)| *version).collect()
    }
}

/// What follows empty elements of a list, which are lawful (RFC 9110 §5.6.1.2).
fn skip_empty(rest: &str) -> &str {
    rest.trim_start_matches([',', ' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            .collect()
    }

    #[test]
    fn a_version_becomes_a_strong_tag() {
        assert_eq!(etag(1), "\"1\"");
        assert_eq!(etag(9_007_199_254_740_991), "\"9007199254740991\"");
        assert_eq!(etag(i64::MAX), "\"9223372036854775807\"");
    }

    #[test]
    fn lists_stars_and_weak_tags_are_understood() {
        let fresh = |value: &str| {
            let mut faults = Vec::new();
            let preconditions = Preconditions::of(&headers(&IF_NONE_MATCH, &[value]), &mut faults);
            faults.is_empty().then(|| preconditions.is_known(2))
        };
        for matching in
            ["\"2\"", "W/\"2\"", "*", "\"1\", W/\"2\"", "\"a,b\",\"2\"", "\"1\",,\"2\"", ",, \"2\","]
        {
            assert_eq!(fresh(matching), Some(true), "{matching}");
        }
        for other in ["\"1\"", "\"22\"", "W/\"1\",\"3\"", "\"02\"", "\"+2\"", "\"\""] {
            assert_eq!(fresh(other), Some(false), "{other}");
        }
        for malformed in ["2", "\"2", "\"2\" \"3\"", "", ",", "w/\"2\"", "\"\u{e9}\"", "\"2 3\"", "*, \"2\""]
        {
            assert_eq!(fresh(malformed), None, "{malformed}");
        }
        let longest = format!("\"{}\"", "2".repeat(MAX_FIELD - 2));
        assert_eq!(fresh(&longest), Some(false));
        assert_eq!(fresh(&format!("{longest} ")), None);
    }

    #[test]
    fn if_match_compares_strongly_and_if_none_match_weakly() {
        let admits = |name: &HeaderName, values: &[&str]| {
            let preconditions = Preconditions::of(&headers(name, values), &mut Vec::new());
            let admits = preconditions.versions().admit(2);
            assert_eq!(preconditions.is_for(2) && !preconditions.is_known(2), admits, "a GET sees it alike");
            admits
        };
        assert!(admits(&IF_MATCH, &[]));
        for admitted in [&["\"2\""][..], &["*"], &["\"1\", \"2\""], &["\"1\"", "\"2\""], &["W/\"2\", \"2\""]]
        {
            assert!(admits(&IF_MATCH, admitted), "{admitted:?}");
        }
        for refused in [&["W/\"2\""][..], &["\"1\""], &["\"two\""], &["\"02\""]] {
            assert!(!admits(&IF_MATCH, refused), "{refused:?}");
        }
        for admitted in [&["\"1\""][..], &["W/\"3\", \"1\""], &["\"two\""]] {
            assert!(admits(&IF_NONE_MATCH, admitted), "{admitted:?}");
        }
        for refused in [&["\"2\""][..], &["W/\"2\""], &["*"], &["\"1\"", "\"2\""]] {
            assert!(!admits(&IF_NONE_MATCH, refused), "{refused:?}");
        }
    }

    #[test]
    fn only_a_star_is_meant_for_what_is_not_there() {
        let of = |values: &[&str]| Preconditions::of(&headers(&IF_NONE_MATCH, values), &mut Vec::new());
        assert!(of(&["*"]).is_creation());
        assert!(!of(&["\"1\""]).is_creation() && !of(&[]).is_creation());
    }
}
