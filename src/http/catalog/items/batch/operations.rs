//! The operations of a batch, parsed one by one, so that all their faults are reported.

use std::{borrow::Cow, collections::HashSet, mem};

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::schemas::{EntityTags, ItemBatchCreate, ItemBatchDelete, ItemBatchUpdate, MAX_OPERATIONS};
use crate::{
    error::{Fault, Location},
    http::{
        catalog::items::schemas::ItemCreate,
        limits::MAX_FAULTS,
        request::{
            body::FromBody,
            content,
            json::{self, outline::Elements},
            patch,
            path::{Id, parse_uuid},
            preconditions::Preconditions,
        },
        response::problem::Problem,
    },
};

/// A valid operation.
pub enum Operation {
    Create(ItemCreate),
    Update { id: Uuid, preconditions: Preconditions, patch: Box<RawValue> },
    Delete { id: Uuid, preconditions: Preconditions },
}

impl Operation {
    /// The item that the client names, and the preconditions on it.
    pub fn target(&self) -> Option<(Uuid, &Preconditions)> {
        match self {
            Self::Create(_) => None,
            Self::Update { id, preconditions, .. } | Self::Delete { id, preconditions } => {
                Some((*id, preconditions))
            }
        }
    }

    /// The bytes of its patch, which is parsed when it is applied.
    pub fn patch_bytes(&self) -> usize {
        if let Self::Update { patch, .. } = self { patch.get().len() } else { 0 }
    }
}

/// The body of a batch.
pub struct Operations(pub Vec<Operation>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    operations: Elements<'a>,
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow)]
    op: Cow<'a, str>,
}

impl<H> FromBody<H> for Operations {
    const MEDIA_TYPES: &[&str] = &["application/json"];

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        let (text, faults) = json::check_syntax(body)?;
        Self::parse(&text, faults)
    }
}

impl Operations {
    /// Parses the body, which is known to have `faults`.
    fn parse(text: &str, mut faults: Vec<Fault>) -> Result<Self, Problem> {
        let texts = match json::from_str::<Body<'_>>(text) {
            Ok(Body { operations: Elements(operations) }) => operations,
            Err(_) => members(text, &mut faults).ok_or_else(|| json::invalid(mem::take(&mut faults)))?,
        };
        if !(1..=MAX_OPERATIONS).contains(&texts.len()) {
            let detail = format!("must have 1 to {MAX_OPERATIONS} elements");
            faults.push(Fault::at("/operations", "length", detail));
            return Err(json::invalid(faults));
        }
        let mut operations = Vec::with_capacity(texts.len());
        let mut targets = HashSet::new();
        for (index, text) in texts.iter().enumerate() {
            let id = match parse_operation(text.get()) {
                Ok(operation) => {
                    let id = operation.target().map(|(id, _)| id);
                    operations.push(operation);
                    id
                }
                Err(found) => {
                    // Possibly none, as of `json::parse_checked`.
                    if found.is_empty() && faults.is_empty() {
                        faults.push(fault_at(index, Fault::at("", "invalid", "is not valid")));
                    }
                    faults.extend(found.into_iter().map(|fault| fault_at(index, fault)));
                    target_of_invalid(text.get())
                }
            };
            if id.is_some_and(|id| !targets.insert(id)) {
                let detail = "must occur once in a batch";
                faults.push(fault_at(index, Fault::at("/id", "duplicate", detail)));
            }
            if faults.len() > MAX_FAULTS {
                break;
            }
        }
        if faults.is_empty() { Ok(Self(operations)) } else { Err(Problem::invalid(faults)) }
    }
}

/// The operations of a text that is not a [`Body`], if it has some, and the faults around them.
fn members<'a>(text: &'a str, faults: &mut Vec<Fault>) -> Option<Vec<&'a RawValue>> {
    let Some(mut members) = content::members::<ItemCreate>(text) else {
        faults.push(Fault::at("", "type", "must be an object"));
        return None;
    };
    let operations = members.remove("operations");
    faults.extend(json::unknown_fields("", members.keys().map(AsRef::as_ref)));
    let Some(operations) = operations else {
        faults.push(json::required("", "operations"));
        return None;
    };
    let operations = serde_json::from_str(operations.get()).ok().map(|Elements(operations)| operations);
    if operations.is_none() {
        faults.push(Fault::at("/operations", "type", "must be an array"));
    }
    operations
}

