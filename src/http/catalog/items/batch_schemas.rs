//! The JSON of batches.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    mem,
};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, value::RawValue};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema, Type,
        schema::{Array, ArrayBuilder, ObjectBuilder},
    },
};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::schemas::{ItemCreate, ItemPatch, ItemView, is_uuid};
use crate::{
    error::{Fault, Location},
    http::{
        limits::{MAX_ENTITY_TAGS, MAX_FAULTS},
        request::{
            body::FromBody,
            json,
            path::parse_uuid,
            preconditions::{ENTITY_TAGS, Preconditions},
        },
        response::problem::Problem,
    },
};

/// The most operations of a batch.
const MAX_OPERATIONS: usize = 1000;

/// Writes of items in one transaction, all or nothing.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "operations": [
    { "op": "create", "item": { "name": "Desk lamp", "attributes": { "color": "red" } } },
    { "op": "update", "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "if_match": "\"3\"", "patch": { "status": "active" } },
    { "op": "delete", "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a56" }
] })))]
#[expect(dead_code, reason = "documents the body, whose operations are parsed one by one")]
pub struct ItemBatch {
    #[schema(schema_with = operations_schema)]
    operations: Vec<ItemBatchOperation>,
}

/// One write of a batch.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "as above")]
enum ItemBatchOperation {
    Create(ItemBatchCreate),
    Update(ItemBatchUpdate),
    Delete(ItemBatchDelete),
}

/// Creates an item.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "op": "create", "item": { "name": "Desk lamp", "status": "draft", "attributes": {} } })))]
pub struct ItemBatchCreate {
    #[expect(dead_code, reason = "its value was checked before")]
    op: ItemBatchCreateOp,
    #[validate(nested)]
    item: ItemCreate,
}

/// Changes parts of an item.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "op": "update", "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "if_match": "\"3\"", "patch": { "status": "active" }
})))]
pub struct ItemBatchUpdate {
    #[expect(dead_code, reason = "its value was checked before")]
    op: ItemBatchUpdateOp,
    /// The item's id.
    #[validate(custom(function = is_uuid))]
    #[schema(value_type = Uuid)]
    id: String,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = are_entity_tags))]
    #[schema(inline, nullable = false)]
    if_match: Option<EntityTags>,
    /// A JSON Merge Patch (RFC 7396).
    #[schema(value_type = ItemPatch)]
    patch: Map<String, Value>,
}

/// Deletes an item, so that it can be restored.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "op": "delete", "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "if_match": "*" })))]
pub struct ItemBatchDelete {
    #[expect(dead_code, reason = "its value was checked before")]
    op: ItemBatchDeleteOp,
    /// The item's id.
    #[validate(custom(function = is_uuid))]
    #[schema(value_type = Uuid)]
    id: String,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = are_entity_tags))]
    #[schema(inline, nullable = false)]
    if_match: Option<EntityTags>,
}

/// Entity tags of which the item must have one, as in the field `If-Match`.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct EntityTags(String);

impl PartialSchema for EntityTags {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Entity tags of which the item must have one, as in the field `If-Match`."))
            .max_length(Some(MAX_ENTITY_TAGS))
            .pattern(Some(ENTITY_TAGS))
            .into()
    }
}

impl ToSchema for EntityTags {}

fn operations_schema() -> Array {
    ArrayBuilder::new()
        .items(Ref::from_schema_name(ItemBatchOperation::name()))
        .min_items(Some(1))
        .max_items(Some(MAX_OPERATIONS))
        .description(Some(format!("What to do: 1 to {MAX_OPERATIONS} writes, at most one of them on each item.")))
        .build()
}

fn results_schema() -> Array {
    ArrayBuilder::new()
        .items(Ref::from_schema_name(ItemBatchResult::name()))
        .min_items(Some(1))
        .max_items(Some(MAX_OPERATIONS))
        .description(Some("One result for each operation, in the order of the request."))
        .build()
}

/// An optional member that must not be null: a precondition that got lost must not pass for none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EntityTags>, D::Error> {
    EntityTags::deserialize(deserializer).map(Some)
}

