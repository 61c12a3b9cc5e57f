//! Entity tags and conditional requests (RFC 9110 §8.8.3 and §13).

use http::{
    HeaderMap, HeaderName,
    header::{ACCEPT_ENCODING, IF_MATCH, IF_NONE_MATCH},
};

use super::head::{FromHead, Head};
use crate::{
    app::App,
    error::Fault,
    http::{
        limits::MAX_ENTITY_TAGS,
        response::{
            problem::{PRECONDITION_FAILED, Problem},
            reply::{opaque_tag, suffix},
        },
    },
    postgres::entity::Revision,
};

/// A list of entity tags as a pattern, for the document. Elements may be empty, and so may the
/// list (RFC 9110 §5.6.1).
pub const ENTITY_TAGS: &str = r#"^([ \t]*\*[ \t]*|[ \t,]*((W/)?"[!#-~\x80-\xff]*"([ \t]*,[ \t,]*(W/)?"[!#-~\x80-\xff]*")*([ \t]*,[ \t,]*|[ \t]*))?)$"#;

/// 412: the entity has this version, or there is none.
pub fn failed(version: Option<i64>) -> Problem {
    let detail = match version {
        Some(_) => "The current entity tag is not one that the request allows.",
        None => "There is no entity, and the request requires one.",
    };
    Problem::new(&PRECONDITION_FAILED, detail).with_current_version(version)
}

/// The preconditions of a request.
#[derive(Debug, Clone, Default)]
pub struct Preconditions {
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
    /// The suffix of the entity tag of a response in the negotiated content coding; `None` if the
    /// client accepts every coding (RFC 9110 §12.5.3).
    suffix: Option<&'static str>,
}

impl Preconditions {
    /// Parses the value of an `If-Match`; `None` if it is not a list of entity tags.
    pub fn from_if_match(text: &str) -> Option<Self> {
        let mut tags = EntityTags::default();
        tags.parse(text)?;
        Some(Self { if_match: Some(tags), ..Self::default() })
    }

    /// Whether `If-Match` is absent or names this version; it compares strongly (RFC 9110 §13.1.1).
    pub fn matches(&self, version: i64) -> bool {
        self.if_match.as_ref().is_none_or(|tags| tags.any || tags.find(version, |tag| !tag.weak).is_some())
    }

    /// Whether `If-None-Match` names this version; it compares weakly (RFC 9110 §13.1.2).
    pub fn excludes(&self, version: i64) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.any || tags.find(version, |_| true).is_some())
    }

    /// The suffix of the entity tag in `If-None-Match` that names this revision in the content
    /// coding of the response, or without one, as small responses are. A coding that the client may
    /// not accept is another representation, which it would take for this one.
    pub fn excluded_suffix(&self, Revision { version, state }: Revision) -> Option<&'static str> {
        let tags = self.if_none_match.as_ref()?;
        let find = |admits: &dyn Fn(&str) -> bool| {
            tags.find(version, |tag| tag.revision.state == state && admits(tag.suffix))
        };
        let named = |suffix: &str| find(&|other| other == suffix);
        let tag = match self.suffix {
            Some(suffix) => named(suffix).or_else(|| named("")),
            None => named("").or_else(|| find(&|_| true)),
        };
        tag.map(|tag| tag.suffix).or(tags.any.then_some(""))
    }

    /// Whether a write may change an entity of this version.
    pub fn admit(&self, version: i64) -> bool {
        self.matches(version) && !self.excludes(version)
    }

    /// Whether the request has an `If-Match`.
    pub fn has_if_match(&self) -> bool {
        self.if_match.is_some()
    }

    /// Whether the request requires that there is no entity yet: `If-None-Match: *`.
    pub fn requires_absence(&self) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.any)
    }
}

/// Rejects preconditions if the target evaluates none: a client that sends one relies on it.
pub fn reject(head: &mut Head) {
    head.faults.extend(faults_of_unevaluated(&head.parts.headers));
}

