//! What is reported, where, and in which words.

use curio_schema::{MAX_FAULTS, MAX_POINTER, Schema};
use serde_json::{Value, json};

use crate::{codes, compile, parse};

#[track_caller]
fn assert_reports(schema: &str, instance: &str, expected: &[(&str, &str, &str)]) {
    let faults = compile(schema).validate(&parse(instance)).err().unwrap_or_default();
    let reports: Vec<_> =
        faults.list.iter().map(|fault| (fault.pointer.as_str(), fault.code, fault.detail.as_str())).collect();
    assert_eq!(reports, expected, "{schema} {instance}");
    assert!(!faults.truncated);
}

/// A schema, an instance, the code and the detail.
const WHOLE: &[(&str, &str, &str, &str)] = &[
    (r#"{"type": "string"}"#, "1", "type", "must be a string"),
    (r#"{"type": ["null", "integer"]}"#, "1.5", "type", "must be an integer or null"),
    (r#"{"enum": ["a", 1, {}]}"#, "2", "enum", "must be \"a\", 1 or {}"),
    (r#"{"enum": [1, 2, 3, 4, 5]}"#, "6", "enum", "must be 1, 2, 3 or 2 other values"),
    (r#"{"enum": [1, 2, 3, 4]}"#, "6", "enum", "must be 1, 2, 3 or 1 other value"),
    (r#"{"enum": []}"#, "6", "enum", "is not allowed"),
    (r#"{"const": "\u00e9\n"}"#, "6", "const", r#"must be "\u{e9}\u{a}""#),
    (r#"{"const": [1]}"#, "6", "const", "must be [1]"),
    (r#"{"multipleOf": 0.01}"#, "0.001", "multiple_of", "must be a multiple of 0.01"),
    (r#"{"maximum": 1e2}"#, "101", "maximum", "must be at most 1e+2"),
    (r#"{"exclusiveMaximum": 10}"#, "10", "exclusive_maximum", "must be less than 10"),
    (r#"{"minimum": 10}"#, "9", "minimum", "must be at least 10"),
    (r#"{"exclusiveMinimum": 10}"#, "10", "exclusive_minimum", "must be greater than 10"),
    (r#"{"maxLength": 1}"#, "\"ab\"", "max_length", "must have at most 1 character"),
    (r#"{"minLength": 2}"#, "\"a\"", "min_length", "must have at least 2 characters"),
    (r#"{"pattern": "^a$"}"#, "\"b\"", "pattern", "must match the pattern `^a$`"),
    (r#"{"maxItems": 1}"#, "[1, 2]", "max_items", "must have at most 1 element"),
    (r#"{"minItems": 2}"#, "[1]", "min_items", "must have at least 2 elements"),
    (r#"{"uniqueItems": true}"#, "[1, 1]", "unique_items", "must not have equal elements"),
    (r#"{"maxProperties": 0}"#, r#"{"a": 1}"#, "max_properties", "must have at most 0 members"),
    (r#"{"minProperties": 1}"#, "{}", "min_properties", "must have at least 1 member"),
    (r#"{"contains": false}"#, "[1]", "contains", "must have at least 1 matching element"),
    (
        r#"{"contains": true, "minContains": 2}"#,
        "[1]",
        "min_contains",
        "must have at least 2 matching elements",
    ),
    (
        r#"{"contains": true, "maxContains": 1}"#,
        "[1, 2]",
        "max_contains",
        "must have at most 1 matching element",
    ),
    (r#"{"not": {}}"#, "1", "not", "must not match the schema of `not`"),
    (
        r#"{"anyOf": [{"minimum": 2}, {"multipleOf": 2}]}"#,
        "1",
        "any_of",
        "must match at least one of the 2 schemas of `anyOf`",
    ),
    (
        r#"{"oneOf": [{"minimum": 2}, {"multipleOf": 2}]}"#,
        "1",
        "one_of",
        "must match one of the 2 schemas of `oneOf`",
    ),
    (r#"{"oneOf": [true, true, true]}"#, "1", "one_of", "must match only one of the 3 schemas of `oneOf`"),
    ("false", "1", "false", "is not allowed"),
    (r##"{"$ref": "#/$defs/a", "$defs": {"a": false}}"##, "1", "ref", "is not allowed"),
    (r#"{"allOf": [false]}"#, "1", "all_of", "is not allowed"),
    (r#"{"if": true, "then": false}"#, "1", "then", "is not allowed"),
    (r#"{"if": false, "else": false}"#, "1", "else", "is not allowed"),
];

#[test]
fn every_assertion_has_a_code_and_says_what_is_right() {
    for (schema, instance, code, detail) in WHOLE {
        assert_reports(schema, instance, &[("", &format!("schema.{code}"), detail)]);
    }
}

/// A schema, an instance, the pointers, the code and the detail.
const INNER: &[(&str, &str, &[&str], &str, &str)] = &[
    (r#"{"required": ["a", "b/", "c"]}"#, r#"{"c": 1}"#, &["/a", "/b~1"], "required", "is required"),
    (
        r#"{"dependentRequired": {"a": ["b"]}}"#,
        r#"{"a": 1}"#,
        &["/b"],
        "dependent_required",
        "is required together with `a`",
    ),
    (r#"{"dependentSchemas": {"a": false}}"#, r#"{"a": 1}"#, &[""], "dependent_schemas", "is not allowed"),
    (
        r#"{"additionalProperties": false}"#,
        r#"{"a": 1, "b": 2}"#,
        &["/a", "/b"],
        "additional_properties",
        "is not allowed",
    ),
    (
        r#"{"unevaluatedProperties": false}"#,
        r#"{"a": 1, "b": 2}"#,
        &["/a", "/b"],
        "unevaluated_properties",
        "is not allowed",
    ),
    (r#"{"unevaluatedItems": false}"#, "[1, 2]", &["/0", "/1"], "unevaluated_items", "is not allowed"),
    (r#"{"properties": {"a": false}}"#, r#"{"a": 1}"#, &["/a"], "properties", "is not allowed"),
    (
        r#"{"patternProperties": {"a": false}}"#,
        r#"{"a": 1}"#,
        &["/a"],
        "pattern_properties",
        "is not allowed",
    ),
    (r#"{"items": false}"#, "[1, 2]", &["/0", "/1"], "items", "is not allowed"),
    (r#"{"prefixItems": [true, false]}"#, "[1, 2]", &["/1"], "prefix_items", "is not allowed"),
    (
        r#"{"propertyNames": {"maxLength": 1}}"#,
        r#"{"aa": 1, "b": 1}"#,
        &["/aa"],
        "property_names",
        "has a name that is not allowed",
    ),
    (r#"{"items": {"items": {"type": "null"}}}"#, "[[], [null, 1]]", &["/1/1"], "type", "must be null"),
    (r#"{"additionalProperties": {"type": "null"}}"#, r#"{"a~": 1}"#, &["/a~0"], "type", "must be null"),
];

#[test]
fn a_member_or_an_element_is_reported_where_it_is_or_would_be() {
    for (schema, instance, pointers, code, detail) in INNER {
        let code = format!("schema.{code}");
        let expected: Vec<_> = pointers.iter().map(|pointer| (*pointer, code.as_str(), *detail)).collect();
        assert_reports(schema, instance, &expected);
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    assert_reports(
        r#"{
            "required": ["name"],
            "properties": {"size": {"allOf": [{"minimum": 5}, {"multipleOf": 2}]}, "tags": {"items": {"type": "string"}}},
            "additionalProperties": false
        }"#,
        r#"{"color": "red", "size": 3, "tags": ["a", 1, "b", 2]}"#,
        &[
            ("/name", "schema.required", "is required"),
            ("/color", "schema.additional_properties", "is not allowed"),
            ("/size", "schema.minimum", "must be at least 5"),
            ("/size", "schema.multiple_of", "must be a multiple of 2"),
            ("/tags/1", "schema.type", "must be a string"),
            ("/tags/3", "schema.type", "must be a string"),
        ],
    );
}

#[test]
fn the_only_schema_for_the_type_says_what_is_wrong() {
    for keyword in ["anyOf", "oneOf"] {
        let schema = format!(
            r##"{{"{keyword}": [{{"type": "null"}}, {{"$ref": "#/$defs/size"}}, false], "$defs": {{"size": {{"type": "object", "required": ["width"]}}}}}}"##
        );
        assert_reports(&schema, "{}", &[("/width", "schema.required", "is required")]);
        let faults = codes(compile(&schema).validate(&json!(1)));
        assert_eq!(faults.len(), 1);
        assert!(matches!(faults[0].1, "schema.any_of" | "schema.one_of"), "{faults:?}");
    }
}

#[test]
fn what_a_failed_schema_evaluated_is_not_reported_as_unevaluated() {
    assert_reports(
        r#"{"allOf": [{"properties": {"a": {"type": "null"}}}], "unevaluatedProperties": false}"#,
        r#"{"a": 1, "b": 1}"#,
        &[("/a", "schema.type", "must be null"), ("/b", "schema.unevaluated_properties", "is not allowed")],
    );
}

#[test]
fn faults_are_limited_in_number_and_size() {
    let schema = compile(r#"{"items": {"type": "string"}}"#);
    let faults = schema.validate(&json!(vec![1; MAX_FAULTS])).unwrap_err();
    assert_eq!((faults.list.len(), faults.truncated), (MAX_FAULTS, false));
    let faults = schema.validate(&json!(vec![1; MAX_FAULTS + 1])).unwrap_err();
    assert_eq!((faults.list.len(), faults.truncated), (MAX_FAULTS, true));

    let long = "\u{1f4a9}\n\u{7f}".repeat(2_000);
    let digits = parse(&"9".repeat(5_000));
    for schema in [
        json!({"enum": [long, long.clone() + "a", long.clone() + "b", 1]}),
        json!({"required": [long]}),
        json!({"dependentRequired": {"a": [long], &long: ["c"]}}),
        json!({"pattern": "\u{1f4a9}".repeat(200)}),
        json!({"minimum": digits, "minLength": digits, "enum": [digits]}),
        json!({"minLength": digits}),
        json!({"properties": {&long: false}}),
    ] {
        let schema = Schema::compile(&schema).unwrap();
        for instance in [json!("a"), json!(1), json!({"a": 1}), json!({ &long: 1 }), Value::Null] {
            for fault in schema.validate(&instance).err().unwrap_or_default().list {
                assert!(fault.pointer.len() <= MAX_POINTER, "{fault:?}");
                let is_plain = fault.detail.bytes().all(|byte| matches!(byte, b' '..=b'~'));
                assert!(fault.detail.len() <= 256 && is_plain, "{fault:?}");
            }
        }
    }
    let inner = json!({"a": {&long: {"b": 1}}});
    let schema = json!({"properties": {"a": {"additionalProperties": {"additionalProperties": false}}}});
    let faults = Schema::compile(&schema).unwrap().validate(&inner);
    assert_eq!(codes(faults), [("/a".to_owned(), "schema.additional_properties")]);
}