/// The kind of an operation.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemBatchCreateOp {
    Create,
}

/// The kind of an operation.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemBatchUpdateOp {
    Update,
}

/// The kind of an operation.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemBatchDeleteOp {
    Delete,
}

/// A valid operation.
pub enum Operation {
    Create(ItemCreate),
    Update { id: Uuid, preconditions: Preconditions, patch: Map<String, Value> },
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
}

/// The body of a batch.
pub struct Operations(pub Vec<Operation>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    operations: Vec<&'a RawValue>,
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
        Self::parse(text, faults)
    }
}

impl Operations {
    /// Parses the body, which is known to have `faults`.
    fn parse(text: &str, mut faults: Vec<Fault>) -> Result<Self, Problem> {
        let texts = match serde_json::from_str::<Body<'_>>(text) {
            Ok(Body { operations }) => operations,
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
    let Ok(mut members) = serde_json::from_str::<BTreeMap<Cow<'a, str>, &'a RawValue>>(text) else {
        faults.push(Fault::at("", "type", "must be an object"));
        return None;
    };
    let operations = members.remove("operations");
    faults.extend(members.keys().take(MAX_FAULTS + 1).map(|name| json::unknown_field("", name)));
    let Some(operations) = operations else {
        faults.push(json::required("", "operations"));
        return None;
    };
    let operations = serde_json::from_str(operations.get()).ok();
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
    let kind = serde_json::from_str::<Kind<'_>>(text).map(|kind| kind.op);
    let read = match kind.as_deref() {
        Ok("create") => json::parse_checked(text, ItemBatchCreate::validate)
            .map(|ItemBatchCreate { item, .. }| Operation::Create(item)),
        Ok("update") => json::parse_checked(text, ItemBatchUpdate::validate).map(
            |ItemBatchUpdate { id, if_match, patch, .. }| Operation::Update {
                id: valid_uuid(&id),
                preconditions: valid_preconditions(if_match),
                patch,
            },
        ),
        Ok("delete") => {
            json::parse_checked(text, ItemBatchDelete::validate).map(|ItemBatchDelete { id, if_match, .. }| {
                Operation::Delete { id: valid_uuid(&id), preconditions: valid_preconditions(if_match) }
            })
        }
        _ if text.starts_with('{') => Err(vec![Fault::at("/op", "enum", "must be create, update or delete")]),
        _ => Err(vec![Fault::at("", "type", "must be an object")]),
    };
    read.map_err(|mut faults| {
        // Whether a patch is valid depends on the item.
        let is_in_patch = |fault: &Fault| {
            matches!(&fault.location, Location::Pointer(pointer) if pointer.starts_with("/patch/"))
        };
        faults.retain(|fault| !is_in_patch(fault));
        if faults.is_empty() {
            faults.push(Fault::at("", "invalid", "is not valid"));
        }
        faults
    })
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

fn are_entity_tags(EntityTags(if_match): &EntityTags) -> Result<(), ValidationError> {
    let detail = "must be * or a list of entity tags, such as \"1\", \"2\"";
    let fault = || ValidationError::new("entity_tag").with_message(detail.into());
    Preconditions::from_if_match(if_match).map(|_| ()).ok_or_else(fault)
}

/// An id that was validated.
fn valid_uuid(id: &str) -> Uuid {
    parse_uuid(id).unwrap_or_default()
}

/// A list of entity tags that was validated.
fn valid_preconditions(if_match: Option<EntityTags>) -> Preconditions {
    if_match.and_then(|EntityTags(if_match)| Preconditions::from_if_match(&if_match)).unwrap_or_default()
}

/// The results of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemBatchResults {
    #[schema(schema_with = results_schema)]
    pub results: Vec<ItemBatchResult>,
}

/// The result of an operation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemBatchResult {
    /// The status that the operation would have had as a request: 201, 200 or 204.
    #[schema(minimum = 200, maximum = 204)]
    pub status: u16,
    /// The item's id.
    pub id: Uuid,
    /// The item; null if it was deleted.
    #[schema(required = true)]
    pub item: Option<ItemView>,
}
