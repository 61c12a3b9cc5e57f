//! What the metaschema of 2020-12 says about the values of keywords.

use std::collections::HashSet;

use serde_json::Value;

use crate::{number::Decimal, tree::Types};

/// What the value of a keyword is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Anchor,
    Array,
    Boolean,
    /// An object of booleans.
    Booleans,
    Identifier,
    Names,
    /// An object of [`Names`](Shape::Names).
    NamesByName,
    Natural,
    Number,
    Positive,
    Schema,
    Schemas,
    /// An object of schemas.
    SchemasByName,
    Text,
    Types,
}

impl Shape {
    /// `None` if the metaschema does not know the keyword, or allows every value.
    pub(crate) fn of(keyword: &str) -> Option<Self> {
        Some(match keyword {
            "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" => Self::Anchor,
            "enum" | "examples" => Self::Array,
            "deprecated" | "readOnly" | "uniqueItems" | "writeOnly" => Self::Boolean,
            "$vocabulary" => Self::Booleans,
            "$id" => Self::Identifier,
            "required" => Self::Names,
            "dependentRequired" => Self::NamesByName,
            "maxContains" | "maxItems" | "maxLength" | "maxProperties" | "minContains" | "minItems"
            | "minLength" | "minProperties" => Self::Natural,
            "exclusiveMaximum" | "exclusiveMinimum" | "maximum" | "minimum" => Self::Number,
            "multipleOf" => Self::Positive,
            "additionalProperties"
            | "contains"
            | "contentSchema"
            | "else"
            | "if"
            | "items"
            | "not"
            | "propertyNames"
            | "then"
            | "unevaluatedItems"
            | "unevaluatedProperties" => Self::Schema,
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => Self::Schemas,
            "$defs" | "definitions" | "dependentSchemas" | "patternProperties" | "properties" => {
                Self::SchemasByName
            }
            "$comment" | "$dynamicRef" | "$recursiveRef" | "$ref" | "$schema" | "contentEncoding"
            | "contentMediaType" | "description" | "format" | "pattern" | "title" => Self::Text,
            "type" => Self::Types,
            _ => return None,
        })
    }

    /// Whether a value has this shape. Whether what should be a schema is one is another question.
    pub(crate) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Anchor => value.as_str().is_some_and(is_anchor),
            Self::Array => value.is_array(),
            Self::Boolean => value.is_boolean(),
            Self::Booleans => {
                value.as_object().is_some_and(|members| members.values().all(Value::is_boolean))
            }
            Self::Identifier => {
                value.as_str().is_some_and(|id| !id.strip_suffix('#').unwrap_or(id).contains('#'))
            }
            Self::Names => is_names(value),
            Self::NamesByName => value.as_object().is_some_and(|members| members.values().all(is_names)),
            Self::Natural => {
                value.as_number().is_some_and(|number| Decimal::new(number).to_natural().is_some())
            }
            Self::Number => value.is_number(),
            Self::Positive => value.as_number().is_some_and(|number| Decimal::new(number).is_positive()),
            Self::Schema => true,
            Self::Schemas => value.as_array().is_some_and(|schemas| !schemas.is_empty()),
            Self::SchemasByName => value.is_object(),
            Self::Text => value.is_string(),
            Self::Types => types(value).is_some(),
        }
    }

    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Anchor => "must be a letter or `_`, and letters, digits, `-`, `_` and `.` after it",
            Self::Array => "must be an array",
            Self::Boolean => "must be a boolean",
            Self::Booleans => "must be an object whose members are booleans",
            Self::Identifier => "must be a string without a fragment",
            Self::Names => "must be an array of different strings",
            Self::NamesByName => "must be an object whose members are arrays of different strings",
            Self::Natural => "must be an integer that is not negative",
            Self::Number => "must be a number",
            Self::Positive => "must be a number greater than 0",
            Self::Schema => "must be an object or a boolean",
            Self::Schemas => "must be an array of at least one schema",
            Self::SchemasByName => "must be an object",
            Self::Text => "must be a string",
            Self::Types => {
                "must be `string`, `number`, `integer`, `boolean`, `object`, `array` or `null`, or an array of different ones"
            }
        }
    }
}

/// The types that `type` names.
pub(crate) fn types(value: &Value) -> Option<Types> {
    match value {
        Value::String(name) => Types::named(name),
        Value::Array(names) if !names.is_empty() && is_names(value) => names
            .iter()
            .try_fold(Types::default(), |types, name| Some(types.or(Types::named(name.as_str()?)?))),
        _ => None,
    }
}

fn is_anchor(text: &str) -> bool {
    let is_first = |char: char| char.is_ascii_alphabetic() || char == '_';
    text.starts_with(is_first)
        && text.chars().all(|char| is_first(char) || char.is_ascii_digit() || matches!(char, '-' | '.'))
}

fn is_names(value: &Value) -> bool {
    let Value::Array(names) = value else { return false };
    let mut seen = HashSet::new();
    names.iter().all(|name| name.as_str().is_some_and(|name| seen.insert(name)))
}
