//! Schemas and instances that would take forever. That they end is the test: each does so after a
//! number of steps, in far less than a second.

use curio_schema::{MAX_BYTES, MAX_CHAIN, MAX_NESTING, Schema};
use serde_json::{Map, Value, json};

use crate::{codes, parse};

fn compile(schema: &Value) -> Schema {
    Schema::compile(schema).unwrap_or_else(|faults| panic!("{:.200}: {:?}", schema.to_string(), faults.list))
}

/// An object of members that are numbered.
fn numbered(count: usize, member: impl Fn(usize) -> (String, Value)) -> Value {
    Value::Object((0..count).map(member).collect::<Map<_, _>>())
}

/// References that lead from `#/$defs/0` through the others, each several times.
fn chain(length: usize, times: usize) -> Value {
    let definitions = numbered(length, |index| {
        let next = json!({"$ref": format!("#/$defs/{}", index + 1)});
        (index.to_string(), if index + 1 == length { json!({}) } else { json!({"allOf": vec![next; times]}) })
    });
    json!({"$defs": definitions, "$ref": "#/$defs/0"})
}

#[test]
fn references_that_double_are_rejected() {
    assert!(codes(Schema::compile(&chain(10, 2))).is_empty());
    let faults = codes(Schema::compile(&chain(30, 2)));
    assert!(faults.iter().all(|(_, code)| *code == "too_complex") && !faults.is_empty(), "{faults:?}");
    assert_eq!(codes(Schema::compile(&chain(3, 200)))[0].1, "too_complex");
}

#[test]
fn long_chains_of_references_are_rejected() {
    // A reference and an `allOf` a link, and the end.
    assert!(codes(Schema::compile(&chain(MAX_CHAIN / 2, 1))).is_empty());
    assert_eq!(codes(Schema::compile(&chain(MAX_CHAIN / 2 + 1, 1))), [("/$defs/0".to_owned(), "too_deep")]);
    let faults = codes(Schema::compile(&chain(1_000, 1)));
    assert!(!faults.is_empty() && faults.iter().all(|(_, code)| *code == "too_deep"), "{faults:?}");
}

#[test]
fn instances_may_share_a_number_of_steps() {
    let schema = compile(&json!({"items": {"type": "integer"}}));
    let instance = json!(vec![1; 1_000]);
    let mut steps = 10_000;
    assert!(schema.validate_within(&instance, &mut steps).is_ok());
    let taken = 10_000 - steps;
    assert!((1_000..10_000).contains(&taken), "{taken}");
    let mut steps = 2 * taken;
    assert!(schema.validate_within(&instance, &mut steps).is_ok());
    assert!(schema.validate_within(&instance, &mut steps).is_ok());
    assert_eq!(steps, 0);
    assert_eq!(codes(schema.validate_within(&instance, &mut steps)), [(String::new(), "schema.too_complex")]);
    let mut steps = taken - 1;
    assert!(schema.validate_within(&instance, &mut steps).is_err());
    assert_eq!(steps, 0);
}

#[test]
fn what_takes_too_many_steps_is_rejected() {
    let numbers = json!(vec![1; MAX_BYTES / 2]);
    let objects = json!(vec![json!({}); MAX_BYTES / 3]);
    let different = json!((0..11_000).collect::<Vec<_>>());
    let members = numbered(5_000, |index| (format!("b{index}"), json!(1)));
    let nested = (0..100).fold(json!(1), |value, _| json!({"a": value}));
    let reference = json!({"$ref": "#"});
    for (schema, instance) in [
        (json!({"items": {"allOf": vec![json!({"type": "integer"}); 2_000]}}), &numbers),
        (json!({"items": {"not": {"anyOf": vec![json!({"minimum": 2}); 2_000]}}}), &numbers),
        (json!({"allOf": vec![json!({"const": [1]}); 2_000]}), &numbers),
        (json!({"allOf": vec![json!({"uniqueItems": true}); 1_500]}), &different),
        (json!({"allOf": vec![json!({"contains": {"const": 2}, "minContains": 0}); 1_000]}), &numbers),
        (
            json!({"items": {"not": {"not": {"dependentRequired": numbered(5_000, |index| (index.to_string(), json!([])))}}}}),
            &objects,
        ),
        (
            json!({"patternProperties": numbered(3_000, |index| (format!("^a{index}"), json!(true)))}),
            &members,
        ),
        (json!({"allOf": vec![json!({"propertyNames": {"minLength": 1}}); 1_500]}), &members),
        (json!({"allOf": vec![json!({"unevaluatedProperties": true}); 1_500]}), &members),
        (json!({"properties": {"a": {"allOf": [reference, reference]}}}), &nested),
        (json!({"items": {"maximum": parse(&"9".repeat(60_000))}}), &numbers),
        (json!({"allOf": vec![json!({"multipleOf": 7}); 2_000]}), &parse(&"7".repeat(60_000))),
        (json!({"pattern": "(a?){5000}b"}), &json!("a".repeat(60_000))),
        (json!({"pattern": "[01]*1[01]{500}$"}), &json!("01101".repeat(13_000))),
        (json!({"pattern": r"(x+x+)+y.*\p{L}{20}"}), &json!("x".repeat(1 << 20))),
    ] {
        let faults = compile(&schema).validate(instance).unwrap_err();
        let fault = faults.list.last().unwrap();
        assert_eq!(fault.code, "schema.too_complex", "{:.100}", schema.to_string());
        assert!(faults.truncated && fault.pointer.is_empty());
    }
}

