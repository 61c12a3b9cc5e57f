//! The members that a client wants of the entities of a list.

use std::{borrow::Cow, collections::BTreeMap};

use curio_filter::ValuePath;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::json::{TypeSchema, outline::members};
use crate::http::{limits::MAX_FIELDS, response::json::to_vec};

/// The paths of the members to show.
#[derive(Debug, Clone, Serialize)]
pub struct Fields(Vec<Vec<String>>);

impl Fields {
    /// Parses names of members of `T`, and paths within its member `open`, whose own members no
    /// schema knows.
    ///
    /// # Errors
    ///
    /// What the text must be.
    pub fn parse<T: ToSchema>(value: &str, open: &str) -> Result<Self, String> {
        if value.chars().count() > MAX_FIELDS {
            return Err(format!("must have at most {MAX_FIELDS} characters"));
        }
        let schema = TypeSchema::of::<T>();
        let paths = split(value).map(|name| match name.split_once('.') {
            Some((name, path)) if name == open => {
                let path = ValuePath::parse(path).ok()?;
                Some([&[name.to_owned()], path.labels()].concat())
            }
            _ => schema.has_member(name).then(|| vec![name.to_owned()]),
        });
        let expected = || format!("must be names of members, or `{open}.<path>`, with commas between them");
        paths.collect::<Option<_>>().map(Self).ok_or_else(expected)
    }
}

/// The parts between commas that are not in quotation marks.
fn split(value: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    value.split(move |c| {
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
        c == ',' && !is_quoted
    })
}

/// An entity as a response shows it: whole, or some of its members.
#[derive(Debug)]
pub struct Shown<'a, V> {
    pub view: V,
    pub fields: Option<&'a Fields>,
}

impl<V: Serialize> Serialize for Shown<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(Fields(paths)) = self.fields else { return self.view.serialize(serializer) };
        let text = to_vec(&self.view).map_err(S::Error::custom)?;
        let whole: &RawValue = serde_json::from_slice(&text).map_err(S::Error::custom)?;
        let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
        Part::of(whole, &paths).serialize(serializer)
    }
}

/// A value, or the members of it that are shown. Numbers stay as they are written.
#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Whole(&'a RawValue),
    Members(BTreeMap<Cow<'a, str>, Part<'a>>),
}

impl<'a> Part<'a> {
    /// `None` if there is nothing at any of the paths.
    fn of(value: &'a RawValue, paths: &[&[String]]) -> Option<Self> {
        if paths.iter().any(|path| path.is_empty()) {
            return Some(Self::Whole(value));
        }
        let within = |name: &str| -> Vec<&[String]> {
            let rests =
                paths.iter().filter_map(|path| path.split_first().filter(|(first, _)| *first == name));
            rests.map(|(_, rest)| rest).collect()
        };
        let members = members(value.get(), |name| !within(name).is_empty())?;
        let parts = members.into_iter().filter_map(|(name, value)| {
            let paths = within(&name);
            if paths.is_empty() { None } else { Some((name, Self::of(value, &paths)?)) }
        });
        Some(Self::Members(parts.collect()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "has names only")]
    struct Entity {
        id: i32,
        name: String,
        attributes: String,
    }

    fn parse(value: &str) -> Option<Vec<Vec<String>>> {
        Fields::parse::<Entity>(value, "attributes").ok().map(|Fields(paths)| paths)
    }

    fn shown(value: &serde_json::Value, paths: &[&[&str]]) -> String {
        let paths = paths.iter().map(|path| path.iter().map(|&label| label.to_owned()).collect());
        let fields = Fields(paths.collect());
        serde_json::to_string(&Shown { view: value, fields: Some(&fields) }).unwrap()
    }

    #[test]
    fn names_and_paths_are_parsed() {
        assert_eq!(parse("id").unwrap(), [["id"]]);
        let paths = parse(r#"name,attributes,attributes.size.width,attributes."a,b\"c".d"#).unwrap();
        let expected: [&[&str]; 4] =
            [&["name"], &["attributes"], &["attributes", "size", "width"], &["attributes", "a,b\"c", "d"]];
        assert_eq!(paths, expected);
        for wrong in
            ["", ",", "id,", " id", "ID", "color", "id.x", "attributes.", "attributes..a", "id,,name"]
        {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_is_at_the_paths_is_shown() {
        let value = json!({ "id": 1, "a": { "b": { "c": 2, "d": [3] }, "e": null }, "f": "g" });
        for (paths, expected) in [
            (&[&["id"] as &[&str], &["f"]] as &[&[&str]], r#"{"f":"g","id":1}"#),
            (&[&["a", "b", "d"], &["a", "e"]], r#"{"a":{"b":{"d":[3]},"e":null}}"#),
            (&[&["a", "b", "c"], &["a", "b"]], r#"{"a":{"b":{"c":2,"d":[3]}}}"#),
            (&[&["a", "x"]], r#"{"a":{}}"#),
            (&[&["a", "e", "x"], &["f", "x"]], r#"{"a":{}}"#),
        ] {
            assert_eq!(shown(&value, paths), expected, "{paths:?}");
        }
    }
}
