//! How operations are generated. Shrinking prefers the first of a choice.

use proptest::{
    bool,
    collection::vec,
    option,
    prelude::{Just, Strategy},
    prop_oneof,
    sample::select,
    strategy::Union,
};
use serde_json::{Value, json};

use super::{
    operations::{Action, BatchOperation, ID, Manner, Operation, SLOTS, Spoilt, Tags},
    rules::SCHEMAS,
};
use crate::support::resource::{
    Feature::{Batch, Replace, Restore, Schema, Secret, Update},
    Field, Identity, Resource, Rule,
};

pub fn operation(resource: &'static Resource) -> impl Strategy<Value = Operation> {
    (0..SLOTS, action(resource), manner()).prop_map(|(slot, action, manner)| Operation {
        slot,
        action,
        manner,
    })
}

fn action(resource: &'static Resource) -> impl Strategy<Value = Action> {
    let purges = if resource.has(Restore) { vec![None, Some(false), None] } else { vec![None] };
    let choices = [
        (None, 2, Just(Action::Get).boxed()),
        (None, 3, creation(resource).prop_map(Action::Create).boxed()),
        (Some(Replace), 7, replacement(resource).prop_map(Action::Put).boxed()),
        (Some(Update), 4, merge(resource).boxed()),
        (Some(Update), 4, json_patch(resource).prop_map(Action::Patch).boxed()),
        (None, 3, select(purges).prop_map(Action::Delete).boxed()),
        (Some(Restore), 1, Just(Action::Delete(Some(true))).boxed()),
        (Some(Restore), 3, Just(Action::Restore).boxed()),
        (Some(Secret), 3, select(rotations()).prop_map(Action::Rotate).boxed()),
        (Some(Batch), 3, vec(batch_operation(resource), 1..=2).prop_map(Action::Batch).boxed()),
        (Some(Batch), 1, vec(batch_operation(resource), 0..=5).prop_map(Action::Batch).boxed()),
        (Some(Schema), 2, (0..SCHEMAS.len()).prop_map(Action::Schema).boxed()),
        (None, 4, select(&KEYS[..]).prop_map(Action::Again).boxed()),
    ];
    let offered =
        choices.into_iter().filter(|(feature, ..)| feature.is_none_or(|feature| resource.has(feature)));
    Union::new_weighted(offered.map(|(_, weight, action)| (weight, action)).collect())
}

fn rotations() -> Vec<Value> {
    let wrong =
        [json!({}), json!([]), json!({ "grace_seconds": "x" }), json!({ "grace_seconds": 1, "more": 1 })];
    [json!({ "grace_seconds": 0 }), json!({ "grace_seconds": 60.0 })]
        .into_iter()
        .cycle()
        .take(8)
        .chain(wrong)
        .collect()
}

fn merge(resource: &'static Resource) -> impl Strategy<Value = Action> {
    (select(&MERGE_TYPES[..]), patch(resource))
        .prop_map(|(media_type, patch)| Action::Merge(media_type, patch))
}

const MERGE_TYPES: [&str; 2] = ["application/merge-patch+json", "application/json"];
const KEYS: [&str; 5] = ["a", "b", "\"a\"", "c", "d"];

fn manner() -> impl Strategy<Value = Manner> {
    let parts = (
        option::weighted(0.3, tags()),
        option::weighted(0.1, tags()),
        option::weighted(0.2, bool::ANY),
        bool::weighted(0.15),
        option::weighted(0.3, select(&KEYS[..])),
        option::weighted(0.08, vec(spoilt(), 1..=3)).prop_map(Option::unwrap_or_default),
    );
    parts.prop_map(|(if_match, if_none_match, validate_only, minimal, key, spoilt)| Manner {
        if_match,
        if_none_match,
        validate_only,
        minimal,
        key,
        spoilt,
    })
}

fn tags() -> impl Strategy<Value = Tags> {
    use Tags::{Ahead, Current, Foreign, Listed, Malformed, Stale, Star, Weak, WeakListed};
    prop_oneof![
        10 => Just(Current),
        10 => select(vec![Stale, Ahead, Star, Weak, Listed, WeakListed, Foreign]),
        1 => Just(Malformed),
    ]
}

fn spoilt() -> impl Strategy<Value = Spoilt> {
    use Spoilt::{Key, MediaType, Parameter, Path, Syntax, ValidateOnly};
    select(vec![Syntax, MediaType, Parameter, ValidateOnly, Key, Path])
}

