//! JSON Patch (RFC 6902).

use std::borrow::Cow;

use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchErrorKind, PatchOperation, RemoveOperation,
    ReplaceOperation, TestOperation, jsonptr::PointerBuf,
};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::merge::document;
use crate::{
    error::{Error, Fault, Location},
    http::{
        limits::{MAX_DEPTH, MAX_PATCH_OPERATIONS, MEBIBYTE},
        request::{
            content::Input,
            json::{self, RESERVED, number, outline},
        },
        response::problem::{CONFLICT, Problem},
    },
};

/// How much memory the values that a JSON Patch writes may take. A copy of a copy doubles each
/// time.
const MAX_WRITTEN: usize = 16 * MEBIBYTE;

/// Checks the operations of a JSON Patch, which is known to have `faults`, and returns whether one
/// of them copies.
///
/// # Errors
///
/// 400 if one is malformed; 422 if there are other faults, too many operations, or one has a
/// reserved name.
pub fn check_operations(text: &str, mut faults: Vec<Fault>) -> Result<bool, Problem> {
    let Ok(operations) = serde_json::from_str::<Vec<&RawValue>>(text) else {
        faults.insert(0, Fault::at("", "json_patch", "must be an array of operations"));
        return Err(Problem::malformed(faults));
    };
    if operations.len() > MAX_PATCH_OPERATIONS {
        let detail = format!("must have at most {MAX_PATCH_OPERATIONS} operations");
        faults.push(Fault::at("", "too_many", detail));
        return Err(json::invalid(faults));
    }
    let (mut is_malformed, mut copies) = (false, false);
    for (index, operation) in operations.into_iter().enumerate() {
        match parse_operation(operation.get(), |_| Some(Value::Null)) {
            Some(operation) if has_reserved_name(&operation) => {
                let detail = "must not use a reserved name";
                faults.push(Fault::at(format!("/{index}/path"), "reserved_name", detail));
            }
            Some(operation) => copies |= matches!(operation, PatchOperation::Copy(_)),
            // What makes it malformed was found before.
            None if faults.iter().any(|fault| is_of_operation(fault, index)) => {}
            None => {
                is_malformed = true;
                let detail = "must be an operation of RFC 6902 with all its members";
                faults.push(Fault::at(format!("/{index}"), "json_patch", detail));
            }
        }
    }
    if faults.is_empty() {
        Ok(copies)
    } else if is_malformed {
        Err(Problem::malformed(faults))
    } else {
        Err(json::invalid(faults))
    }
}

/// Whether a fault is of the operation with this index, rather than of its value.
fn is_of_operation(fault: &Fault, index: usize) -> bool {
    let Location::Pointer(pointer) = &fault.location else { return false };
    let member = pointer.strip_prefix(&format!("/{index}"));
    member.is_some_and(|member| matches!(member, "" | "/op" | "/path" | "/from"))
}

/// The library's own enum is tagged, and serde passes numbers of more than 64 bits to none of
/// those.
fn parse_operation(
    text: &str,
    parse_value: impl FnOnce(&RawValue) -> Option<Value>,
) -> Option<PatchOperation> {
    let members = outline::members(text, |name| matches!(name, "op" | "path" | "from" | "value"))?;
    let string = |name| serde_json::from_str::<Cow<'_, str>>(members.get(name)?.get()).ok();
    let pointer = |name| PointerBuf::parse(string(name)?.as_ref()).ok();
    let value = || parse_value(members.get("value")?);
    let path = pointer("path")?;
    Some(match string("op")?.as_ref() {
        "add" => PatchOperation::Add(AddOperation { path, value: value()? }),
        "remove" => PatchOperation::Remove(RemoveOperation { path }),
        "replace" => PatchOperation::Replace(ReplaceOperation { path, value: value()? }),
        "move" => PatchOperation::Move(MoveOperation { from: pointer("from")?, path }),
        "copy" => PatchOperation::Copy(CopyOperation { from: pointer("from")?, path }),
        "test" => PatchOperation::Test(TestOperation { path, value: value()? }),
        _ => return None,
    })
}

/// Whether the operation would make a member that `serde_json` takes for something else.
fn has_reserved_name(operation: &PatchOperation) -> bool {
    operation.path().tokens().any(|token| token.decoded().starts_with(RESERVED))
}

/// The entity after all operations of a JSON Patch. Of their values, one at a time is in memory.
///
/// # Errors
///
/// 422 if an operation names a missing location or changes an output-only member, or if the result
/// is not a valid `T`; 409 if a `test` fails.
pub fn operate<T: Input>(current: &impl Serialize, text: &str) -> Result<T, Problem> {
    let operations: Vec<&RawValue> = serde_json::from_str(text).map_err(Error::internal)?;
    let stored = document(current)?;
    let original: Vec<_> = T::OUTPUT_ONLY.iter().map(|name| (*name, stored.get(*name).cloned())).collect();
    let mut document = Value::Object(stored);
    let mut written = 0;
    let mut changed: Vec<&str> = Vec::new();
    for (index, operation) in operations.into_iter().enumerate() {
        let operation = parse_operation(operation.get(), |value| serde_json::from_str(value.get()).ok());
        let operation = operation.ok_or_else(|| Error::internal("an operation was not checked"))?;
        step(&mut document, &operation, &mut written).map_err(|failure| failure.at(index))?;
        // A later operation may restore the value; the change is still a fault.
        let differs = |name: &str, stored: &Option<Value>| match (document.get(name), stored) {
            (Some(value), Some(stored)) => !number::is_equal(value, stored),
            (value, stored) => value != stored.as_ref(),
        };
        let differing = original.iter().filter(|(name, stored)| differs(name, stored));
        changed.extend(differing.map(|(name, _)| *name));
    }
    changed.sort_unstable();
    changed.dedup();
    let Value::Object(members) = &mut document else {
        return Err(Problem::invalid(vec![Fault::at("", "type", "must be an object")]));
    };
    let mut faults: Vec<Fault> =
        changed.iter().map(|name| Fault::at(format!("/{name}"), "read_only", "cannot be changed")).collect();
    members.retain(|name, _| !T::is_output_only(name));
    let text = document.to_string();
    drop(document);
    match json::parse_checked(&text, &json::strict) {
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
                let detail = format!(
                    "must not write values that take more than {most} MiB of memory, with the operations before it"
                );
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
    if !matches!(operation, PatchOperation::Move(_)) {
        *written += size;
    }
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
        Value::Array(values) => {
            let spare = values.capacity() - values.len();
            values.iter().map(measure).fold((own * (1 + spare), 1), add)
        }
        Value::Object(members) => members.iter().fold((own, 1), |sum, (name, value)| {
            let (size, depth) = measure(value);
            add(sum, (size + 4 * own + name.len(), depth))
        }),
    }
}
