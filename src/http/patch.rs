//! Changing a part of an entity: JSON Merge Patch (RFC 7396).
//!
//! A patch is applied to the entity as clients see it, and the result is validated as if it had been sent whole.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    error::{Error, Fault},
    http::{answer, json, problem::Problem},
};

/// The entity after the patch, without the members that only the server writes.
///
/// # Errors
///
/// 422 where the patch names a read-only member or the result is not a valid `T`.
pub fn merge<T>(current: &impl Serialize, patch: Map<String, Value>, read_only: &[&str]) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let forbidden = read_only.iter().filter(|name| patch.contains_key(**name));
    let faults: Vec<Fault> =
        forbidden.map(|name| Fault::at(format!("/{name}"), "read_only", "cannot be changed")).collect();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let internal = |error| Problem::from(Error::Internal(Box::new(error)));
    let current = answer::to_vec(current).map_err(internal)?;
    let mut document = serde_json::from_slice(&current).map_err(internal)?;
    if let Value::Object(members) = &mut document {
        members.retain(|name, _| !read_only.contains(&name.as_str()));
    }
    // A merge takes away in silence what is not there; a name that no entity has is a mistake all the same.
    let mut unknown = Map::new();
    for (name, value) in &patch {
        if value.is_null() && document.get(name).is_none() {
            unknown.insert(name.clone(), Value::Null);
        }
    }
    json_patch::merge(&mut document, &Value::Object(patch));
    if let Value::Object(members) = &mut document {
        members.append(&mut unknown);
    }
    json::parse(&serde_json::to_vec(&document).map_err(internal)?)
}
