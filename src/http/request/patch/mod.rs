//! Partial changes: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).
//!
//! A patch is applied to the entity as clients see it, and the result is validated as if it had
//! been sent whole. What is invalid in every result is rejected before an entity is looked for.

mod operations;

use std::marker::PhantomData;

use json_patch::{PatchErrorKind, PatchOperation};
use serde::Serialize;
use serde_json::{Map, Value};

use self::operations::parse_operations;
use super::{
    body::FromBody,
    content::{Input, mismatch},
    json::{self, TypeSchema, number, outline},
    path::PathKey,
};
use crate::{
    error::{Error, Fault},
    http::{
        limits::{MAX_DEPTH, MEBIBYTE},
        response::{
            json::to_vec,
            problem::{CONFLICT, Problem},
        },
    },
};

/// The media types of a PATCH (RFC 5789 §3.1). Generated clients send the last one for a merge
/// patch.
pub const MEDIA_TYPES: &[&str] = &["application/merge-patch+json", JSON_PATCH, "application/json"];

const JSON_PATCH: &str = "application/json-patch+json";
/// How much memory the values that a JSON Patch writes may take. A copy of a copy doubles each
/// time.
const MAX_WRITTEN: usize = 8 * MEBIBYTE;

/// The body of a PATCH that results in a `T`, not yet applied to anything.
#[derive(Debug)]
pub struct Patch<T> {
    changes: Changes,
    result: PhantomData<T>,
}

#[derive(Debug)]
enum Changes {
    Merge(Map<String, Value>),
    Operations(Vec<PatchOperation>),
}

impl<H, K: PathKey, T: Input> FromBody<(K, H)> for Patch<T> {
    const MEDIA_TYPES: &[&str] = MEDIA_TYPES;

    fn from_body(media_type: &str, body: &[u8], (path, _): &(K, H)) -> Result<Self, Problem> {
        let (text, mut faults) = json::check_syntax(body)?;
        let changes = if media_type != JSON_PATCH {
            faults.extend(mismatch::<T, _>(&text, path, "in the path"));
            parse_merge::<T>(&text).map(Changes::Merge).map_err(|found| faults.extend(found)).ok()
        } else if faults.is_empty() {
            let operations = serde_json::from_str(&text).map_err(Error::internal)?;
            Some(Changes::Operations(parse_operations(operations)?))
        } else {
            None
        };
        match changes {
            Some(changes) if faults.is_empty() => Ok(Self { changes, result: PhantomData }),
            _ => Err(json::invalid(faults)),
        }
    }
}

impl<T: Input> Patch<T> {
    /// The content of the entity after the patch.
    ///
    /// # Errors
    ///
    /// 422 if a JSON Patch changes an output-only member or names a missing location, or the result
    /// is not a valid `T`; 409 if a `test` fails.
    pub fn apply(self, current: &impl Serialize) -> Result<T, Problem> {
        match self.changes {
            Changes::Merge(patch) => Ok(merge(current, patch)?),
            Changes::Operations(operations) => operate(current, &operations),
        }
    }
}

/// Parses a merge patch.
///
/// # Errors
///
/// The faults that it has whatever it is applied to: those of the smallest `T` after the patch,
/// because a merge keeps every value of the patch. None if only its syntax is at fault.
pub fn parse_merge<T: Input>(text: &str) -> Result<Map<String, Value>, Vec<Fault>> {
    let schema = TypeSchema::of::<T>();
    let Some(members) = outline::members(text, |name| schema.has_member(name)) else {
        return Err(vec![Fault::at("", "type", "must be an object")]);
    };
    // Hostile patches are large, so values stay unparsed until they are known to be valid.
    let mut smallest = schema.smallest();
    for (name, value) in members {
        let is_part = T::WHOLE.contains(&&*name) && value.get().starts_with('{');
        if value.get() == "null" && schema.has_member(&name) {
            smallest.remove(&*name);
        } else if !T::is_output_only(&name) && !is_part {
            smallest.insert(name.into_owned(), value.to_owned());
        }
    }
    let merged = serde_json::to_string(&smallest).unwrap_or_default();
    if let Err(faults) = json::parse_checked::<T>(&merged, &json::strict) {
        // Each null removes a member, so the result may be smaller than the patch.
        let may_shrink = merged.contains("null") && !faults.is_empty();
        if !may_shrink || faults.iter().any(|fault| fault.code != "too_large") {
            return Err(faults);
        }
    }
    serde_json::from_str(text).map_err(|_| Vec::new())
}

/// The content of the entity after a merge patch, whose output-only members are ignored.
///
/// # Errors
///
/// [`Error::Invalid`] if the result is not a valid `T`.
pub fn merge<T: Input>(current: &impl Serialize, patch: Map<String, Value>) -> Result<T, Error> {
    merge_into(document(current)?, patch).map_err(Error::Invalid)
}

fn merge_into<T: Input>(
    mut document: Map<String, Value>,
    mut patch: Map<String, Value>,
) -> Result<T, Vec<Fault>> {
    let schema = TypeSchema::of::<T>();
    for members in [&mut patch, &mut document] {
        members.retain(|name, _| !T::is_output_only(name));
    }
    // A merge removes a missing member silently, but a name that no entity has is still a fault.
    let unknown = patch.iter().filter(|(name, value)| value.is_null() && !schema.has_member(name));
    let mut unknown: Map<String, Value> =
        unknown.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut document = Value::Object(document);
    json_patch::merge(&mut document, &Value::Object(patch));
    if let Value::Object(members) = &mut document {
        members.append(&mut unknown);
    }
    json::parse_checked(&document.to_string(), &json::strict)
}

