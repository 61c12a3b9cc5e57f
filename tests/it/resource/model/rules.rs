//! What the contract says of contents, patches and entity tags, written down a second time.

use serde_json::{Map, Value};

/// Where in a request something is wrong, and the code of the rule.
pub type Fault = (String, &'static str);

const STATUSES: [&str; 3] = ["draft", "active", "archived"];
const READ_ONLY: [&str; 5] = ["id", "version", "created_at", "updated_at", "deleted_at"];
/// As `Accept-Patch` lists them.
pub const PATCH_TYPES: &str = "application/merge-patch+json, application/json-patch+json, application/json";
const MAX_NAME: usize = 200;
const MAX_DEPTH: usize = 32;

fn fault(place: impl Into<String>, code: &'static str) -> Fault {
    (place.into(), code)
}

/// Faults, with their places below another.
pub fn below(place: &str, faults: Vec<Fault>) -> impl Iterator<Item = Fault> {
    faults.into_iter().map(move |(inner, code)| (format!("{place}{inner}"), code))
}

/// What is wrong with the content of an item.
pub fn content_faults(content: &Value) -> Vec<Fault> {
    let Value::Object(members) = content else {
        return vec![fault("", "type")];
    };
    let mut faults: Vec<Fault> = members
        .iter()
        .filter_map(|(name, value)| {
            let code = match name.as_str() {
                "name" => name_fault(value),
                "status" => status_fault(value),
                "attributes" if !value.is_object() => Some("type"),
                "attributes" => (depth(value) > MAX_DEPTH).then_some("too_deep"),
                _ => Some("unknown_field"),
            };
            Some(fault(format!("/{name}"), code?))
        })
        .collect();
    if !members.contains_key("name") {
        faults.push(fault("/name", "required"));
    }
    faults
}

fn name_fault(name: &Value) -> Option<&'static str> {
    let Some(name) = name.as_str() else {
        return Some("type");
    };
    if name.chars().any(char::is_control) {
        return Some("control_character");
    }
    match name.trim().chars().count() {
        0 => Some("too_short"),
        1..=MAX_NAME => None,
        _ => Some("too_long"),
    }
}

fn status_fault(status: &Value) -> Option<&'static str> {
    match status.as_str() {
        None => Some("type"),
        Some(name) => (!STATUSES.contains(&name)).then_some("enum"),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// What is wrong with a batch before anything is looked up; places are those in the body.
pub fn batch_faults(operations: &[Value]) -> Vec<Fault> {
    if operations.is_empty() {
        return vec![fault("/operations", "length")];
    }
    let mut named = Vec::new();
    let mut faults = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let place = format!("/operations/{index}");
        faults.extend(below(&place, operation_faults(operation)));
        let is_write = matches!(operation["op"].as_str(), Some("update" | "delete"));
        if let Some(id) = operation["id"].as_str().filter(|id| is_write && id.len() == 36) {
            if named.contains(&id) {
                faults.push(fault(format!("{place}/id"), "duplicate"));
            }
            named.push(id);
        }
    }
    faults
}

fn operation_faults(operation: &Value) -> Vec<Fault> {
    let Value::Object(members) = operation else {
        return vec![fault("", "type")];
    };
    let known: &[&str] = match operation["op"].as_str() {
        Some("create") => &["op", "item"],
        Some("update") => &["op", "id", "if_match", "patch"],
        Some("delete") => &["op", "id", "if_match"],
        _ => return vec![fault("/op", "enum")],
    };
    let mut faults = Vec::new();
    for (name, value) in members {
        match name.as_str() {
            name if !known.contains(&name) => faults.push(fault(format!("/{name}"), "unknown_field")),
            "item" => faults.extend(below("/item", content_faults(value))),
            "patch" if !value.is_object() => faults.push(fault("/patch", "type")),
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

/// The content after a merge patch, and what is wrong with it or with the patch.
pub fn merged(document: &Value, patch: &Value) -> (Value, Vec<Fault>) {
    let names = patch.as_object().into_iter().flat_map(Map::keys);
    let (read_only, others): (Vec<&String>, Vec<&String>) =
        names.partition(|name| READ_ONLY.contains(&name.as_str()));
    let mut faults: Vec<Fault> =
        read_only.iter().map(|name| fault(format!("/{name}"), "read_only")).collect();
    let unknown =
        others.into_iter().filter(|name| patch[*name].is_null() && document.get(name.as_str()).is_none());
    faults.extend(
        unknown
            .filter(|name| !["name", "status", "attributes"].contains(&name.as_str()))
            .map(|name| fault(format!("/{name}"), "unknown_field")),
    );
    let mut result = merge(document.clone(), patch);
    take_read_only(&mut result);
    faults.extend(content_faults(&result));
    (result, faults)
}

/// Why a JSON Patch cannot be done.
pub enum Unpatched {
    /// A `test` does not hold.
    Test(Fault),
    Invalid(Vec<Fault>),
}

/// The content after a JSON Patch, and what is wrong with it (RFC 6902).
pub fn patched(document: &Value, operations: &[Value]) -> Result<Value, Unpatched> {
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
    let changed = READ_ONLY.into_iter().filter(|name| result.get(name) != document.get(name));
    let mut faults: Vec<Fault> = changed.map(|name| fault(format!("/{name}"), "read_only")).collect();
    take_read_only(&mut result);
    faults.extend(content_faults(&result));
    if faults.is_empty() { Ok(result) } else { Err(Unpatched::Invalid(faults)) }
}

fn take_read_only(document: &mut Value) {
    if let Value::Object(members) = document {
        members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    }
}

/// Does one operation; else tells which member of it names no place, or nothing where a test fails.
fn operate(document: &mut Value, operation: &Value) -> Result<(), &'static str> {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let (path, value) = (text("path"), operation["value"].clone());
    match text("op") {
        "test" => document.pointer(path).filter(|found| same(found, &value)).map(|_| ()).ok_or(""),
        "remove" => take(document, path).map(|_| ()).ok_or("path"),
        "add" => add(document, path, value).ok_or("path"),
        "replace" => document.pointer_mut(path).map(|place| *place = value).ok_or("path"),
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

/// The pointer to what a place is in, and its own name there (RFC 6901 §4).
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

/// Equal as RFC 6902 §4.6 has it: 1 and 1.0 are.
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
pub fn replacement_faults(content: &Value, id: &str) -> Vec<Fault> {
    let Value::Object(members) = content else {
        return content_faults(content);
    };
    let mut members = members.clone();
    let code = match members.shift_remove("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(other)) if other.len() != 36 => Some("format"),
        Some(Value::String(other)) => (other != id).then_some("mismatch"),
        Some(_) => Some("type"),
    };
    let mut faults = content_faults(&Value::Object(members));
    faults.extend(code.map(|code| fault("/id", code)));
    faults
}

/// The operations of a JSON Patch that are none.
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