/// A fault for each precondition, if the target evaluates none.
pub fn faults_of_unevaluated(headers: &HeaderMap) -> impl Iterator<Item = Fault> {
    let fields = [(IF_MATCH, "If-Match"), (IF_NONE_MATCH, "If-None-Match")].into_iter();
    fields
        .filter(|(field, _)| headers.contains_key(field))
        .map(|(_, name)| Fault::header(name, "not_evaluated", "is not evaluated here; leave it out"))
}

impl FromHead for Preconditions {
    async fn from_head(head: &mut Head, _: &App) -> Option<Self> {
        let if_match = EntityTags::from_headers(&head.parts.headers, &IF_MATCH, "If-Match");
        let if_none_match = EntityTags::from_headers(&head.parts.headers, &IF_NONE_MATCH, "If-None-Match");
        let mut tags = |tags: Result<_, Fault>| tags.map_err(|fault| head.faults.push(fault)).ok();
        let (if_match, if_none_match) = (tags(if_match), tags(if_none_match));
        let coding = head.parts.headers.get(ACCEPT_ENCODING);
        let suffix = coding.map(|coding| coding.to_str().ok().and_then(suffix).unwrap_or_default());
        Some(Self { if_match: if_match?, if_none_match: if_none_match?, suffix })
    }
}

/// A list of entity tags, or `*`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct EntityTags {
    /// There was a `*`.
    any: bool,
    /// The tags that a version has.
    tags: Vec<EntityTag>,
}

/// An entity tag that a version has: `"3"`, `"3.1"` in another state, or `"3--gzip"` if the
/// response was compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct EntityTag {
    weak: bool,
    revision: Revision,
    suffix: &'static str,
}

impl EntityTag {
    /// The tag with this text between the quotation marks, in the service's own spelling.
    fn new(weak: bool, opaque: &str) -> Option<Self> {
        let (revision, coding) = opaque.split_once("--").unwrap_or((opaque, ""));
        let suffix = if coding.is_empty() { "" } else { suffix(coding)? };
        let (version, state) = revision.split_once('.').unwrap_or((revision, "0"));
        let revision =
            Revision { version: version.parse().ok()?, state: u64::from_str_radix(state, 16).ok()? };
        (opaque_tag(revision, suffix) == opaque).then_some(Self { weak, revision, suffix })
    }
}

impl EntityTags {
    fn from_headers(
        headers: &HeaderMap,
        field: &HeaderName,
        name: &'static str,
    ) -> Result<Option<Self>, Fault> {
        let mut tags: Option<Self> = None;
        for value in headers.get_all(field) {
            let value: String = value.as_bytes().iter().copied().map(char::from).collect();
            let parsed = tags.get_or_insert_default().parse(&value);
            let is_mixed =
                tags.as_ref().is_some_and(|tags| tags.any) && headers.get_all(field).iter().count() > 1;
            if parsed.is_none() || is_mixed {
                let detail = "must be * or a list of entity tags, such as \"1\", W/\"2\"";
                return Err(Fault::header(name, "entity_tag", detail));
            }
        }
        Ok(tags)
    }

    fn find(&self, version: i64, admits: impl Fn(&EntityTag) -> bool) -> Option<&EntityTag> {
        self.tags.iter().find(|tag| tag.revision.version == version && admits(tag))
    }

    /// Adds the tags of a field; `None` if it is not a list of them.
    fn parse(&mut self, field: &str) -> Option<()> {
        if field.chars().count() > MAX_ENTITY_TAGS {
            return None;
        }
        let mut rest = field.trim_matches(WHITE_SPACE);
        if rest == "*" {
            self.any = true;
            return Some(());
        }
        rest = skip_empty(rest);
        while !rest.is_empty() {
            let (weak, tag) = rest.strip_prefix("W/").map_or((false, rest), |tag| (true, tag));
            let (opaque, after) = tag.strip_prefix('"')?.split_once('"')?;
            if !opaque.chars().all(|c| matches!(c, '!'..='~' | '\u{80}'..='\u{ff}')) {
                return None;
            }
            self.tags.extend(EntityTag::new(weak, opaque));
            rest = after.trim_start_matches(WHITE_SPACE);
            if !rest.is_empty() {
                rest = skip_empty(rest.strip_prefix(',')?);
            }
        }
        Some(())
    }
}

