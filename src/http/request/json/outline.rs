//! The part of a JSON text that a schema describes. Hostile bodies are large elsewhere.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

/// The levels that schemas describe: a batch's operation, its item, the attributes of the item, and
/// their members.
const LEVELS: usize = 4;
/// The most elements of an array: more than any schema allows.
const ELEMENTS: usize = 1024;
/// The most members of an object: more than any schema describes, and more than faults are listed.
const MEMBERS: usize = 256;

/// The value of a text with valid syntax. Containers below [`LEVELS`] are empty, and objects have
/// at most [`MEMBERS`] members and those that are known.
pub fn outline(text: &str, known: &HashSet<String>) -> Option<Value> {
    describe(text.trim_start(), known, LEVELS)
}

fn describe(text: &str, known: &HashSet<String>, levels: usize) -> Option<Value> {
    match text.as_bytes().first()? {
        b'{' if levels == 0 => Some(Value::Object(Map::new())),
        b'[' if levels == 0 => Some(Value::Array(Vec::new())),
        b'{' => {
            let members = members(text, |name| known.contains(name))?;
            let described = members
                .into_iter()
                .map(|(name, value)| Some((name.into_owned(), describe(value.get(), known, levels - 1)?)));
            Some(Value::Object(described.collect::<Option<_>>()?))
        }
        b'[' => {
            let Elements(values) = serde_json::from_str(text).ok()?;
            let described = values.into_iter().map(|value| describe(value.get(), known, levels - 1));
            Some(Value::Array(described.collect::<Option<_>>()?))
        }
        _ => serde_json::from_str(text).ok(),
    }
}

/// The first members of an object and those that are known, unparsed; `None` if the text is no
/// object.
pub fn members(text: &str, is_known: impl Fn(&str) -> bool) -> Option<BTreeMap<Cow<'_, str>, &RawValue>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = deserializer.deserialize_map(Members(is_known)).ok()?;
    deserializer.end().is_ok().then_some(members)
}

struct Members<F>(F);

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for Members<F> {
    type Value = BTreeMap<Cow<'de, str>, &'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(Name(name)) = map.next_key()? {
            if members.len() < MEMBERS || (self.0)(&name) {
                members.insert(name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }
}

/// A name that is copied only if it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The first elements of an array, unparsed.
pub struct Elements<'a>(pub Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Elements<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while elements.len() < ELEMENTS
                    && let Some(element) = seq.next_element()?
                {
                    elements.push(element);
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Elements(elements))
            }
        }

        deserializer.deserialize_seq(Collect)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn deep_and_unknown_members_are_left_out() {
        let known = HashSet::from(["name".to_owned()]);
        let shown = |text: &str| outline(text, &known).unwrap();
        let deep = r#"{"a": {"b": [{"c": {"d": 1}, "e": [1]}], "n": 1e400}}"#;
        assert_eq!(shown(deep)["a"]["b"], json!([{ "c": {}, "e": [] }]));
        assert_eq!(shown(&format!("\n {deep}")), shown(deep));
        assert_eq!(shown(deep)["a"]["n"].to_string(), "1e+400");
        let many: Vec<String> = (0..1000).map(|n| format!("\"{n}\": {n}")).collect();
        let many = shown(&format!("{{{}, \"name\": \"x\"}}", many.join(",")));
        assert_eq!((many.as_object().unwrap().len(), &many["name"]), (MEMBERS + 1, &json!("x")));
    }
}
