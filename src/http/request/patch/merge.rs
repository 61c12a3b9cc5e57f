//! JSON Merge Patch (RFC 7396).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{
    error::{Error, Fault},
    http::{
        request::{
            content::Input,
            json::{self, TypeSchema, outline},
        },
        response::json::to_vec,
    },
};

/// Checks a merge patch.
///
/// # Errors
///
/// The faults that it has whatever it is applied to: those of the smallest `T` after the patch,
/// because a merge keeps every value of the patch. Possibly none, as of [`json::parse_checked`].
pub fn check_merge<T: Input>(text: &str) -> Result<(), Vec<Fault>> {
    let Err(faults) = check_smallest::<T>(text) else { return Ok(()) };
    // Each null removes a member, so the result may be smaller than the patch.
    let is_large = !faults.is_empty() && faults.iter().all(|fault| fault.code == "too_large");
    if is_large && text.contains("null") {
        return check_smallest::<T>(&json::without_nulls(text));
    }
    Err(faults)
}

/// Checks the smallest `T` after a merge patch. Hostile patches are large, so their values stay
/// unparsed.
fn check_smallest<T: Input>(text: &str) -> Result<(), Vec<Fault>> {
    let schema = TypeSchema::of::<T>();
    let Some(members) = outline::members(text, |name| schema.has_member(name)) else {
        return Err(vec![Fault::at("", "type", "must be an object")]);
    };
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
    json::parse_checked::<T>(&merged, &json::strict).map(|_| ())
}

/// The content of the entity after a merge patch, whose output-only members are ignored.
///
/// # Errors
///
/// [`Error::Invalid`] if the result is not a valid `T`.
pub fn merge<T: Input>(current: &impl Serialize, patch: &str) -> Result<T, Error> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(patch).map_err(Error::internal)?;
    // What is ignored may be large.
    let members = members.into_iter().filter(|(name, _)| !T::is_output_only(name));
    let parsed = members.map(|(name, value)| Ok((name, serde_json::from_str(value.get())?)));
    let patch = parsed.collect::<serde_json::Result<_>>().map_err(Error::internal)?;
    merge_into(document(current)?, patch).map_err(Error::Invalid)
}

fn merge_into<T: Input>(
    mut document: Map<String, Value>,
    patch: Map<String, Value>,
) -> Result<T, Vec<Fault>> {
    let schema = TypeSchema::of::<T>();
    document.retain(|name, _| !T::is_output_only(name));
    // A merge removes a missing member silently, but a name that no entity has is still a fault.
    let unknown = patch.iter().filter(|(name, value)| value.is_null() && !schema.has_member(name));
    let mut unknown: Map<String, Value> =
        unknown.map(|(name, value)| (name.clone(), value.clone())).collect();
    merge_members(&mut document, patch);
    document.append(&mut unknown);
    let merged = Value::Object(document).to_string();
    json::parse_checked(&merged, &json::strict)
}

/// Applies a merge patch. Unlike `json_patch::merge`, it moves the values of the patch, so that a
/// large one is in memory once.
fn merge_members(members: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                members.remove(&name);
            }
            Value::Object(patch) => {
                let member = members.entry(name).or_insert(Value::Null);
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(members) = member {
                    merge_members(members, patch);
                }
            }
            value => {
                members.insert(name, value);
            }
        }
    }
}

/// The entity as clients see it.
pub fn document(current: &impl Serialize) -> Result<Map<String, Value>, Error> {
    serde_json::from_slice(&to_vec(current)?).map_err(Error::internal)
}
