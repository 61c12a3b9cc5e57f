//! The contract on fields, patches and entity tags, implemented a second time.

use serde_json::{Map, Value};

use crate::support::resource::{Identity, Resource, Rule};

/// The location of a fault in a request, and its code.
pub type Fault = (String, &'static str);

/// As `Accept-Patch` lists them.
pub const PATCH_TYPES: &str = "application/merge-patch+json, application/json-patch+json, application/json";

fn fault(location: impl Into<String>, code: &'static str) -> Fault {
    (location.into(), code)
}

/// Faults, with their locations below another.
pub fn below(location: &str, faults: Vec<Fault>) -> impl Iterator<Item = Fault> {
    faults.into_iter().map(move |(inner, code)| (format!("{location}{inner}"), code))
}

/// What is wrong with the fields of an entity.
pub fn content_faults(resource: &Resource, content: &Value) -> Vec<Fault> {
    let Value::Object(members) = content else {
        return vec![fault("", "type")];
    };
    let mut faults: Vec<Fault> = members
        .iter()
        .filter(|(name, _)| !is_output_only(resource, name))
        .filter_map(|(name, value)| {
            let field = resource.fields.iter().find(|field| field.name == name);
            let code = field.map_or(Some("unknown_field"), |field| value_fault(&field.rule, value));
            Some(fault(format!("/{name}"), code?))
        })
        .collect();
    let required = resource.fields.iter().filter(|field| field.default.is_none());
    let missing = required.filter(|field| !members.contains_key(field.name));
    faults.extend(missing.map(|field| fault(format!("/{}", field.name), "required")));
    faults
}

fn value_fault(rule: &Rule, value: &Value) -> Option<&'static str> {
    match (rule, value) {
        (Rule::Text { .. }, Value::String(text)) if text.chars().any(char::is_control) => {
            Some("control_character")
        }
        (Rule::Text { max }, Value::String(text)) => match text.trim().chars().count() {
            0 => Some("too_short"),
            length => (length > *max).then_some("too_long"),
        },
        (Rule::Prose { max }, Value::String(text)) => (text.chars().count() > *max).then_some("too_long"),
        (Rule::Choice(choices), Value::String(name)) => (!choices.contains(&name.as_str())).then_some("enum"),
        (Rule::Object { max_depth }, Value::Object(_)) => (depth(value) > *max_depth).then_some("too_deep"),
        (Rule::Grants, Value::Array(grants)) => grants.is_empty().then_some("length"),
        (Rule::Time, Value::String(time)) => (time == "soon").then_some("date_time"),
        (Rule::Time, Value::Null) => None,
        _ => Some("type"),
    }
}

/// Schemas of a collection.
pub const SCHEMAS: [&str; 4] = [
    "null",
    r#"{ "properties": { "a": { "type": "number" } } }"#,
    r#"{ "required": ["a"] }"#,
    r#"{ "maxProperties": 1 }"#,
];

/// What one of these schemas rejects of an entity.
pub fn schema_faults(schema: usize, attributes: &Value) -> Vec<Fault> {
    let a = attributes.get("a");
    let found = match schema {
        1 if a.is_some_and(|a| !a.is_number()) => Some(("/attributes/a", "schema.type")),
        2 if a.is_none() => Some(("/attributes/a", "schema.required")),
        3 if attributes.as_object().is_some_and(|members| members.len() > 1) => {
            Some(("/attributes", "schema.max_properties"))
        }
        _ => None,
    };
    found.map(|(location, code)| fault(location, code)).into_iter().collect()
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// What is wrong with a batch before any look-up; locations are those in the body.
pub fn batch_faults(resource: &Resource, operations: &[Value]) -> Vec<Fault> {
    if operations.is_empty() {
        return vec![fault("/operations", "length")];
    }
    let mut named = Vec::new();
    let mut faults = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let location = format!("/operations/{index}");
        faults.extend(below(&location, operation_faults(resource, operation)));
        let is_write = matches!(operation["op"].as_str(), Some("update" | "delete"));
        if let Some(id) = operation["id"].as_str().filter(|id| is_write && id.len() == 36) {
            if named.contains(&id) {
                faults.push(fault(format!("{location}/id"), "duplicate"));
            }
            named.push(id);
        }
    }
    faults
}

