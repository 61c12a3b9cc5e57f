//! What clients may do, and how it is chosen.
//!
//! An operation names its item by a slot and its entity tags by what they are to the item at that moment, so that it keeps its meaning
//! when others before it are left out: that is what shrinks well. What comes first in a choice is what shrinking prefers.

use std::fmt;

use proptest::{
    bool,
    collection::vec,
    option,
    prelude::{Just, Strategy},
    prop_oneof,
    sample::select,
};
use serde_json::{Value, json};

/// Each holds the id of an item that may be there or not.
pub const SLOTS: usize = 3;
/// The id that stands for the slot in bodies, until the request is made.
pub const ID: &str = "id of the slot";

#[derive(Debug, Clone)]
pub struct Operation {
    pub slot: usize,
    pub action: Action,
    pub manner: Manner,
}

#[derive(Debug, Clone)]
pub enum Action {
    Get,
    Create(Value),
    Put(Value),
    /// A merge patch, under one of its media types.
    Merge(&'static str, Value),
    /// A JSON Patch.
    Patch(Value),
    /// With or without `purge`.
    Delete(Option<bool>),
    Restore,
    Batch(Vec<BatchOperation>),
    /// The request that was last sent with this key, octet for octet, but for what does not tell requests apart.
    Again(&'static str),
}

/// An operation in its JSON form, where [`ID`] stands for the slot's, and the condition that it gets.
#[derive(Debug, Clone)]
pub struct BatchOperation {
    pub slot: usize,
    pub json: Value,
    pub if_match: Option<Tags>,
}

/// What a write can say beside its body.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    pub if_match: Option<Tags>,
    pub if_none_match: Option<Tags>,
    pub validate_only: Option<bool>,
    pub minimal: bool,
    pub key: Option<&'static str>,
    pub spoilt: Vec<Spoilt>,
}

/// Entity tags, by what they are to the item.
#[derive(Debug, Clone, Copy)]
pub enum Tags {
    Current,
    Stale,
    Ahead,
    Star,
    Weak,
    Listed,
    WeakListed,
    Foreign,
    Malformed,
}

/// What makes a request unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoilt {
    Syntax,
    MediaType,
    Parameter,
    ValidateOnly,
    Key,
    Path,
}

pub fn operation() -> impl Strategy<Value = Operation> {
    (0..SLOTS, action(), manner()).prop_map(|(slot, action, manner)| Operation { slot, action, manner })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => Just(Action::Get),
        3 => content().prop_map(Action::Create),
        7 => replacement().prop_map(Action::Put),
        4 => (select(&MERGE_TYPES[..]), patch()).prop_map(|(media_type, patch)| Action::Merge(media_type, patch)),
        4 => json_patch().prop_map(Action::Patch),
        4 => select(vec![None, Some(false), None, Some(true)]).prop_map(Action::Delete),
        3 => Just(Action::Restore),
        3 => vec(batch_operation(), 1..=2).prop_map(Action::Batch),
        1 => vec(batch_operation(), 0..=5).prop_map(Action::Batch),
        3 => select(&KEYS[..]).prop_map(Action::Again),
    ]
}

const MERGE_TYPES: [&str; 2] = ["application/merge-patch+json", "application/json"];
const KEYS: [&str; 3] = ["a", "b", "\"a\""];

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

/// The content of an item: mostly a valid one.
fn content() -> impl Strategy<Value = Value> {
    prop_oneof![
        12 => (select(names()), option::of(select(statuses())), option::of(select(attributes()))).prop_map(members),
        2 => select(wrong_contents()),
    ]
}

fn members((name, status, attributes): (Value, Option<Value>, Option<Value>)) -> Value {
    let mut content = json!({ "name": name });
    let members = [("status", status), ("attributes", attributes)];
    for (name, value) in members.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        content[name] = value;
    }
    content
}

fn names() -> Vec<Value> {
    vec![json!("Lamp"), json!("Chair"), json!("  Désk \u{2003}"), json!(format!(" {} ", "é".repeat(200)))]
}

fn statuses() -> Vec<Value> {
    vec![json!("draft"), json!("active"), json!("archived")]
}

fn attributes() -> Vec<Value> {
    vec![
        json!({}),
        json!({ "a": 1 }),
        json!({ "a": 1.50, "list": [1, { "b": null }] }),
        json!({ "size": { "height": 30, "width": 10 }, "a/b": "~" }),
        nested(32),
    ]
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!({}), |inner, _| json!({ "deep": inner }))
}