/// The entity after all operations of a JSON Patch.
fn operate<T: Input>(current: &impl Serialize, operations: &[PatchOperation]) -> Result<T, Problem> {
    let original = document(current)?;
    let mut document = Value::Object(original.clone());
    let mut written = 0;
    let mut changed: Vec<&str> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        step(&mut document, operation, &mut written).map_err(|failure| failure.at(index))?;
        // A later operation may restore the value; the change is still a fault.
        let differs = |name: &&str| match (document.get(name), original.get(*name)) {
            (Some(value), Some(stored)) => !number::is_equal(value, stored),
            (value, stored) => value != stored,
        };
        changed.extend(T::OUTPUT_ONLY.iter().copied().filter(differs));
    }
    changed.sort_unstable();
    changed.dedup();
    let Value::Object(members) = &mut document else {
        return Err(Problem::invalid(vec![Fault::at("", "type", "must be an object")]));
    };
    let mut faults: Vec<Fault> =
        changed.iter().map(|name| Fault::at(format!("/{name}"), "read_only", "cannot be changed")).collect();
    members.retain(|name, _| !T::is_output_only(name));
    match json::parse_checked(&document.to_string(), &json::strict) {
        Ok(value) if faults.is_empty() => return Ok(value),
        Ok(_) => {}
        Err(found) => faults.extend(found),
    }
    Err(json::invalid(faults))
}

/// Why an operation of a JSON Patch fails.
enum Failure {
    Test,
    Member(&'static str, &'static str),
    TooDeep,
    TooLarge,
}

impl Failure {
    /// The problem, if the operation has this index.
    fn at(self, index: usize) -> Problem {
        let (pointer, code, detail) = match self {
            Self::Test => {
                let fault = Fault::at(format!("/{index}"), "test_failed", "must equal the stored value");
                let detail = "A test of the patch failed; nothing was changed.";
                return Problem::new(&CONFLICT, detail).with_faults(vec![fault]);
            }
            Self::Member(name, detail) => (format!("/{index}/{name}"), "path", detail.to_owned()),
            Self::TooDeep => {
                (format!("/{index}"), "too_deep", format!("must not nest deeper than {MAX_DEPTH} levels"))
            }
            Self::TooLarge => {
                let most = MAX_WRITTEN / MEBIBYTE;
                let detail =
                    format!("must not write values of more than {most} MiB with the operations before it");
                (format!("/{index}"), "too_large", detail)
            }
        };
        Problem::invalid(vec![Fault::at(pointer, code, detail)])
    }
}

/// Applies one operation; `written` grows by the size of the value that it writes.
fn step(document: &mut Value, operation: &PatchOperation, written: &mut usize) -> Result<(), Failure> {
    let value_at = |pointer: &str| document.pointer(pointer);
    let value = match operation {
        PatchOperation::Test(test) => {
            // The library distinguishes 1 from 1.0, RFC 6902 §4.6 does not.
            let holds =
                value_at(test.path.as_str()).is_some_and(|value| number::is_equal(value, &test.value));
            return if holds { Ok(()) } else { Err(Failure::Test) };
        }
        PatchOperation::Add(add) => Some(&add.value),
        PatchOperation::Replace(replace) => Some(&replace.value),
        PatchOperation::Move(mov) => value_at(mov.from.as_str()),
        PatchOperation::Copy(copy) => value_at(copy.from.as_str()),
        PatchOperation::Remove(_) => None,
    };
    let (size, depth) = value.map_or((0, 0), measure);
    *written += size;
    if *written > MAX_WRITTEN {
        return Err(Failure::TooLarge);
    }
    if operation.path().count() + depth > MAX_DEPTH {
        return Err(Failure::TooDeep);
    }
    json_patch::patch_unsafe(document, std::slice::from_ref(operation)).map_err(|error| match error.kind {
        PatchErrorKind::InvalidFromPointer => Failure::Member("from", "must name an existing location"),
        PatchErrorKind::CannotMoveInsideItself => Failure::Member("path", "must not be inside from"),
        _ => Failure::Member("path", "must name an existing location, or one where a value can be added"),
    })
}

/// The approximate memory of a value in bytes, and its depth.
fn measure(value: &Value) -> (usize, usize) {
    let add =
        |(size, depth): (usize, usize), (more, deep): (usize, usize)| (size + more, depth.max(deep + 1));
    let own = size_of::<Value>();
    match value {
        Value::Null | Value::Bool(_) => (own, 0),
        Value::Number(number) => (own + number.as_str().len(), 0),
        Value::String(text) => (own + text.len(), 0),
        Value::Array(values) => values.iter().map(measure).fold((own, 1), add),
        Value::Object(members) => members.iter().fold((own, 1), |sum, (name, value)| {
            let (size, depth) = measure(value);
            add(sum, (size + own + name.len(), depth))
        }),
    }
}

/// The entity as clients see it.
fn document(current: &impl Serialize) -> Result<Map<String, Value>, Error> {
    serde_json::from_slice(&to_vec(current)?).map_err(Error::internal)
}
