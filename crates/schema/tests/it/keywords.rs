//! Every keyword, with valid and with invalid instances.

use crate::assert_table;

#[test]
fn a_schema_is_a_boolean_or_an_object() {
    assert_table(&[
        ("true", &["null", "{}"], &[]),
        ("false", &[], &["null", "{}"]),
        ("{}", &["1", "[]"], &[]),
    ]);
}

#[test]
fn assertions_on_any_value() {
    assert_table(&[
        (r#"{"type": "string"}"#, &["\"\""], &["1", "null", "[]", "{}", "true"]),
        (r#"{"type": "integer"}"#, &["1", "-1.0", "1e2", "100e-2", "0.0"], &["1.5", "1e-1", "\"1\""]),
        (r#"{"type": "number"}"#, &["1", "1.5"], &["\"1\"", "null"]),
        (r#"{"type": ["null", "object"]}"#, &["null", "{}"], &["[]", "0", "false"]),
        (r#"{"type": "boolean"}"#, &["true", "false"], &["0", "\"true\""]),
        (r#"{"type": "array"}"#, &["[]"], &["{}"]),
        (
            r#"{"enum": [1, "a", null, [1, {"b": 2, "c": 3}]]}"#,
            &["1.0", "\"a\"", "null", r#"[1, {"c": 3.0, "b": 2}]"#],
            &["2", "\"1\"", "[1]", "false", "{}"],
        ),
        (r#"{"enum": []}"#, &[], &["null"]),
        (
            r#"{"const": {"a": [1, 2]}}"#,
            &[r#"{"a": [1.0, 2]}"#],
            &[r#"{"a": [2, 1]}"#, r#"{"a": [1, 2], "b": null}"#, "{}"],
        ),
        (r#"{"const": [10, 0]}"#, &["[1e1, 0.0]"], &["[1e10]", "[1e100]"]),
        (r#"{"const": false}"#, &["false"], &["0", "null", "[]"]),
        (r#"{"const": "1:a"}"#, &["\"1:a\""], &["\"a\"", "\"1:ab\""]),
        (r#"{"const": ["a", "b"]}"#, &[r#"["a", "b"]"#], &[r#"["a,1:b"]"#, r#"["ab"]"#, r#"[["a", "b"]]"#]),
    ]);
}

#[test]
fn assertions_on_numbers() {
    assert_table(&[
        (r#"{"maximum": 10}"#, &["10", "10.0", "-11", "\"11\""], &["10.000000000000000000001", "11"]),
        (r#"{"exclusiveMaximum": 10}"#, &["9.99", "null"], &["10", "1e1", "11"]),
        (r#"{"minimum": -1.5}"#, &["-1.5", "0", "[]"], &["-1.51", "-2"]),
        (r#"{"exclusiveMinimum": 0}"#, &["1e-300", "5"], &["0", "-0.0", "-1"]),
        (r#"{"multipleOf": 3}"#, &["0", "9", "-6", "\"1\""], &["1", "3.5"]),
    ]);
}

#[test]
fn assertions_on_strings() {
    assert_table(&[
        (r#"{"minLength": 2}"#, &["\"ab\"", "\"\u{1f4a9}\u{e9}\"", "1"], &["\"a\"", "\"\u{1f4a9}\""]),
        (r#"{"maxLength": 2.0}"#, &["\"\u{1f4a9}\u{1f4a9}\"", "\"\"", "[1, 2, 3]"], &["\"abc\""]),
        (r#"{"pattern": "^a+$"}"#, &["\"aaa\"", "1"], &["\"\"", "\"ba\"", "\"a\\n\""]),
        (r#"{"pattern": "b"}"#, &["\"abc\""], &["\"ac\""]),
        (r#"{"format": "email", "contentEncoding": "base64"}"#, &["\"no address\""], &[]),
    ]);
}

#[test]
fn assertions_on_arrays() {
    assert_table(&[
        (r#"{"minItems": 1}"#, &["[null]", "{}"], &["[]"]),
        (r#"{"maxItems": 1}"#, &["[null]", "\"ab\""], &["[1, 2]"]),
        (
            r#"{"uniqueItems": true}"#,
            &["[1, 2, \"1\", true, [1], {\"a\": 1}, {\"a\": 2}, [], {}]", "{}"],
            &["[1, 2, 1.0]", r#"[{"a": 1, "b": 2}, {"b": 2.0, "a": 1}]"#, "[[], []]"],
        ),
        (r#"{"uniqueItems": false}"#, &["[1, 1]"], &[]),
        (
            r#"{"prefixItems": [{"type": "string"}, {"type": "number"}]}"#,
            &["[]", "[\"a\"]", "[\"a\", 1, null]"],
            &["[1]", "[\"a\", \"b\"]"],
        ),
        (
            r#"{"prefixItems": [true], "items": {"type": "number"}}"#,
            &["[\"a\"]", "[\"a\", 1, 2]", "{}"],
            &["[\"a\", \"b\"]", "[1, 2, \"b\"]"],
        ),
        (r#"{"items": false}"#, &["[]"], &["[1]"]),
        (r#"{"contains": {"type": "number"}}"#, &["[\"a\", 1]", "{}"], &["[]", "[\"a\"]"]),
        (
            r#"{"contains": {"type": "number"}, "minContains": 2, "maxContains": 3}"#,
            &["[1, \"a\", 2]", "[1, 2, 3]"],
            &["[1]", "[1, 2, 3, 4]"],
        ),
        (
            r#"{"contains": {"type": "number"}, "minContains": 0, "maxContains": 1}"#,
            &["[]", "[1]"],
            &["[1, 2]"],
        ),
        (r#"{"minContains": 5, "maxContains": 0}"#, &["[]", "[1]"], &[]),
    ]);
}

#[test]
fn assertions_on_objects() {
    assert_table(&[
        (r#"{"minProperties": 1}"#, &[r#"{"a": 1}"#, "[]"], &["{}"]),
        (r#"{"maxProperties": 0}"#, &["{}", "[1]"], &[r#"{"a": 1}"#]),
        (r#"{"required": ["a", "b"]}"#, &[r#"{"a": null, "b": 1, "c": 2}"#, "[]"], &[r#"{"a": 1}"#, "{}"]),
        (
            r#"{"dependentRequired": {"a": ["b", "c"]}}"#,
            &["{}", r#"{"b": 1}"#, r#"{"a": 1, "b": 1, "c": 1}"#, "[]"],
            &[r#"{"a": 1, "b": 1}"#],
        ),
        (
            r#"{"properties": {"a": {"type": "number"}, "b": false}}"#,
            &["{}", r#"{"a": 1, "c": 1}"#, "1"],
            &[r#"{"a": "1"}"#, r#"{"b": 1}"#],
        ),
        (
            r#"{"patternProperties": {"^a": {"type": "number"}, "b$": {"minimum": 5}}}"#,
            &[r#"{"a": 1, "b": 5, "ab": 6, "c": null}"#],
            &[r#"{"a": ""}"#, r#"{"ab": 4}"#, r#"{"ab": ""}"#],
        ),
        (
            r#"{"properties": {"a": true}, "patternProperties": {"^b": true}, "additionalProperties": false}"#,
            &[r#"{"a": 1, "b": 2, "bb": 3}"#, "{}", "[1]"],
            &[r#"{"c": 1}"#],
        ),
        (r#"{"additionalProperties": {"type": "number"}}"#, &[r#"{"a": 1}"#], &[r#"{"a": ""}"#]),
        (
            r#"{"properties": {"a": {"type": "number"}}, "patternProperties": {"a": {"minimum": 1}}}"#,
            &[r#"{"a": 1}"#],
            &[r#"{"a": 0}"#, r#"{"a": ""}"#],
        ),
        (r#"{"propertyNames": {"maxLength": 1}}"#, &["{}", r#"{"a": 1}"#, "[\"ab\"]"], &[r#"{"ab": 1}"#]),
    ]);
}

#[test]
fn applicators_in_place() {
    assert_table(&[
        (r#"{"allOf": [{"minimum": 1}, {"maximum": 2}]}"#, &["1", "2", "null"], &["0", "3"]),
        (r#"{"anyOf": [{"minimum": 2}, {"multipleOf": 2}]}"#, &["3", "0", "4"], &["1"]),
        (r#"{"oneOf": [{"minimum": 2}, {"multipleOf": 2}]}"#, &["3", "0"], &["1", "4", "\"\""]),
        (r#"{"oneOf": [false, true, false]}"#, &["1"], &[]),
        (r#"{"oneOf": [true, true, true]}"#, &[], &["1"]),
        (r#"{"not": {"type": "number"}}"#, &["\"1\""], &["1"]),
        (r#"{"not": {"not": {"type": "number"}}}"#, &["1"], &["\"1\""]),
        (
            r#"{"if": {"minimum": 5}, "then": {"multipleOf": 2}, "else": {"multipleOf": 3}}"#,
            &["6", "3", "8"],
            &["7", "4"],
        ),
        (r#"{"if": {"minimum": 5}, "then": {"multipleOf": 2}}"#, &["6", "3", "4"], &["7"]),
        (r#"{"if": {"minimum": 5}, "else": {"multipleOf": 3}}"#, &["7", "3"], &["4"]),
        (r#"{"then": false, "else": false}"#, &["1"], &[]),
        (
            r#"{"dependentSchemas": {"a": {"required": ["b"]}}}"#,
            &["{}", r#"{"b": 1}"#, r#"{"a": 1, "b": 1}"#, "[]"],
            &[r#"{"a": 1}"#],
        ),
    ]);
}

#[test]
fn references() {
    assert_table(&[
        (
            r##"{"$ref": "#/$defs/a", "maximum": 5, "$defs": {"a": {"minimum": 1}}}"##,
            &["1", "5"],
            &["0", "6"],
        ),
        (
            r##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##,
            &["{}", r#"{"a": {"a": {}}}"#],
            &[r#"{"a": {"b": 1}}"#],
        ),
        (r##"{"$ref": "#name", "$defs": {"a": {"$anchor": "name", "type": "null"}}}"##, &["null"], &["1"]),
        (
            r##"{"$ref": "#name", "$defs": {"a": {"$dynamicAnchor": "name", "type": "null"}}}"##,
            &["null"],
            &["1"],
        ),
        (r##"{"$ref": "#/definitions/a", "definitions": {"a": {"type": "null"}}}"##, &["null"], &["1"]),
        (r##"{"$ref": "#/$defs/a~1b~0%20%25", "$defs": {"a/b~ %": {"type": "null"}}}"##, &["null"], &["1"]),
        (
            r##"{"$ref": "#/allOf/1/items", "allOf": [true, {"items": {"type": ["null", "array"]}}]}"##,
            &["null", "[null]"],
            &["1", "[1]"],
        ),
        (r#"{"properties": {"$ref": {"type": "null"}}}"#, &[r#"{"$ref": null}"#], &[r#"{"$ref": 1}"#]),
        (
            r##"{"$id": "https://example.com/a", "$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": "#/$defs/a", "$defs": {"a": false}}"##,
            &[],
            &["1"],
        ),
    ]);
}

const UNEVALUATED: &[(&str, &[&str], &[&str])] = &[
    (
        r#"{"properties": {"a": true}, "unevaluatedProperties": false}"#,
        &["{}", r#"{"a": 1}"#, "[1]"],
        &[r#"{"b": 1}"#],
    ),
    (
        r#"{"allOf": [{"properties": {"a": true}}, {"patternProperties": {"^b": true}}], "unevaluatedProperties": {"type": "number"}}"#,
        &[r#"{"a": "", "b": "", "c": 1}"#],
        &[r#"{"c": ""}"#],
    ),
    (
        r#"{"anyOf": [{"properties": {"a": {"type": "number"}}}, {"properties": {"b": true}, "required": ["b"]}], "unevaluatedProperties": false}"#,
        &[r#"{"a": 1}"#, r#"{"a": 1, "b": 1}"#],
        &[r#"{"a": "", "b": 1}"#, r#"{"c": 1}"#],
    ),
    (
        r#"{"oneOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"properties": {"b": true}, "required": ["b"]}], "unevaluatedProperties": false}"#,
        &[r#"{"a": 1}"#, r#"{"b": 1}"#],
        &[r#"{"a": 1, "b": 1}"#, r#"{"a": 2, "b": 1}"#],
    ),
    (
        r#"{"not": {"not": {"properties": {"a": true}}}, "unevaluatedProperties": false}"#,
        &["{}"],
        &[r#"{"a": 1}"#],
    ),
    (
        r#"{"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"properties": {"b": true}}, "else": {"properties": {"c": true}}, "unevaluatedProperties": false}"#,
        &[r#"{"a": 1, "b": 1}"#, r#"{"c": 1}"#],
        &[r#"{"a": 2}"#, r#"{"a": 1, "c": 1}"#],
    ),
    (
        r##"{"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"a": true}}}, "unevaluatedProperties": false}"##,
        &[r#"{"a": 1}"#],
        &[r#"{"b": 1}"#],
    ),
    (
        r#"{"dependentSchemas": {"a": {"properties": {"b": true}}}, "properties": {"a": true}, "unevaluatedProperties": false}"#,
        &[r#"{"a": 1, "b": 1}"#],
        &[r#"{"b": 1}"#],
    ),
    (r#"{"allOf": [{"additionalProperties": true}], "unevaluatedProperties": false}"#, &[r#"{"a": 1}"#], &[]),
    (
        r#"{"allOf": [{"unevaluatedProperties": true}], "unevaluatedProperties": false}"#,
        &[r#"{"a": 1}"#],
        &[],
    ),
    // A cousin sees nothing, and the parent sees only what was evaluated at its own level.
    (
        r#"{"allOf": [{"properties": {"a": true}}, {"unevaluatedProperties": false}]}"#,
        &["{}"],
        &[r#"{"a": 1}"#],
    ),
    (
        r#"{"properties": {"a": {"properties": {"b": true}}}, "unevaluatedProperties": false}"#,
        &[r#"{"a": {"b": 1}}"#],
        &[r#"{"a": 1, "b": 1}"#],
    ),
    (r#"{"prefixItems": [true], "unevaluatedItems": false}"#, &["[]", "[1]", "{\"a\": 1}"], &["[1, 2]"]),
    (r#"{"items": true, "unevaluatedItems": false}"#, &["[1, 2]"], &[]),
    (
        r#"{"contains": {"type": "number"}, "unevaluatedItems": {"type": "string"}}"#,
        &["[1, \"a\", 2]"],
        &["[1, null]", "[\"a\"]"],
    ),
    (
        r#"{"allOf": [{"prefixItems": [true]}, {"prefixItems": [true, true]}], "unevaluatedItems": false}"#,
        &["[1, 2]"],
        &["[1, 2, 3]"],
    ),
    (
        r#"{"anyOf": [{"prefixItems": [{"const": 1}, true]}, {"prefixItems": [{"const": 2}]}], "unevaluatedItems": false}"#,
        &["[1, 5]", "[2]"],
        &["[2, 5]"],
    ),
];

#[test]
fn what_other_keywords_left_unevaluated() {
    assert_table(UNEVALUATED);
}

#[test]
fn keywords_that_are_not_known_are_ignored() {
    assert_table(&[(
        r#"{"additionalItems": false, "x-unit": {"type": 5}, "divisibleBy": 2, "dependencies": {"a": ["b"]}}"#,
        &["[1]", r#"{"a": 1}"#],
        &[],
    )]);
}
