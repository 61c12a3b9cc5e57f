//! The JSON of batches.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema, Type,
        schema::{ArrayBuilder, ObjectBuilder},
    },
};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::http::{
    catalog::items::schemas::{ItemCreate, ItemPatch, ItemView},
    limits::MAX_ENTITY_TAGS,
    request::{
        path::validate_uuid,
        preconditions::{ENTITY_TAGS, Preconditions},
    },
    write::UnstoredResponse,
};

/// The most operations of a batch.
pub const MAX_OPERATIONS: usize = 1000;

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
    #[schema(inline)]
    operations: OperationList,
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
    pub item: ItemCreate,
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
    #[validate(custom(function = validate_uuid))]
    #[schema(value_type = Uuid)]
    pub id: String,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = are_entity_tags))]
    #[schema(inline, nullable = false)]
    pub if_match: Option<EntityTags>,
    /// A JSON Merge Patch (RFC 7396).
    #[schema(value_type = ItemPatch)]
    pub patch: Box<RawValue>,
}

/// Deletes an item, so that it can be restored.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "op": "delete", "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "if_match": "*" })))]
pub struct ItemBatchDelete {
    #[expect(dead_code, reason = "its value was checked before")]
    op: ItemBatchDeleteOp,
    /// The item's id.
    #[validate(custom(function = validate_uuid))]
    #[schema(value_type = Uuid)]
    pub id: String,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = are_entity_tags))]
    #[schema(inline, nullable = false)]
    pub if_match: Option<EntityTags>,
}

/// Entity tags of which the item must have one, as in the field `If-Match`.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityTags(pub String);

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

/// As many elements as a batch may have operations.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct BatchList<T>(pub Vec<T>);

type OperationList = BatchList<ItemBatchOperation>;
type ResultList = BatchList<ItemBatchResult>;

impl<T: ToSchema> PartialSchema for BatchList<T> {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .min_items(Some(1))
            .max_items(Some(MAX_OPERATIONS))
            .description(Some("In the order of the request; at most one write of each item."))
            .into()
    }
}

impl<T: ToSchema> ToSchema for BatchList<T> {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into(), T::schema()));
        T::schemas(schemas);
    }
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

/// The results of a batch. A replay says only that it was carried out if they were too large to be
/// stored.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the body, which is either")]
pub enum ItemBatchReply {
    Results(ItemBatchResults),
    Unstored(UnstoredResponse),
}

/// The results of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemBatchResults {
    #[schema(inline)]
    pub results: ResultList,
}

/// The result of an operation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemBatchResult {
    /// The status that the operation would have had as a request: 201, 200 or 204.
    #[schema(minimum = 200, maximum = 204)]
    pub status: u16,
    /// The item's id.
    pub id: Uuid,
    /// The version of the item; null if it was deleted.
    #[schema(required = true, minimum = 1)]
    pub version: Option<i64>,
    /// The item; null if it was deleted, and with `Prefer: return=minimal`.
    #[schema(required = true)]
    pub item: Option<ItemView>,
}

fn are_entity_tags(EntityTags(if_match): &EntityTags) -> Result<(), ValidationError> {
    let detail = "must be * or a list of entity tags, such as \"1\", \"2\"";
    let fault = || ValidationError::new("entity_tag").with_message(detail.into());
    Preconditions::from_if_match(if_match).map(|_| ()).ok_or_else(fault)
}
