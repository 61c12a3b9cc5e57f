//! What is no schema, and every fault of it.

use std::collections::BTreeSet;

use curio_schema::{MAX_BYTES, MAX_DEPTH, MAX_FAULTS, MAX_POINTER, Schema};
use serde_json::{Value, json};

use crate::{codes, parse};

#[track_caller]
fn assert_faults(schema: &str, expected: &[(&str, &str)]) {
    let faults = codes(Schema::compile(&parse(schema)));
    let faults: BTreeSet<_> = faults.iter().map(|(pointer, code)| (pointer.as_str(), *code)).collect();
    assert_eq!(faults, expected.iter().copied().collect(), "{schema}");
}

#[test]
fn a_keyword_has_a_value_of_its_shape() {
    for (keyword, valid, invalid) in [
        (
            "type",
            &["\"null\"", "[\"null\", \"string\"]"][..],
            &["1", "\"text\"", "[]", "[\"null\", \"null\"]", "[\"null\", \"text\"]", "[1]", "null"][..],
        ),
        ("enum", &["[]", "[1, 1]"], &["{}", "1"]),
        ("const", &["null", "{}"], &[]),
        ("multipleOf", &["0.5", "1e-400"], &["0", "-1", "\"1\"", "0.0"]),
        ("maximum", &["1", "-1e400"], &["\"1\"", "null"]),
        ("exclusiveMaximum", &["1"], &["true"]),
        ("minimum", &["1"], &["[]"]),
        ("exclusiveMinimum", &["1"], &["true"]),
        ("maxLength", &["0", "2.0", "1e400", "10e-1"], &["-1", "1.5", "\"1\""]),
        ("minContains", &["0"], &["-1"]),
        ("pattern", &["\"a\""], &["1"]),
        ("uniqueItems", &["true", "false"], &["1"]),
        ("required", &["[]", "[\"a\", \"b\"]"], &["[1]", "[\"a\", \"a\"]", "\"a\"", "true"]),
        ("dependentRequired", &["{}", "{\"a\": []}"], &["[]", "{\"a\": \"b\"}", "{\"a\": [\"b\", \"b\"]}"]),
        ("properties", &["{}"], &["[]", "1"]),
        ("items", &["true", "{}"], &["[]", "[{}]", "1", "null"]),
        ("prefixItems", &["[true]"], &["[]", "{}", "true"]),
        ("allOf", &["[{}]"], &["[]", "{}"]),
        ("not", &["{}"], &["1", "\"a\"", "[]"]),
        ("$anchor", &["\"a-b.c_1\"", "\"_\""], &["\"1\"", "\"\"", "\"a b\"", "\"#a\"", "1"]),
        ("$id", &["\"https://a.example/b#\""], &["\"#a\"", "1", "\"a#b\"", "\"a##\""]),
        ("$vocabulary", &["{\"https://a.example\": true}"], &["{\"https://a.example\": 1}", "1"]),
        ("title", &["\"\""], &["1"]),
        ("format", &["\"anything\""], &["1"]),
        ("examples", &["[]"], &["1"]),
        ("readOnly", &["true"], &["null"]),
        ("contentSchema", &["{}"], &["1"]),
        ("unknown", &["1", "[]", "{\"type\": 1}"], &[]),
    ] {
        for value in valid {
            assert_faults(&format!(r#"{{"{keyword}": {value}}}"#), &[]);
        }
        let pointer = format!("/{keyword}");
        for value in invalid {
            assert_faults(&format!(r#"{{"{keyword}": {value}}}"#), &[(&pointer, "invalid_schema")]);
        }
    }
    for schema in ["1", "null", "[]", "\"a\""] {
        assert_faults(schema, &[("", "invalid_schema")]);
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    assert_faults(
        r##"{
            "$defs": {"a": {"type": "text"}, "b/~": [1]},
            "$ref": "https://example.com/schema",
            "allOf": [true, {"items": 1}, {"minLength": -1, "pattern": "(?=a)"}],
            "maximum": "1",
            "multipleOf": 1.234567890123456789,
            "patternProperties": {"(": {"$ref": "#/$defs/c"}}
        }"##,
        &[
            ("/maximum", "invalid_schema"),
            ("/$defs/b~1~0", "invalid_schema"),
            ("/$defs/a/type", "invalid_schema"),
            ("/allOf/2/minLength", "invalid_schema"),
            ("/allOf/1/items", "invalid_schema"),
            ("/$ref", "remote_reference"),
            ("/multipleOf", "out_of_range"),
            ("/patternProperties/(", "invalid_pattern"),
            ("/allOf/2/pattern", "unsupported_pattern"),
            ("/patternProperties/(/$ref", "unresolved_reference"),
        ],
    );
}

#[test]
fn there_is_one_dialect_and_one_document() {
    for dialect in
        ["https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2020-12/schema#"]
    {
        assert_faults(&format!(r#"{{"$schema": "{dialect}"}}"#), &[]);
    }
    for dialect in ["http://json-schema.org/draft-07/schema#", "https://example.com/meta", ""] {
        assert_faults(&format!(r#"{{"$schema": "{dialect}"}}"#), &[("/$schema", "unsupported_dialect")]);
    }
    assert_faults(r#"{"items": {"$id": "a"}}"#, &[("/items/$id", "unsupported_keyword")]);
    for keyword in ["$dynamicRef", "$recursiveRef"] {
        assert_faults(
            &format!(r##"{{"not": {{"{keyword}": "#"}}}}"##),
            &[(&format!("/not/{keyword}"), "unsupported_keyword")],
        );
    }
    assert_faults(
        r#"{"items": {"$anchor": "a"}, "not": {"$anchor": "a"}}"#,
        &[("/not/$anchor", "duplicate_anchor")],
    );
    assert_faults(r#"{"$anchor": "a", "$dynamicAnchor": "a"}"#, &[]);
}

#[test]
fn a_reference_leads_to_a_schema_of_the_document() {
    for reference in
        ["a", "", "/$defs/a", "file:///etc/passwd", "https://json-schema.org/draft/2020-12/schema", "?#"]
    {
        assert_faults(
            &json!({"items": {"$ref": reference}}).to_string(),
            &[("/items/$ref", "remote_reference")],
        );
    }
    for reference in [
        "#a",
        "#/a",
        "#/items/$ref",
        "#/const/a",
        "#/$defs",
        "#/$defs/a/",
        "#/allOf/01",
        "#/allOf/1",
        "#/x/a",
        "#%ff",
    ] {
        let schema = json!({
            "$defs": {"a": {}}, "const": {"a": {}}, "x": {"a": {}}, "allOf": [true], "items": {"$ref": reference},
        });
        assert_faults(&schema.to_string(), &[("/items/$ref", "unresolved_reference")]);
    }
}

#[test]
fn a_reference_does_not_lead_back_without_a_member_or_an_element() {
    for schema in [
        r##"{"$ref": "#"}"##,
        r##"{"allOf": [{"not": {"$ref": "#"}}]}"##,
        r##"{"anyOf": [{"oneOf": [{"$ref": "#"}]}]}"##,
        r##"{"if": {"then": true, "$ref": "#"}}"##,
        r##"{"if": true, "then": {"$ref": "#"}}"##,
        r##"{"if": true, "else": {"$ref": "#"}}"##,
        r##"{"dependentSchemas": {"a": {"$ref": "#"}}}"##,
    ] {
        let faults = codes(Schema::compile(&parse(schema)));
        assert_eq!(faults.len(), 1, "{schema}: {faults:?}");
        assert!(
            faults[0].0.ends_with("/$ref") && faults[0].1 == "circular_reference",
            "{schema}: {faults:?}"
        );
    }
    assert_faults(
        r##"{"$ref": "#/$defs/c", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}, "c": {}}}"##,
        &[("/$defs/a/$ref", "circular_reference"), ("/$defs/b/allOf/0/$ref", "circular_reference")],
    );
    assert_faults(
        r##"{"$ref": "#/$defs/b", "allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/$defs/a"}, "b": {}}}"##,
        &[("/allOf/0/$ref", "circular_reference"), ("/$defs/a/$ref", "circular_reference")],
    );
    for keyword in [
        "items",
        "contains",
        "additionalProperties",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
    ] {
        assert_faults(&format!(r##"{{"{keyword}": {{"$ref": "#"}}}}"##), &[]);
    }
    for schema in [
        r##"{"properties": {"a": {"$ref": "#"}}}"##,
        r##"{"patternProperties": {"a": {"$ref": "#"}}}"##,
        r##"{"prefixItems": [{"$ref": "#"}]}"##,
        r##"{"$defs": {"a": {"$ref": "#"}}}"##,
        // Not applied without `if`.
        r##"{"then": {"$ref": "#"}}"##,
    ] {
        assert_faults(schema, &[]);
    }
}

#[test]
fn size_and_depth_are_limited() {
    let nested = |levels: usize| {
        parse(&format!("{}{}", "{\"not\":".repeat(levels), "true".to_owned() + &"}".repeat(levels)))
    };
    assert_eq!(codes(Schema::compile(&json!({"const": nested(MAX_DEPTH - 1)}))), []);
    assert_eq!(codes(Schema::compile(&json!({"const": nested(MAX_DEPTH)}))), [(String::new(), "too_deep")]);
    let deep = (0..500).fold(Value::Null, |value, _| json!([value]));
    assert_eq!(codes(Schema::compile(&json!({ "const": deep }))), [(String::new(), "too_deep")]);

    let schema = |bytes: usize| json!({ "title": "a".repeat(bytes - r#"{"title":""}"#.len()) });
    assert_eq!(codes(Schema::compile(&schema(MAX_BYTES))), []);
    assert_eq!(codes(Schema::compile(&schema(MAX_BYTES + 1))), [(String::new(), "too_large")]);
}

#[test]
fn faults_are_limited_in_number_and_size() {
    let faults = Schema::compile(&json!({ "allOf": vec![1; MAX_FAULTS] })).unwrap_err();
    assert_eq!((faults.list.len(), faults.truncated), (MAX_FAULTS, false));
    let faults = Schema::compile(&json!({ "allOf": vec![1; MAX_FAULTS + 1] })).unwrap_err();
    assert_eq!((faults.list.len(), faults.truncated), (MAX_FAULTS, true));
    for keyword in ["allOf", "anyOf", "oneOf", "prefixItems", "dependentSchemas", "properties", "$defs"] {
        let schemas = (0..2 * MAX_FAULTS).map(|n| json!({ "$ref": format!("#/{n}") }));
        let schemas = match keyword {
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => Value::Array(schemas.collect()),
            _ => schemas.enumerate().map(|(n, schema)| (n.to_string(), schema)).collect(),
        };
        let faults = Schema::compile(&json!({ keyword: schemas })).unwrap_err();
        assert_eq!((faults.list.len(), faults.truncated), (MAX_FAULTS, true), "{keyword}");
    }

    let long = "\u{e9}".repeat(20_000);
    let schema = json!({"properties": {&long: {"type": 1}}, "$ref": format!("#{long}"), "patternProperties": {"a": {"pattern": "("}}});
    for fault in Schema::compile(&schema).unwrap_err().list {
        assert!(fault.pointer.len() <= MAX_POINTER, "{fault:?}");
        assert!(
            fault.detail.len() <= 256 && fault.detail.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{fault:?}"
        );
    }
    let faults = codes(Schema::compile(&json!({"properties": {long: {"type": 1}}})));
    assert_eq!(faults, [("/properties".to_owned(), "invalid_schema")]);
}

#[test]
fn a_divisor_of_any_length_is_a_fault_at_most() {
    for digits in [18, 19, 39, 60, 5_000] {
        let schema = parse(&format!(r#"{{"multipleOf": {}}}"#, "9".repeat(digits)));
        let expected = if digits > 18 { vec![("/multipleOf".to_owned(), "out_of_range")] } else { vec![] };
        assert_eq!(codes(Schema::compile(&schema)), expected, "{digits}");
    }
}

/// Each pattern is small, and all together are too large.
#[test]
fn no_pattern_is_dropped_without_a_fault() {
    let schema = |count| {
        let patterns = (0..count).map(|n| json!({ "pattern": format!("^a{{0,50}}{n}$") }));
        json!({ "allOf": patterns.collect::<Vec<_>>() })
    };
    let mut failed = 0;
    for count in (1..=1_200).step_by(7) {
        match Schema::compile(&schema(count)) {
            Ok(compiled) => {
                assert_eq!(failed, 0, "{count} patterns fit, although fewer did not");
                // Each of them is checked.
                let faults = compiled.validate(&json!("b")).unwrap_err();
                assert!(faults.list.len() == count || faults.truncated, "{count}: {faults:?}");
            }
            Err(faults) => {
                failed += 1;
                assert_eq!(faults.list.len(), 1, "{faults:?}");
                assert_eq!(faults.list[0].code, "too_complex");
            }
        }
    }
    assert!(failed > 0, "all fit");
}