#[test]
fn what_is_only_large_is_validated() {
    let strings = json!(vec!["Emile Zola"; 5_000]);
    let different = json!((0..11_000).collect::<Vec<_>>());
    let members = numbered(5_000, |index| (format!("b{index}"), json!(1)));
    for (schema, instance) in [
        (json!({"items": {"type": "string", "pattern": r"^\p{Lu}[\p{L} '-]{0,63}$"}}), &strings),
        (json!({"items": {"pattern": "^[A-Za-z ]{1,64}$", "minLength": 1, "maxLength": 64}}), &strings),
        (
            json!({"uniqueItems": true, "items": {"type": "integer", "minimum": 0, "multipleOf": 1}}),
            &different,
        ),
        (json!({"items": {"enum": (0..11_000).collect::<Vec<_>>()}}), &different),
        (json!({"prefixItems": vec![json!({}); 21_000]}), &different),
        (
            json!({
                "properties": numbered(1_000, |index| (format!("b{index}"), json!({"type": "integer"}))),
                "patternProperties": {"^b": {"minimum": 1}, "^c": false},
                "unevaluatedProperties": false,
                "propertyNames": {"pattern": "^b[0-9]+$"},
            }),
            &members,
        ),
        (
            json!({"additionalProperties": {"anyOf": [
                {"type": ["string", "number", "null"]},
                {"$ref": "#"},
                {"type": "array", "items": {"$ref": "#"}},
            ]}}),
            &members,
        ),
        (json!({"pattern": "^(a|b)*$"}), &json!("ab".repeat(30_000))),
        (json!({"multipleOf": 7}), &parse("7e131070")),
        (json!({"multipleOf": 7}), &parse(&"7".repeat(60_000))),
    ] {
        assert_eq!(compile(&schema).validate(instance), Ok(()), "{:.100}", schema.to_string());
    }
}

#[test]
fn only_so_many_levels_are_on_the_stack() {
    let schema = compile(&json!({"properties": {"a": {"$ref": "#"}}}));
    let nested = |levels: usize| (0..levels).fold(json!(1), |value, _| json!({"a": value}));
    // A member and a reference a level, and the root.
    assert_eq!(schema.validate(&nested(MAX_NESTING / 2 - 1)), Ok(()));
    assert_eq!(codes(schema.validate(&nested(MAX_NESTING / 2))), [(String::new(), "schema.too_complex")]);
    let schema = compile(&json!({"const": null}));
    assert_eq!(codes(schema.validate(&nested(MAX_NESTING - 2)))[0].1, "schema.const");
    assert_eq!(codes(schema.validate(&nested(MAX_NESTING - 1)))[0].1, "schema.too_complex");
    // The most of the stack is taken by members, here with few references in between. There is half
    // of what a thread has.
    let inner = (0..20).fold(json!({"$ref": "#"}), |schema, _| json!({"properties": {"a": schema}}));
    let schema = compile(&json!({"anyOf": [inner]}));
    let run = move || codes(schema.validate(&nested(500)));
    let faults = std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
    assert_eq!(faults[0].1, "schema.too_complex");
}

#[test]
fn the_automata_of_all_patterns_are_limited_together() {
    let patterns = |count| numbered(count, |index| (format!(r"^{index}\p{{L}}{{30}}$"), json!(true)));
    assert!(codes(Schema::compile(&json!({"patternProperties": patterns(3)}))).is_empty());
    let faults = codes(Schema::compile(&json!({"patternProperties": patterns(20)})));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].1, "too_complex");
    // Classes whose union is small, and takes long to compute.
    let classes = numbered(45, |index| (format!("[{index}{}]", r"\p{L}".repeat(190)), json!(true)));
    assert_eq!(codes(Schema::compile(&json!({"patternProperties": classes})))[0].1, "too_complex");
    // The same pattern counts once.
    let same = vec![json!({"pattern": r"^\p{L}{30}$"}); 1_000];
    assert!(codes(Schema::compile(&json!({"allOf": same}))).is_empty());
}

#[test]
fn a_schema_is_shared_between_threads_and_has_a_weight() {
    fn is_shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let small = compile(&json!({"type": "string"}));
    is_shared(&small);
    assert!((100..1_000).contains(&small.weight()), "{}", small.weight());
    let values = (0..10_000).map(|index| format!("{index:05}")).collect::<Vec<_>>();
    let required = compile(&json!({ "required": values[..8_000] }));
    let large = compile(&json!({ "enum": values[..8_000] }));
    for schema in [&required, &large] {
        assert!((8_000 * 32..MAX_BYTES * 64).contains(&schema.weight()), "{}", schema.weight());
    }
    assert!(compile(&json!({"pattern": r"\p{L}{30}"})).weight() > 400_000);
}