fn operation_faults(resource: &Resource, operation: &Value) -> Vec<Fault> {
    let Value::Object(members) = operation else {
        return vec![fault("", "type")];
    };
    let known: &[&str] = match operation["op"].as_str() {
        Some("create") => &["op", resource.name],
        Some("update") => &["op", "id", "if_match", "patch"],
        Some("delete") => &["op", "id", "if_match"],
        _ => return vec![fault("/op", "enum")],
    };
    let mut faults = Vec::new();
    for (name, value) in members {
        match name.as_str() {
            name if !known.contains(&name) => faults.push(fault(format!("/{name}"), "unknown_field")),
            name if name == resource.name => {
                faults.extend(below(&format!("/{name}"), content_faults(resource, value)));
            }
            "patch" => {
                faults.extend(below("/patch", merge_faults(resource, value, operation["id"].as_str())));
            }
            "id" if value.as_str().is_none_or(|id| id.len() != 36) => faults.push(fault("/id", "format")),
            "if_match" if !value.is_string() => faults.push(fault("/if_match", "type")),
            "if_match" if value.as_str().is_some_and(|field| !is_tags(field)) => {
                faults.push(fault("/if_match", "entity_tag"));
            }
            _ => {}
        }
    }
    let missing = known.iter().filter(|name| **name != "if_match" && !members.contains_key(**name));
    faults.extend(missing.map(|name| fault(format!("/{name}"), "required")));
    faults
}

/// Whether a field is `*` or a list of entity tags.
pub fn is_tags(field: &str) -> bool {
    field == "*" || tags(field).all(|(_, tag)| tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"'))
}

/// Whether a field names a version, by strong or by weak comparison (RFC 9110 §8.8.3.2).
pub fn names(field: &str, version: i64, strongly: bool) -> bool {
    let tag = format!("\"{version}\"");
    field == "*" || tags(field).any(|(weak, other)| other == tag && !(weak && strongly))
}

fn tags(field: &str) -> impl Iterator<Item = (bool, &str)> {
    field.split(',').map(|tag| {
        let tag = tag.trim();
        tag.strip_prefix("W/").map_or((false, tag), |tag| (true, tag))
    })
}

/// RFC 7396 §2, word for word.
fn merge(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut target = match target {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, value) in patch {
        let before = target.shift_remove(name);
        if !value.is_null() {
            target.insert(name.clone(), merge(before.unwrap_or_default(), value));
        }
    }
    Value::Object(target)
}

/// What is wrong with a merge patch whatever the content of the entity with this id is.
pub fn merge_faults(resource: &Resource, patch: &Value, id: Option<&str>) -> Vec<Fault> {
    if !patch.is_object() {
        return vec![fault("", "type")];
    }
    let mut faults = merged(resource, &resource.labelled("x"), patch).1;
    let is_whole = |id: &&str| resource.identity != Identity::Id || id.len() == 36;
    faults.extend(id.filter(is_whole).and_then(|id| mismatch(resource, patch, id)));
    faults
}

/// The fault of a content or a patch that names another entity than the one with this id.
fn mismatch(resource: &Resource, content: &Value, id: &str) -> Option<Fault> {
    let member = resource.member();
    content.get(member).filter(|named| *named != id).map(|_| fault(format!("/{member}"), "mismatch"))
}

/// The content after a merge patch, and what is wrong with it or with the patch.
pub fn merged(resource: &Resource, document: &Value, patch: &Value) -> (Value, Vec<Fault>) {
    let mut patch = patch.clone();
    take_output_only(resource, &mut patch);
    let names = patch.as_object().into_iter().flat_map(Map::keys);
    let unknown = names.filter(|name| patch[*name].is_null() && document.get(name.as_str()).is_none());
    let mut faults: Vec<Fault> = unknown
        .filter(|name| resource.fields.iter().all(|field| field.name != *name))
        .map(|name| fault(format!("/{name}"), "unknown_field"))
        .collect();
    let mut result = merge(document.clone(), &patch);
    take_output_only(resource, &mut result);
    faults.extend(content_faults(resource, &result));
    (result, faults)
}

/// Why a JSON Patch cannot be applied.
pub enum Unpatched {
    /// A `test` does not hold.
    Test(Fault),
    Invalid(Vec<Fault>),
}

/// The content after a JSON Patch, and what is wrong with it (RFC 6902).
pub fn patched(resource: &Resource, document: &Value, operations: &[Value]) -> Result<Value, Unpatched> {
    let mut result = document.clone();
    for (index, operation) in operations.iter().enumerate() {
        operate(&mut result, operation).map_err(|member| match member {
            "" => Unpatched::Test(fault(format!("/{index}"), "test_failed")),
            _ => Unpatched::Invalid(vec![fault(format!("/{index}/{member}"), "path")]),
        })?;
    }
    if !result.is_object() {
        return Err(Unpatched::Invalid(vec![fault("", "type")]));
    }
    let names = resource.output_only();
    let changed = names.iter().filter(|name| result.get(*name) != document.get(*name));
    let mut faults: Vec<Fault> = changed.map(|name| fault(format!("/{name}"), "read_only")).collect();
    take_output_only(resource, &mut result);
    faults.extend(content_faults(resource, &result));
    if faults.is_empty() { Ok(result) } else { Err(Unpatched::Invalid(faults)) }
}

fn is_output_only(resource: &Resource, name: &str) -> bool {
    resource.output_only().contains(&name) || resource.derived.contains(&name)
}

fn take_output_only(resource: &Resource, document: &mut Value) {
    if let Value::Object(members) = document {
        members.retain(|name, _| !is_output_only(resource, name));
    }
}

/// Applies one operation; an error is the member that points nowhere, or empty if a test fails.
fn operate(document: &mut Value, operation: &Value) -> Result<(), &'static str> {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let (path, value) = (text("path"), operation["value"].clone());
    match text("op") {
        "test" => document.pointer(path).filter(|found| same(found, &value)).map(|_| ()).ok_or(""),
        "remove" => take(document, path).map(|_| ()).ok_or("path"),
        "add" => add(document, path, value).ok_or("path"),
        "replace" => document.pointer_mut(path).map(|location| *location = value).ok_or("path"),
        "copy" => {
            let value = document.pointer(text("from")).cloned().ok_or("from")?;
            add(document, path, value).ok_or("path")
        }
        _ => {
            let value = take(document, text("from")).ok_or("from")?;
            add(document, path, value).ok_or("path")
        }
    }
}