fn wrong_contents() -> Vec<Value> {
    vec![
        json!({}),
        json!([]),
        json!({ "name": "" }),
        json!({ "name": "\u{2003} " }),
        json!({ "name": "a\tb" }),
        json!({ "name": "é".repeat(201) }),
        json!({ "name": null, "attributes": null, "status": null }),
        json!({ "name": "Lamp", "status": "lost" }),
        json!({ "name": "Lamp", "status": 3, "attributes": [] }),
        json!({ "name": "Lamp", "attributes": nested(33) }),
        json!({ "name": "", "attributes": [], "colour": 1 }),
        json!({ "name": "\u{2003} ", "attributes": nested(33) }),
        json!({ "name": "a\tb", "colour": 1 }),
        json!({ "name": format!(" {} ", "é".repeat(200)), "colour": 1 }),
        json!({ "name": "Lamp", "attributes": nested(33), "colour": 1 }),
    ]
}

/// A content for PUT, which may repeat the id.
fn replacement() -> impl Strategy<Value = Value> {
    let ids = option::weighted(0.2, select(vec![json!(ID), json!(null), json!(OTHER), json!("x"), json!(7)]));
    (content(), ids).prop_map(|(mut content, id)| {
        if let (Value::Object(members), Some(id)) = (&mut content, id) {
            members.insert("id".into(), id);
        }
        content
    })
}

const OTHER: &str = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";

/// A merge patch.
fn patch() -> impl Strategy<Value = Value> {
    let some = |values: Vec<Value>| option::weighted(0.4, select(values));
    let part = (some(names()), some(patched_statuses()), some(patched_attributes()));
    prop_oneof![
        10 => part.prop_map(|(name, status, attributes)| {
            let mut patch = members((json!(""), status, attributes));
            match name {
                Some(name) => patch["name"] = name,
                None => {
                    patch.as_object_mut().unwrap().shift_remove("name");
                }
            }
            patch
        }),
        2 => select(wrong_patches()),
    ]
}

fn patched_statuses() -> Vec<Value> {
    [statuses(), vec![json!(null)]].concat()
}

fn patched_attributes() -> Vec<Value> {
    vec![
        json!({ "a": 2 }),
        json!({ "a": null }),
        json!(null),
        json!({ "size": { "width": null, "depth": { "x": null, "y": 1 } } }),
        json!({ "list": [null, { "a": null }] }),
        json!({ "a": { "b": 1 }, "size": 7 }),
    ]
}

fn wrong_patches() -> Vec<Value> {
    vec![
        json!([]),
        json!("x"),
        json!({ "name": null }),
        json!({ "name": 7, "status": "lost" }),
        json!({ "attributes": [] }),
        json!({ "attributes": { "deep": nested(32) } }),
        json!({ "colour": 1 }),
        json!({ "colour": null }),
        json!({ "version": 1, "deleted_at": null }),
        json!({ "id": ID }),
        json!({ "version": 1, "name": "" }),
        json!({ "version": 1, "colour": null }),
    ]
}

fn json_patch() -> impl Strategy<Value = Value> {
    let operation = prop_oneof![
        8 => select(patch_operations()),
        2 => select(wrong_patch_operations()),
    ];
    prop_oneof![
        20 => vec(operation, 0..4).prop_map(Value::Array),
        1 => select(vec![json!({}), json!([{ "op": "add", "path": "/name" }, {}]), json!([7])]),
    ]
}

fn patch_operations() -> Vec<Value> {
    vec![
        json!({ "op": "add", "path": "/attributes/a", "value": 1 }),
        json!({ "op": "replace", "path": "/name", "value": "Desk" }),
        json!({ "op": "test", "path": "/name", "value": "Lamp" }),
        json!({ "op": "test", "path": "/attributes/a", "value": 1.0 }),
        json!({ "op": "test", "path": "/deleted_at", "value": null }),
        json!({ "op": "add", "path": "/attributes/list", "value": [1, 2] }),
        json!({ "op": "add", "path": "/attributes/list/-", "value": { "c": 3 } }),
        json!({ "op": "add", "path": "/attributes/list/0", "value": null }),
        json!({ "op": "replace", "path": "/attributes/a", "value": { "b": 2 } }),
        json!({ "op": "replace", "path": "/attributes/list/1", "value": "x" }),
        json!({ "op": "replace", "path": "/status", "value": "active" }),
        json!({ "op": "remove", "path": "/attributes/a" }),
        json!({ "op": "remove", "path": "/attributes/list/0" }),
        json!({ "op": "remove", "path": "/status" }),
        json!({ "op": "remove", "path": "/attributes" }),
        json!({ "op": "copy", "from": "/version", "path": "/attributes/a~1b" }),
        json!({ "op": "move", "from": "/attributes/a~1b", "path": "/attributes/size" }),
    ]
}