/// White space around the elements of a list (RFC 9110 §5.6.3).
const WHITE_SPACE: [char; 2] = [' ', '\t'];

/// Skips empty list elements, which are valid (RFC 9110 §5.6.1.2).
fn skip_empty(rest: &str) -> &str {
    rest.trim_start_matches([',', ' ', '\t'])
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn parse(name: &HeaderName, values: &[&str]) -> Option<Preconditions> {
        let field = |value: &&str| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        let headers: HeaderMap = values.iter().map(field).collect();
        let tags = EntityTags::from_headers(&headers, name, "").ok()?;
        Some(if name == IF_MATCH {
            Preconditions { if_match: tags, ..Preconditions::default() }
        } else {
            Preconditions { if_none_match: tags, ..Preconditions::default() }
        })
    }

    #[test]
    fn lists_stars_and_weak_tags_are_understood() {
        let excludes = |value: &str| {
            let parsed = parse(&IF_NONE_MATCH, &[value]).map(|conditions| conditions.excludes(2));
            let is_declared = jsonschema::is_valid(&json!({ "pattern": ENTITY_TAGS }), &value.into());
            assert_eq!(is_declared, parsed.is_some(), "{value}");
            parsed
        };
        for matching in [
            "\"2\"",
            "\"2--gzip\"",
            "\"2.1\"",
            "\"2.1f--gzip\"",
            "W/\"2--br\"",
            "W/\"2\"",
            "*",
            "\"1\", W/\"2\"",
            "\"a,b\",\"2\"",
            "\"\u{e9}\", \"2\"",
            "\"1\",,\"2\"",
            ",, \"2\",",
            " \"2\" , ",
            "* ",
        ] {
            assert_eq!(excludes(matching), Some(true), "{matching}");
        }
        for other in [
            "\"1\"",
            "\"22\"",
            "W/\"1\",\"3\"",
            "\"02\"",
            "\"+2\"",
            "\"2.0\"",
            "\"2.01\"",
            "\"2.\"",
            "\"2.F\"",
            "\"\"",
            "\"2--lzw\"",
            "\"2--\"",
            "",
            " , ",
        ] {
            assert_eq!(excludes(other), Some(false), "{other}");
        }
        for malformed in ["2", "\"2", "\"2\" \"3\"", "w/\"2\"", "\"2 3\"", "*, \"2\"", "*,"] {
            assert_eq!(excludes(malformed), None, "{malformed}");
        }
        let longest = format!("\"{}\"", "2".repeat(MAX_ENTITY_TAGS - 2));
        assert_eq!(excludes(&longest), Some(false));
        assert_eq!(parse(&IF_NONE_MATCH, &[&format!("{longest} ")]).map(|_| ()), None);
    }

    #[test]
    fn if_match_compares_strongly_and_if_none_match_weakly() {
        let admits = |name: &HeaderName, values: &[&str]| parse(name, values).unwrap().admit(2);
        assert!(admits(&IF_MATCH, &[]));
        for admitted in [&["\"2\""][..], &["*"], &["\"1\", \"2\""], &["\"1\"", "\"2\""], &["W/\"2\", \"2\""]]
        {
            assert!(admits(&IF_MATCH, admitted), "{admitted:?}");
        }
        for rejected in [&["W/\"2\""][..], &["\"1\""], &["\"two\""], &["\"02\""], &[""]] {
            assert!(!admits(&IF_MATCH, rejected), "{rejected:?}");
        }
        for admitted in [&["\"1\""][..], &["W/\"3\", \"1\""], &["\"two\""]] {
            assert!(admits(&IF_NONE_MATCH, admitted), "{admitted:?}");
        }
        for rejected in [&["\"2\""][..], &["W/\"2\""], &["*"], &["\"1\"", "\"2\""]] {
            assert!(!admits(&IF_NONE_MATCH, rejected), "{rejected:?}");
        }
    }

    #[test]
    fn only_a_star_requires_absence() {
        let requires = |values: &[&str]| parse(&IF_NONE_MATCH, values).unwrap().requires_absence();
        assert!(requires(&["*"]));
        assert!(!requires(&["\"1\""]) && !requires(&[]));
    }
}
