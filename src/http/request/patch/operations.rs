//! Parses the operations of a JSON Patch.

use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchOperation, RemoveOperation, ReplaceOperation,
    TestOperation, jsonptr::PointerBuf,
};
use serde_json::Value;

use crate::{
    error::Fault,
    http::{limits::MAX_PATCH_OPERATIONS, request::json::RESERVED, response::problem::Problem},
};

pub(super) fn parse_operations(value: Value) -> Result<Vec<PatchOperation>, Problem> {
    let Value::Array(values) = value else {
        return Err(Problem::malformed(vec![Fault::at("", "json_patch", "must be an array of operations")]));
    };
    if values.len() > MAX_PATCH_OPERATIONS {
        let detail = format!("must have at most {MAX_PATCH_OPERATIONS} operations");
        return Err(Problem::invalid(vec![Fault::at("", "too_many", detail)]));
    }
    let mut operations = Vec::with_capacity(values.len());
    let mut faults = Vec::new();
    let mut is_malformed = false;
    for (index, value) in values.into_iter().enumerate() {
        match parse_operation(value) {
            Some(operation) if has_reserved_name(&operation) => {
                let detail = "must not use a reserved name";
                faults.push(Fault::at(format!("/{index}/path"), "reserved_name", detail));
            }
            Some(operation) => operations.push(operation),
            None => {
                is_malformed = true;
                let detail = "must be an operation of RFC 6902 with all its members";
                faults.push(Fault::at(format!("/{index}"), "json_patch", detail));
            }
        }
    }
    if faults.is_empty() {
        Ok(operations)
    } else if is_malformed {
        Err(Problem::malformed(faults))
    } else {
        Err(Problem::invalid(faults))
    }
}

/// The library's own enum is tagged, and serde passes numbers of more than 64 bits to none of
/// those.
fn parse_operation(value: Value) -> Option<PatchOperation> {
    let Value::Object(mut members) = value else { return None };
    let op = members.remove("op")?;
    let pointer = |name| PointerBuf::parse(members.get(name)?.as_str()?).ok();
    let path = pointer("path")?;
    Some(match op.as_str()? {
        "add" => PatchOperation::Add(AddOperation { path, value: members.remove("value")? }),
        "remove" => PatchOperation::Remove(RemoveOperation { path }),
        "replace" => PatchOperation::Replace(ReplaceOperation { path, value: members.remove("value")? }),
        "move" => PatchOperation::Move(MoveOperation { from: pointer("from")?, path }),
        "copy" => PatchOperation::Copy(CopyOperation { from: pointer("from")?, path }),
        "test" => PatchOperation::Test(TestOperation { path, value: members.remove("value")? }),
        _ => return None,
    })
}

/// Whether the operation would make a member that `serde_json` takes for something else.
fn has_reserved_name(operation: &PatchOperation) -> bool {
    operation.path().tokens().any(|token| token.decoded().starts_with(RESERVED))
}
