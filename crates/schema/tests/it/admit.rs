//! Which types a schema admits at a path.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::compile;

const TYPES: [&str; 6] = ["string", "number", "boolean", "array", "object", "null"];
const ALL: &str = "string number boolean array object null";

/// A schema, a path and the types that it admits there.
const TABLE: &[(&str, &str, &str)] = &[
    ("true", "a", ALL),
    ("{}", "a", ALL),
    (r#"{"properties": {"a": {"type": "integer"}}}"#, "a", "number"),
    (r#"{"properties": {"a": {"type": ["string", "null"]}}}"#, "a", "string null"),
    (r#"{"properties": {"a": {"enum": ["x", 1.5, {}]}}}"#, "a", "string number object"),
    (r#"{"properties": {"a": {"const": [1]}}}"#, "a", "array"),
    (r#"{"properties": {"a": {"type": "number"}}}"#, "b", ALL),
    (r#"{"properties": {"a": {"properties": {"b": {"type": "boolean"}}}}}"#, "a.b", "boolean"),
    (r#"{"additionalProperties": {"type": "string"}}"#, "a", "string"),
    (r#"{"additionalProperties": {"type": "string"}, "patternProperties": {"^a": {}}}"#, "a", ALL),
    (r##"{"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"a": {"type": "string"}}}}}"##, "a", "string"),
    (
        r#"{"properties": {"a": {"allOf": [{"type": ["number", "string"]}, {"type": ["integer", "array"]}]}}}"#,
        "a",
        "number",
    ),
    (
        r#"{"properties": {"a": {"anyOf": [{"type": "number"}, {"type": "string"}, false]}}}"#,
        "a",
        "string number",
    ),
    (
        r#"{"oneOf": [{"properties": {"a": {"type": "array"}}}, {"properties": {"a": {"const": null}}}]}"#,
        "a",
        "array null",
    ),
    // What is not read says nothing.
    (r#"{"properties": {"a": {"not": {"type": "string"}}}}"#, "a", ALL),
    (r#"{"properties": {"a": {"if": {}, "then": {"type": "string"}}}}"#, "a", ALL),
    // What can never be valid.
    (r#"{"additionalProperties": false}"#, "a", ""),
    (r#"{"properties": {"a": {"type": ["string", "number"]}}}"#, "a.b", ""),
    (r#"{"properties": {"a": {"enum": [1, []]}}}"#, "a.b", ""),
    (r#"{"properties": {"a": {"type": ["object", "null"]}}}"#, "a.b", ALL),
    ("false", "a", ""),
    (r#"{"properties": {"a": {"allOf": [{"type": "string"}, {"type": "number"}]}}}"#, "a", ""),
];

#[test]
fn types_are_read_from_the_keywords_that_say_them() {
    for (schema, path, expected) in TABLE {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let compiled = compile(schema);
        let admitted: Vec<_> = TYPES.into_iter().filter(|name| compiled.admits(&path, name)).collect();
        assert_eq!(admitted.join(" "), *expected, "{schema} {path:?}");
    }
    assert!(!compile("true").admits(&[], "text"));
}

#[test]
fn a_schema_that_branches_at_every_member_is_not_followed_to_the_end() {
    let again = json!({ "properties": { "a": { "$ref": "#" } } });
    let schema = json!({ "anyOf": [again, again, again], "type": "object" }).to_string();
    let path = vec!["a".to_owned(); 32];
    let start = Instant::now();
    assert!(compile(&schema).admits(&path, "string"));
    assert!(start.elapsed() < Duration::from_secs(5));
}