/// The fault of an operation, relative to the whole body.
pub fn fault_at(index: usize, fault: Fault) -> Fault {
    fault.inside(format_args!("/operations/{index}"))
}

fn parse_operation(text: &str) -> Result<Operation, Vec<Fault>> {
    let kind = json::from_str::<Kind<'_>>(text).map(|kind| kind.op);
    match kind.as_deref() {
        Ok("create") => json::parse_checked(text, &item_without_output_only)
            .map(|ItemBatchCreate { item, .. }| Operation::Create(item)),
        Ok("update") => parse_update(text),
        Ok("delete") => {
            json::parse_checked(text, &json::strict).map(|ItemBatchDelete { id, if_match, .. }| {
                Operation::Delete { id: valid_uuid(&id), preconditions: valid_preconditions(if_match) }
            })
        }
        _ if text.starts_with('{') => Err(vec![Fault::at("/op", "enum", "must be create, update or delete")]),
        _ => Err(vec![Fault::at("", "type", "must be an object")]),
    }
}

fn parse_update(text: &str) -> Result<Operation, Vec<Fault>> {
    let members = content::members::<ItemCreate>(text).unwrap_or_default();
    let id = members.get("id").and_then(|id| serde_json::from_str(id.get()).ok());
    let id = id.and_then(|id: Cow<'_, str>| parse_uuid(&id)).map(Id);
    let check_patch = |patch: &RawValue| {
        let mismatch = |id| content::mismatch::<ItemCreate, _>(patch.get(), id, "of the operation");
        let mut faults = Vec::from_iter(id.as_ref().and_then(mismatch));
        let checked = patch::check_merge::<ItemCreate>(patch.get()).map_err(|found| faults.extend(found));
        if checked.is_ok() && faults.is_empty() {
            return Ok(());
        }
        Err(faults.into_iter().map(|fault| fault.inside("/patch")).collect::<Vec<_>>())
    };
    match json::parse_checked(text, &json::strict) {
        Ok(ItemBatchUpdate { id, if_match, patch, .. }) => {
            check_patch(&patch)?;
            Ok(Operation::Update { id: valid_uuid(&id), preconditions: valid_preconditions(if_match), patch })
        }
        Err(mut faults) => {
            // The schema of a patch says less than that of its result.
            let is_in_patch = |fault: &Fault| {
                matches!(&fault.location, Location::Pointer(at) if at.starts_with("/patch"))
                    && fault.code != "required"
            };
            faults.retain(|fault| !is_in_patch(fault));
            faults.extend(
                members.get("patch").and_then(|patch| check_patch(patch).err()).into_iter().flatten(),
            );
            Err(faults)
        }
    }
}

/// An operation whose item was read before.
fn item_without_output_only(text: &str, _: &mut Vec<Fault>) -> Option<String> {
    let mut members = content::members::<ItemCreate>(text)?;
    let item = content::without_output_only::<ItemCreate>(members.get("item")?.get())?;
    let item = RawValue::from_string(item).ok()?;
    members.insert("item".into(), &item);
    serde_json::to_string(&members).ok()
}

/// The item that an invalid operation names.
fn target_of_invalid(text: &str) -> Option<Uuid> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        op: Cow<'a, str>,
        #[serde(borrow)]
        id: Cow<'a, str>,
    }
    let Named { op, id } = serde_json::from_str(text).ok()?;
    parse_uuid(&id).filter(|_| matches!(&*op, "update" | "delete"))
}

/// An id that was validated.
fn valid_uuid(id: &str) -> Uuid {
    parse_uuid(id).unwrap_or_default()
}

/// A list of entity tags that was validated.
fn valid_preconditions(if_match: Option<EntityTags>) -> Preconditions {
    if_match.and_then(|EntityTags(if_match)| Preconditions::from_if_match(&if_match)).unwrap_or_default()
}