/// The fields of an entity: mostly valid ones, sometimes with what only the server writes.
fn content(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let content = prop_oneof![12 => valid_content(resource), 3 => wrong_content(resource)];
    let output_only = vec![("version", json!(7)), ("updated_at", json!("x")), ("deleted_at", Value::Null)];
    (content, option::weighted(0.2, select(output_only))).prop_map(|(mut content, output_only)| {
        if let (Value::Object(members), Some((name, value))) = (&mut content, output_only) {
            members.insert(name.into(), value);
        }
        content
    })
}

fn valid_content(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let fields: Vec<_> = resource
        .fields
        .iter()
        .map(|field| {
            let value = select(field.valid());
            let value = match field.default {
                None => value.prop_map(Some).boxed(),
                Some(_) => option::of(value).boxed(),
            };
            value.prop_map(|value| Some((field.name, value?)))
        })
        .collect();
    fields.prop_map(|fields| fields.into_iter().flatten().collect::<Vec<_>>()).prop_map(object)
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Not an object, a required field missing, or any number of faults.
fn wrong_content(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let missing = valid_content(resource).prop_map(|mut content| {
        remove(&mut content, resource.label());
        content
    });
    let faulty = (valid_content(resource), faults(resource)).prop_map(|(mut content, faults)| {
        for (name, value) in faults {
            content[name] = value;
        }
        content
    });
    prop_oneof![1 => Just(json!({})), 1 => Just(json!([])), 1 => missing, 6 => faulty]
}

/// At least one invalid value of a field, or an unknown field.
fn faults(resource: &'static Resource) -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let invalid = resource
        .fields
        .iter()
        .flat_map(|field| field.invalid().into_iter().map(|(value, _)| (field.name, value)));
    let all: Vec<_> = invalid.chain([("colour", json!(1))]).collect();
    vec(select(all), 1..=3)
}

fn remove(content: &mut Value, name: &str) {
    content.as_object_mut().unwrap().shift_remove(name);
}

/// The body of a POST, which names the entity if clients do so.
fn creation(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let names =
        prop_oneof![12 => Just(Some(json!(ID))), 1 => select(vec![None, Some(json!("1")), Some(json!(7))])];
    (content(resource), names).prop_map(|(mut content, name)| {
        if let (Identity::Key, Value::Object(members), Some(name)) = (resource.identity, &mut content, name) {
            members.insert("key".into(), name);
        }
        content
    })
}

/// The body of a PUT, which may repeat the id.
fn replacement(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let ids = option::weighted(
        0.2,
        select(vec![json!(ID), json!(null), json!(resource.absent()), json!("x"), json!(7)]),
    );
    (content(resource), ids).prop_map(|(mut content, id)| {
        if let (Value::Object(members), Some(id)) = (&mut content, id) {
            members.insert(resource.member().into(), id);
        }
        content
    })
}

/// A merge patch.
fn patch(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let fields: Vec<_> = resource
        .fields
        .iter()
        .map(|field| {
            option::weighted(0.4, select(merged_values(field))).prop_map(|value| Some((field.name, value?)))
        })
        .collect();
    let part = fields.prop_map(|fields| object(fields.into_iter().flatten().collect()));
    prop_oneof![10 => part, 2 => wrong_patch(resource)]
}

/// What a valid patch may have for a field.
fn merged_values(field: &Field) -> Vec<Value> {
    if let Rule::Object { .. } = field.rule {
        return vec![
            json!({ "a": 2 }),
            json!({ "a": null }),
            json!(null),
            json!({ "size": { "width": null, "depth": { "x": null, "y": 1 } } }),
            json!({ "list": [null, { "a": null }] }),
            json!({ "a": { "b": 1 }, "size": 7 }),
        ];
    }
    let mut values = field.valid();
    values.extend(field.default.map(|_| Value::Null));
    values
}

fn wrong_patch(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let label = resource.label();
    let read_only = select(vec![
        json!([]),
        json!("x"),
        json!({ (label): null }),
        json!({ "colour": null }),
        json!({ "version": 1, "deleted_at": null }),
        json!({ (resource.member()): ID }),
        json!({ "version": 1, (label): "" }),
        json!({ "version": 1, "colour": null }),
    ]);
    prop_oneof![read_only, faults(resource).prop_map(object)]
}

fn json_patch(resource: &'static Resource) -> impl Strategy<Value = Value> {
    let operation = prop_oneof![
        8 => select(patch_operations(resource)),
        2 => select(wrong_patch_operations(resource)),
    ];
    let malformed = vec![json!({}), json!([{ "op": "add", "path": "/version" }, {}]), json!([7])];
    prop_oneof![20 => vec(operation, 0..4).prop_map(Value::Array), 1 => select(malformed)]
}

fn patch_operations(resource: &'static Resource) -> Vec<Value> {
    let mut operations = vec![json!({ "op": "test", "path": "/deleted_at", "value": null })];
    for field in resource.fields {
        let path = format!("/{}", field.name);
        let valid = field.valid();
        match field.rule {
            Rule::Object { .. } => operations.extend([
                json!({ "op": "add", "path": format!("{path}/a"), "value": 1 }),
                json!({ "op": "test", "path": format!("{path}/a"), "value": 1.0 }),
                json!({ "op": "add", "path": format!("{path}/list"), "value": [1, 2] }),
                json!({ "op": "add", "path": format!("{path}/list/-"), "value": { "c": 3 } }),
                json!({ "op": "add", "path": format!("{path}/list/0"), "value": null }),
                json!({ "op": "replace", "path": format!("{path}/a"), "value": { "b": 2 } }),
                json!({ "op": "replace", "path": format!("{path}/list/1"), "value": "x" }),
                json!({ "op": "remove", "path": format!("{path}/a") }),
                json!({ "op": "remove", "path": format!("{path}/list/0") }),
                json!({ "op": "copy", "from": "/version", "path": format!("{path}/a~1b") }),
                json!({ "op": "move", "from": format!("{path}/a~1b"), "path": format!("{path}/size") }),
            ]),
            _ => operations.extend([
                json!({ "op": "replace", "path": path, "value": valid[1] }),
                json!({ "op": "test", "path": path, "value": valid[0] }),
            ]),
        }
        operations.extend(field.default.map(|_| json!({ "op": "remove", "path": path })));
    }
    operations
}

fn wrong_patch_operations(resource: &'static Resource) -> Vec<Value> {
    let label = format!("/{}", resource.label());
    let mut operations = vec![
        json!({ "op": "remove", "path": label }),
        json!({ "op": "add", "path": "/colour", "value": 1 }),
        json!({ "op": "replace", "path": "/version", "value": 0 }),
        json!({ "op": "remove", "path": "/deleted_at" }),
        json!({ "op": "replace", "path": "", "value": resource.labelled("Lamp") }),
        json!({ "op": "replace", "path": "", "value": 7 }),
        json!({ "op": "copy", "from": "/none", "path": label }),
        json!({ "op": "test", "path": "/none", "value": null }),
        json!({ "op": "test", "path": "/version", "value": 0 }),
        json!({ "op": "jump", "path": label }),
    ];
    for field in resource.fields.iter().filter(|field| matches!(field.rule, Rule::Object { .. })) {
        operations.push(json!({ "op": "add", "path": format!("/{}/a/b/c", field.name), "value": 1 }));
        operations.push(json!({ "op": "copy", "from": "/none", "path": format!("/{}/a", field.name) }));
    }
    operations
}

fn batch_operation(resource: &'static Resource) -> impl Strategy<Value = BatchOperation> {
    let json = prop_oneof![
        6 => content(resource).prop_map(|body| resource.batch_create(&body)),
        8 => patch(resource).prop_map(|patch| json!({ "op": "update", "id": ID, "patch": patch })),
        6 => Just(json!({ "op": "delete", "id": ID })),
        2 => select(wrong_batch_operations(resource)),
    ];
    (0..SLOTS, json, option::weighted(0.3, tags())).prop_map(|(slot, json, if_match)| {
        let if_match = if_match.filter(|_| json["id"] == ID);
        BatchOperation { slot, json, if_match }
    })
}

fn wrong_batch_operations(resource: &'static Resource) -> Vec<Value> {
    let (name, label) = (resource.name, resource.label());
    vec![
        json!(7),
        json!({}),
        json!({ "op": "upsert", "id": ID }),
        json!({ "op": "create" }),
        json!({ "op": "create", (name): {}, "id": ID }),
        json!({ "op": "update", "id": ID }),
        json!({ "op": "update", "id": "x", "patch": {} }),
        json!({ "op": "delete" }),
        json!({ "op": "delete", "id": ID, "if_match": null }),
        json!({ "op": "update", "id": ID, "if_match": 5, "patch": { (label): 5, "zzz": 1 } }),
        json!({ "op": "delete", "id": ID, "patch": {} }),
    ]
}