/// The pointer to the parent of a location, and the name in there (RFC 6901 §4).
fn split(path: &str) -> Option<(&str, String)> {
    let (parent, name) = path.rsplit_once('/')?;
    Some((parent, name.replace("~1", "/").replace("~0", "~")))
}

fn take(document: &mut Value, path: &str) -> Option<Value> {
    let (parent, name) = split(path)?;
    match document.pointer_mut(parent)? {
        Value::Object(members) => members.shift_remove(&name),
        Value::Array(values) => {
            let index = name.parse().ok().filter(|index| *index < values.len())?;
            Some(values.remove(index))
        }
        _ => None,
    }
}

fn add(document: &mut Value, path: &str, value: Value) -> Option<()> {
    let Some((parent, name)) = split(path) else {
        *document = value;
        return Some(());
    };
    match document.pointer_mut(parent)? {
        Value::Object(members) => {
            members.insert(name, value);
        }
        Value::Array(values) => {
            let index = if name == "-" { values.len() } else { name.parse().ok()? };
            if index > values.len() {
                return None;
            }
            values.insert(index, value);
        }
        _ => return None,
    }
    Some(())
}

/// Equality by RFC 6902 §4.6: 1 equals 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// What is wrong with the content of a PUT to this id.
pub fn replacement_faults(resource: &Resource, content: &Value, id: &str) -> Vec<Fault> {
    let mut faults = content_faults(resource, content);
    faults.extend(mismatch(resource, content, id));
    faults
}

/// What is wrong with the content of a POST, which names the entity if clients do so.
pub fn creation_faults(resource: &Resource, content: &Value) -> Vec<Fault> {
    let mut faults = content_faults(resource, content);
    if resource.identity == Identity::Key && content.is_object() {
        let code = match content.get("key") {
            None => Some("required"),
            Some(Value::String(key)) => (!key.starts_with(|c: char| c.is_ascii_lowercase())).then_some("key"),
            Some(_) => Some("type"),
        };
        faults.extend(code.map(|code| fault("/key", code)));
    }
    faults
}

/// What is wrong with the body of a rotation.
pub fn rotation_faults(content: &Value) -> Vec<Fault> {
    let Value::Object(members) = content else {
        return vec![fault("", "type")];
    };
    let mut faults: Vec<Fault> = members
        .iter()
        .filter_map(|(name, value)| match name.as_str() {
            "grace_seconds" => (!value.is_number()).then(|| fault("/grace_seconds", "type")),
            _ => Some(fault(format!("/{name}"), "unknown_field")),
        })
        .collect();
    faults.extend((!members.contains_key("grace_seconds")).then(|| fault("/grace_seconds", "required")));
    faults
}

/// The malformed operations of a JSON Patch.
pub fn malformed_operations(patch: &Value) -> Vec<Fault> {
    let Value::Array(operations) = patch else {
        return vec![fault("", "json_patch")];
    };
    let is_one = |operation: &Value| {
        let members: &[&str] = match operation["op"].as_str() {
            Some("add" | "replace" | "test") => &["path", "value"],
            Some("move" | "copy") => &["path", "from"],
            Some("remove") => &["path"],
            _ => return false,
        };
        members.iter().all(|name| operation.get(name).is_some())
    };
    let malformed = operations.iter().enumerate().filter(|(_, operation)| !is_one(operation));
    malformed.map(|(index, _)| fault(format!("/{index}"), "json_patch")).collect()
}
