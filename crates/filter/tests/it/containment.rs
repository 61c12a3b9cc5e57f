//! What every match contains.

use serde_json::{Value, json};

use crate::parse;

#[test]
fn equalities_that_and_joins_are_contained() {
    for (text, expected) in [
        ("attributes.a = \"x\"", json!({"a": "x"})),
        ("attributes.a in (true)", json!({"a": true})),
        ("attributes.a.b = 1 and (attributes.a.c = 2.0 and name = \"x\")", json!({"a": {"b": 1, "c": 2}})),
        ("attributes.a : 1 and attributes.a : null", json!({"a": [1, null]})),
        ("attributes.a = 1 and attributes.a = 2", json!({"a": 1})),
        ("attributes.a = 1 and attributes.a : 2", json!({"a": 1})),
        ("attributes.a = 1 and attributes.a.b = 2", json!({"a": 1})),
        ("attributes.a.b = 2 and attributes.a = 1", json!({"a": {"b": 2}})),
        ("attributes.\"0\" = 1 and not attributes.a = 1", json!({"0": 1})),
    ] {
        assert_eq!(parse(text).unwrap().containment("attributes"), Some(expected), "{text}");
    }
}

#[test]
fn nothing_else_is_contained() {
    for text in [
        "name = \"x\"",
        "attributes.a = null",
        "attributes.a != 1",
        "attributes.a < 1",
        "attributes.a : \"x\"",
        "attributes.a in (1, 2)",
        "attributes.a = 2026-11-27T12:00:00Z",
        "attributes.a = 1 or attributes.b = 1",
        "not (attributes.a = 1 and attributes.b = 1)",
    ] {
        assert_eq!(parse(text).unwrap().containment("attributes"), None::<Value>, "{text}");
    }
    assert_eq!(parse("attributes.a = 1").unwrap().containment("name"), None);
}
