//! Changing a part of an entity: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).
//!
//! A patch is applied to the entity as clients see it, and the result is validated as if it had been sent whole.

use json_patch::{PatchErrorKind, PatchOperation};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    error::{Error, Fault},
    http::{
        answer,
        extract::FromBody,
        json::{self, number},
        problem::{self, Problem},
    },
};

/// The media types that PATCH takes (RFC 5789 §3.1). Generated clients send the last, for the first.
pub const MEDIA_TYPES: &[&str] = &["application/merge-patch+json", JSON_PATCH, "application/json"];

const JSON_PATCH: &str = "application/json-patch+json";
/// The most operations of a JSON Patch.
const MAX_OPERATIONS: usize = 100;
/// The deepest nesting while a JSON Patch is applied: that of a whole body.
const MAX_DEPTH: usize = 64;
/// How much all operations of a JSON Patch may write together, about in octets. A copy of a copy doubles each time.
const MAX_WRITTEN: usize = 8 * 1024 * 1024;

/// The body of a PATCH, not yet applied to anything.
#[derive(Debug)]
pub enum Patch {
    /// A JSON Merge Patch on an object.
    Merge(Map<String, Value>),
    /// A JSON Patch.
    Operations(Vec<PatchOperation>),
}

impl<H> FromBody<H> for Patch {
    const MEDIA_TYPES: &[&str] = MEDIA_TYPES;

    fn from_body(media_type: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        let (value, mut faults) = json::parse_value(body)?;
        let patch = if media_type == JSON_PATCH {
            Self::Operations(operations(value)?)
        } else if let Value::Object(patch) = value {
            Self::Merge(patch)
        } else {
            faults.push(Fault::at("", "type", "must be an object"));
            return Err(json::invalid(faults));
        };
        if faults.is_empty() { Ok(patch) } else { Err(json::invalid(faults)) }
    }
}

fn operations(value: Value) -> Result<Vec<PatchOperation>, Problem> {
    let Value::Array(values) = value else {
        return Err(Problem::malformed(vec![Fault::at("", "json_patch", "must be an array of operations")]));
    };
    if values.len() > MAX_OPERATIONS {
        let detail = format!("must have at most {MAX_OPERATIONS} operations");
        return Err(Problem::invalid(vec![Fault::at("", "too_many", detail)]));
    }
    let mut operations = Vec::with_capacity(values.len());
    let mut faults = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        if let Ok(operation) = serde_json::from_value(value) {
            operations.push(operation);
        } else {
            let detail = "must be an operation of RFC 6902 with all its members";
            faults.push(Fault::at(format!("/{index}"), "json_patch", detail));
        }
    }
    if faults.is_empty() { Ok(operations) } else { Err(Problem::malformed(faults)) }
}

/// The entity after the patch, without the members that only the server writes.
///
/// # Errors
///
/// 422 where the patch changes a read-only member, names a place that is not there, or the result is not a valid `T`; 409 where a
/// `test` fails.
pub fn apply<T>(current: &impl Serialize, patch: Patch, read_only: &[&str]) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    match patch {
        Patch::Merge(patch) => Ok(merge(current, patch, read_only)?),
        Patch::Operations(operations) => operate(current, &operations, read_only),
    }
}

/// The entity after a merge patch.
///
/// # Errors
///
/// [`Error::Invalid`] where the patch names a read-only member or the result is not a valid `T`.
pub fn merge<T>(current: &impl Serialize, patch: Map<String, Value>, read_only: &[&str]) -> Result<T, Error>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let (forbidden, patch): (Map<_, _>, Map<_, _>) =
        patch.into_iter().partition(|(name, _)| read_only.contains(&name.as_str()));
    let mut document = document(current)?;
    document.retain(|name, _| !read_only.contains(&name.as_str()));
    // A merge takes away in silence what is not there; a name that no entity has is a mistake all the same.
    let unknown = patch.iter().filter(|(name, value)| value.is_null() && !document.contains_key(*name));
    let mut unknown: Map<String, Value> =
        unknown.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut document = Value::Object(document);
    json_patch::merge(&mut document, &Value::Object(patch));
    if let Value::Object(members) = &mut document {
        members.append(&mut unknown);
    }
    let faults = forbidden.keys().map(|name| read_only_fault(name)).collect();
    validate(&document, faults).map_err(Error::Invalid)
}

