//! Random schemas and instances, by this crate and by a second implementation.

use std::time::{Duration, Instant};

use curio_schema::Schema;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use crate::parse;

const NAMES: &[&str] = &["a", "b", "ab", "", "\u{e9}/~"];
const NUMBERS: &[&str] = &[
    "0",
    "-0.0",
    "1",
    "1.0",
    "2",
    "10e-1",
    "0.1",
    "0.3",
    "3e-1",
    "1.5",
    "-1",
    "100",
    "1e2",
    "9007199254740993",
    "9007199254740992",
];
const PATTERNS: &[&str] = &["^a", "b$", "", "^[ab]+$", "^.$", r"\w", "^(a|b)*b$", r"[^a]"];

fn name() -> impl Strategy<Value = String> {
    select(NAMES).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(NUMBERS).prop_map(parse),
        name().prop_map(Value::from),
    ]
}

fn instance() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A value for a keyword that applies no schema.
fn assertion() -> impl Strategy<Value = (&'static str, Value)> {
    let types = select(&["null", "boolean", "object", "array", "number", "string", "integer"][..]);
    let size = (0..4_u32).prop_map(Value::from);
    let names = || proptest::collection::btree_set(name(), 0..3).prop_map(|names| json!(names));
    prop_oneof![
        types.clone().prop_map(|name| ("type", json!(name))),
        proptest::collection::btree_set(types, 1..4).prop_map(|names| ("type", json!(names))),
        vec(instance(), 0..4).prop_map(|values| ("enum", json!(values))),
        instance().prop_map(|value| ("const", value)),
        (select(&["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"][..]), select(NUMBERS))
            .prop_map(|(keyword, number)| (keyword, parse(number))),
        select(&["0.1", "1", "0.5", "3", "0.03", "1e1"][..]).prop_map(|number| ("multipleOf", parse(number))),
        (
            select(&["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"][..]),
            size.clone()
        ),
        (select(&["minContains", "maxContains"][..]), size),
        select(PATTERNS).prop_map(|pattern| ("pattern", json!(pattern))),
        Just(("uniqueItems", json!(true))),
        names().prop_map(|names| ("required", names)),
        (name(), names()).prop_map(|(name, names)| ("dependentRequired", json!({ name: names }))),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Value::from),
        4 => vec(assertion(), 0..3).prop_map(object),
        1 => select(&["#/$defs/a", "#/$defs/b", "#name"][..]).prop_map(|reference| json!({"$ref": reference})),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let one = select(
            &[
                "additionalProperties",
                "contains",
                "else",
                "if",
                "items",
                "not",
                "propertyNames",
                "then",
                "unevaluatedItems",
                "unevaluatedProperties",
                "unevaluatedProperties",
                "unevaluatedItems",
            ][..],
        );
        let list = select(&["allOf", "anyOf", "oneOf", "prefixItems"][..]);
        let by_name = select(&["properties", "dependentSchemas"][..]);
        let applicator = prop_oneof![
            (one, inner.clone()),
            (list, vec(inner.clone(), 1..4).prop_map(Value::from)),
            (
                by_name,
                (name(), inner.clone(), name(), inner.clone()).prop_map(|(a, b, c, d)| json!({ a: b, c: d }))
            ),
            (select(PATTERNS), inner)
                .prop_map(|(pattern, schema)| ("patternProperties", json!({ pattern: schema }))),
        ];
        (vec(applicator, 1..4), vec(assertion(), 0..2)).prop_map(|(mut keywords, assertions)| {
            keywords.extend(assertions);
            object(keywords)
        })
    })
}

/// A schema with definitions that its references lead to.
fn document() -> impl Strategy<Value = Value> {
    (schema(), schema(), schema()).prop_map(|(root, first, second)| {
        json!({"allOf": [root], "$defs": {"a": first, "b": {"$anchor": "name", "allOf": [second]}}})
    })
}

fn object(keywords: Vec<(&'static str, Value)>) -> Value {
    Value::Object(keywords.into_iter().map(|(keyword, value)| (keyword.to_owned(), value)).collect())
}

/// What may be found in a schema by mistake.
fn garbage() -> impl Strategy<Value = Value> {
    let keyword = select(
        &[
            "type",
            "enum",
            "const",
            "multipleOf",
            "maximum",
            "minLength",
            "maxContains",
            "uniqueItems",
            "required",
            "dependentRequired",
            "allOf",
            "prefixItems",
            "items",
            "contains",
            "properties",
            "patternProperties",
            "propertyNames",
            "not",
            "if",
            "$defs",
            "$anchor",
            "$id",
            "$comment",
            "$vocabulary",
            "title",
            "examples",
            "format",
            "deprecated",
            "definitions",
            "dependentSchemas",
            "unevaluatedItems",
            "other",
        ][..],
    );
    let leaf = prop_oneof![scalar(), select(&["string", "a b", "1"][..]).prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..3).prop_map(Value::from),
            3 => vec((keyword.clone(), inner), 0..3).prop_map(object),
        ]
    })
}

/// The value itself, and all members in it, with their paths.
fn members(value: &Value) -> Vec<(Vec<String>, &Value)> {
    let mut found = vec![(Vec::new(), value)];
    for (name, member) in value.as_object().into_iter().flatten() {
        let within = members(member).into_iter();
        found.extend(within.map(|(path, value)| ([vec![name.clone()], path].concat(), value)));
    }
    found
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_implementations_agree(schema in document(), instances in vec(instance(), 1..8)) {
        let compiled = match Schema::compile(&schema) {
            Ok(compiled) => compiled,
            Err(faults) => {
                let is_expected = |code| matches!(code, "circular_reference" | "too_complex" | "too_deep");
                prop_assert!(faults.list.iter().all(|fault| is_expected(fault.code)), "{} {:?}", schema, faults);
                return Ok(());
            }
        };
        let other = jsonschema::options().build(&schema).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for instance in instances {
            let result = compiled.validate(&instance);
            prop_assert_eq!(result.is_ok(), other.is_valid(&instance), "{} {} {:?}", schema, instance, result);
        }
    }

    #[test]
    fn the_type_of_every_value_in_a_valid_instance_is_admitted(schema in document(), instance in instance()) {
        let Ok(compiled) = Schema::compile(&schema) else { return Ok(()) };
        if compiled.validate(&instance).is_ok() {
            for (path, value) in members(&instance) {
                prop_assert!(compiled.admits(&path, type_of(value)), "{} {:?} {}", schema, path, value);
            }
        }
    }

    #[test]
    fn two_implementations_agree_on_what_is_a_schema(schema in garbage()) {
        let start = Instant::now();
        let faults = Schema::compile(&schema).err().unwrap_or_default();
        let is_schema = faults.list.iter().all(|fault| fault.code != "invalid_schema");
        prop_assert_eq!(is_schema, jsonschema::meta::is_valid(&schema), "{} {:?}", schema, faults);
        prop_assert!(start.elapsed() < Duration::from_secs(5));
        for fault in &faults.list {
            let parent = fault.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            prop_assert!(schema.pointer(parent).is_some(), "{} {:?}", schema, fault);
        }
    }

    #[test]
    fn random_patterns_do_not_panic(pattern in "[\\\\()\\[\\]{}?*+|^$.,:=!<>&~a-c0-2pLdwbB-]{0,16}", text in "[a-c0-2 \u{e9}]{0,8}") {
        let Ok(compiled) = Schema::compile(&json!({ "pattern": pattern })) else { return Ok(()) };
        let _ = compiled.validate(&json!(text));
    }
}