fn wrong_patch_operations() -> Vec<Value> {
    vec![
        json!({ "op": "remove", "path": "/name" }),
        json!({ "op": "add", "path": "/colour", "value": 1 }),
        json!({ "op": "add", "path": "/attributes/a/b/c", "value": 1 }),
        json!({ "op": "replace", "path": "/version", "value": 0 }),
        json!({ "op": "remove", "path": "/deleted_at" }),
        json!({ "op": "replace", "path": "", "value": { "name": "Lamp" } }),
        json!({ "op": "replace", "path": "", "value": 7 }),
        json!({ "op": "copy", "from": "/none", "path": "/attributes/a" }),
        json!({ "op": "test", "path": "/none", "value": null }),
        json!({ "op": "test", "path": "/version", "value": 0 }),
        json!({ "op": "jump", "path": "/name" }),
    ]
}

fn batch_operation() -> impl Strategy<Value = BatchOperation> {
    let json = prop_oneof![
        6 => content().prop_map(|item| json!({ "op": "create", "item": item })),
        8 => patch().prop_map(|patch| json!({ "op": "update", "id": ID, "patch": patch })),
        6 => Just(json!({ "op": "delete", "id": ID })),
        2 => select(wrong_batch_operations()),
    ];
    (0..SLOTS, json, option::weighted(0.3, tags())).prop_map(|(slot, json, if_match)| {
        let if_match = if_match.filter(|_| json["id"] == ID);
        BatchOperation { slot, json, if_match }
    })
}

fn wrong_batch_operations() -> Vec<Value> {
    vec![
        json!(7),
        json!({}),
        json!({ "op": "upsert", "id": ID }),
        json!({ "op": "create" }),
        json!({ "op": "create", "item": {}, "id": ID }),
        json!({ "op": "update", "id": ID }),
        json!({ "op": "update", "id": "x", "patch": {} }),
        json!({ "op": "delete" }),
        json!({ "op": "delete", "id": ID, "if_match": null }),
        json!({ "op": "update", "id": ID, "if_match": 5, "patch": { "name": "", "status": 5, "zzz": 1 } }),
        json!({ "op": "delete", "id": ID, "patch": {} }),
    ]
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slot, action, manner } = self;
        match action {
            Action::Get => write!(f, "GET {slot}")?,
            Action::Create(content) => write!(f, "POST {slot} {content}")?,
            Action::Put(content) => write!(f, "PUT {slot} {content}")?,
            Action::Merge(media_type, patch) => write!(f, "PATCH {slot} {media_type} {patch}")?,
            Action::Patch(patch) => write!(f, "PATCH {slot} {patch}")?,
            Action::Delete(purge) => {
                write!(f, "DELETE {slot}")?;
                if let Some(purge) = purge {
                    write!(f, " purge={purge}")?;
                }
            }
            Action::Restore => write!(f, "RESTORE {slot}")?,
            Action::Batch(operations) => {
                f.write_str("BATCH")?;
                for BatchOperation { slot, json, if_match } in operations {
                    write!(f, " {slot} {json}")?;
                    if let Some(tags) = if_match {
                        write!(f, " if_match={tags:?}")?;
                    }
                    f.write_str(",")?;
                }
            }
            Action::Again(key) => write!(f, "AGAIN {key}")?,
        }
        write!(f, "{manner}")
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { if_match, if_none_match, validate_only, minimal, key, spoilt } = self;
        let parts = [
            if_match.map(|tags| format!("if_match={tags:?}")),
            if_none_match.map(|tags| format!("if_none_match={tags:?}")),
            validate_only.map(|value| format!("validate_only={value}")),
            minimal.then(|| "minimal".to_owned()),
            key.map(|key| format!("key={key}")),
            (!spoilt.is_empty()).then(|| format!("spoilt={spoilt:?}")),
        ];
        parts.into_iter().flatten().try_for_each(|part| write!(f, " {part}"))
    }
}