/// The entity after a JSON Patch: all of it, or nothing.
fn operate<T>(
    current: &impl Serialize,
    operations: &[PatchOperation],
    read_only: &[&str],
) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let original = document(current)?;
    let mut document = Value::Object(original.clone());
    let mut written = 0;
    for (index, operation) in operations.iter().enumerate() {
        step(&mut document, operation, &mut written).map_err(|failure| failure.at(index))?;
    }
    let Value::Object(members) = &mut document else {
        return Err(Problem::invalid(vec![Fault::at("", "type", "must be an object")]));
    };
    let changed = read_only.iter().filter(|name| members.get(**name) != original.get(**name));
    let faults = changed.map(|name| read_only_fault(name)).collect();
    members.retain(|name, _| !read_only.contains(&name.as_str()));
    validate(&document, faults).map_err(json::invalid)
}

/// Why an operation of a JSON Patch cannot be done.
enum Failure {
    Test,
    Member(&'static str, &'static str),
    TooDeep,
    TooLarge,
}

impl Failure {
    /// The refusal, where the operation is the one with this number.
    fn at(self, index: usize) -> Problem {
        let (place, code, detail) = match self {
            Self::Test => {
                let fault = Fault::at(format!("/{index}"), "test_failed", "must hold for what is stored");
                let detail = "A test of the patch fails; nothing was changed.";
                return Problem::new(&problem::CONFLICT, detail).with_faults(vec![fault]);
            }
            Self::Member(name, detail) => (format!("/{index}/{name}"), "path", detail),
            Self::TooDeep => (format!("/{index}"), "too_deep", "must not nest deeper than 64 levels"),
            Self::TooLarge => (format!("/{index}"), "too_large", "must not write 8 MiB with those before it"),
        };
        Problem::invalid(vec![Fault::at(place, code, detail)])
    }
}

/// Does one operation; `written` grows by the size of what it puts somewhere.
fn step(document: &mut Value, operation: &PatchOperation, written: &mut usize) -> Result<(), Failure> {
    let there = |pointer: &str| document.pointer(pointer);
    let value = match operation {
        PatchOperation::Test(test) => {
            // The library takes 1 and 1.0 for different numbers, RFC 6902 §4.6 does not.
            let holds = there(test.path.as_str()).is_some_and(|value| number::same(value, &test.value));
            return if holds { Ok(()) } else { Err(Failure::Test) };
        }
        PatchOperation::Add(add) => Some(&add.value),
        PatchOperation::Replace(replace) => Some(&replace.value),
        PatchOperation::Move(mov) => there(mov.from.as_str()),
        PatchOperation::Copy(copy) => there(copy.from.as_str()),
        PatchOperation::Remove(_) => None,
    };
    let (size, depth) = value.map_or((0, 0), weigh);
    *written += size;
    if *written > MAX_WRITTEN {
        return Err(Failure::TooLarge);
    }
    if operation.path().count() + depth > MAX_DEPTH {
        return Err(Failure::TooDeep);
    }
    json_patch::patch_unsafe(document, std::slice::from_ref(operation)).map_err(|error| match error.kind {
        PatchErrorKind::InvalidFromPointer => Failure::Member("from", "must be a place that is there"),
        PatchErrorKind::CannotMoveInsideItself => Failure::Member("path", "must not be inside of from"),
        _ => Failure::Member("path", "must be a place that is there, or where something can be added"),
    })
}

/// About how many octets a value has as JSON, and how deep it nests.
fn weigh(value: &Value) -> (usize, usize) {
    let add =
        |(size, depth): (usize, usize), (more, deep): (usize, usize)| (size + more, depth.max(deep + 1));
    match value {
        Value::Null | Value::Bool(_) => (4, 0),
        Value::Number(number) => (number.as_str().len(), 0),
        Value::String(text) => (text.len() + 2, 0),
        Value::Array(values) => values.iter().map(weigh).fold((2 + values.len(), 1), add),
        Value::Object(members) => members.iter().fold((2, 1), |sum, (name, value)| {
            let (size, depth) = weigh(value);
            add(sum, (size + name.len() + 4, depth))
        }),
    }
}

fn read_only_fault(name: &str) -> Fault {
    Fault::at(format!("/{name}"), "read_only", "cannot be changed")
}

/// The entity as clients see it.
fn document(current: &impl Serialize) -> Result<Map<String, Value>, Error> {
    let internal = |error| Error::Internal(Box::new(error));
    serde_json::from_slice(&answer::to_vec(current).map_err(internal)?).map_err(internal)
}

/// The document as a `T`, where there are no faults but those that it adds.
fn validate<T>(document: &Value, mut faults: Vec<Fault>) -> Result<T, Vec<Fault>>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    match json::read(&document.to_string(), T::validate) {
        Ok(value) if faults.is_empty() => Ok(value),
        Ok(_) => Err(faults),
        Err(found) => {
            faults.extend(found);
            Err(faults)
        }
    }
}
