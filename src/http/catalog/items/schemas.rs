//! The JSON of requests and responses about items.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::attributes::Attributes;
use crate::{
    error::{Error, Fault},
    http::{
        request::{
            collection_key::{self, CollectionKey, validate_key},
            content::Input,
            text,
        },
        response::{
            json::{microseconds, optional_microseconds, verbatim},
            page::PageView,
        },
    },
    postgres::{
        catalog::{
            models::{DEFAULT_COLLECTION, Item, ItemContent, Status, Validity},
            operations::item::SortedItem,
        },
        json::JsonText,
    },
};

/// The most characters of a name.
pub const MAX_NAME: usize = 200;

/// The stage of an item's life: being prepared, in use, or stored for the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    #[default]
    Draft,
    Active,
    Archived,
}

impl ItemStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Archived];
}

impl From<ItemStatus> for Status {
    fn from(status: ItemStatus) -> Self {
        match status {
            ItemStatus::Draft => Self::Draft,
            ItemStatus::Active => Self::Active,
            ItemStatus::Archived => Self::Archived,
        }
    }
}

impl From<Status> for ItemStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Draft => Self::Draft,
            Status::Active => Self::Active,
            Status::Archived => Self::Archived,
        }
    }
}

/// What the item is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemName(String);

impl PartialSchema for ItemName {
    fn schema() -> RefOr<Schema> {
        text::line_schema("What the item is called", MAX_NAME)
    }
}

impl ToSchema for ItemName {}

impl From<ItemName> for String {
    fn from(name: ItemName) -> Self {
        text::trim(&name.0).to_owned()
    }
}

/// The key of the collection that the item belongs to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemCollection(Option<CollectionKey>);

impl PartialSchema for ItemCollection {
    fn schema() -> RefOr<Schema> {
        collection_key::optional_schema(&format!(
            "The key of the collection that the item belongs to: `{DEFAULT_COLLECTION}` for a new item that \
             names none. It cannot be changed."
        ))
    }
}

impl ToSchema for ItemCollection {}

/// The full content of an item. Omitted members get their defaults. Members that only the server
/// writes are ignored.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "Desk lamp", "status": "active", "attributes": { "color": "red", "weight": 9 } })))]
pub struct ItemCreate {
    #[serde(default)]
    #[validate(custom(function = validate_collection))]
    #[schema(inline)]
    pub(super) collection: ItemCollection,
    #[validate(custom(function = validate_name))]
    #[schema(inline)]
    pub(super) name: ItemName,
    /// The stage of the item's life.
    #[serde(default)]
    pub(super) status: ItemStatus,
    /// What else is known about it.
    #[serde(default)]
    #[validate(nested)]
    pub(super) attributes: Attributes,
}

impl ItemCreate {
    /// The key of the collection, if the client names one.
    pub fn named_collection(&self) -> Option<&str> {
        self.collection.0.as_ref().map(CollectionKey::as_str)
    }

    /// The key of the collection of a new item.
    pub fn collection(&self) -> &str {
        self.named_collection().unwrap_or(DEFAULT_COLLECTION)
    }

    /// This content for an item that exists.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it names another collection than that of the item.
    pub fn for_item_in(self, collection: &str) -> Result<ItemContent, Error> {
        if self.named_collection().is_some_and(|key| key != collection) {
            return Err(Error::Invalid(vec![Fault::at("/collection", "immutable", "cannot be changed")]));
        }
        Ok(ItemContent { collection: collection.to_owned(), ..self.into() })
    }
}

impl Input for ItemCreate {
    const OUTPUT_ONLY: &[&str] = &[
        "id",
        "schema_version",
        "version",
        "created_at",
        "updated_at",
        "created_by",
        "updated_by",
        "deleted_at",
    ];
}

impl From<ItemCreate> for ItemContent {
    fn from(ItemCreate { collection, name, status, attributes }: ItemCreate) -> Self {
        Self {
            collection: collection.0.map_or_else(|| DEFAULT_COLLECTION.to_owned(), CollectionKey::into),
            name: name.into(),
            status: status.into(),
            attributes: attributes.into(),
            validity: Validity::default(),
        }
    }
}

/// Changes to an item (RFC 7396): members that are left out stay, null resets to the default.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "status": "active", "attributes": { "color": null, "weight": 9 } })))]
#[expect(
    dead_code,
    reason = "documents the patch, which is applied as JSON and whose result is then validated"
)]
pub struct ItemPatch {
    #[schema(inline, nullable = false)]
    name: Option<ItemName>,
    /// The stage of the item's life.
    status: Option<ItemStatus>,
    /// What else is known of it: members that are null are taken away, the others are set or, if
    /// they are objects, merged.
    attributes: Option<Attributes>,
}

/// An item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "collection": "default", "name": "Desk lamp", "status": "active",
    "attributes": { "color": "red", "weight": 9 }, "schema_version": null, "version": 1,
    "created_at": "2026-11-22T12:00:00.000000Z", "updated_at": "2026-11-22T12:00:00.000000Z",
    "created_by": "key-vN3kQx0a", "updated_by": null, "deleted_at": null
})))]
pub struct ItemView {
    /// The server makes UUIDs of version 7, so that later items have greater ids. A PUT may choose
    /// any other.
    id: Uuid,
    #[schema(inline, value_type = CollectionKey)]
    collection: String,
    #[schema(inline, value_type = ItemName)]
    name: String,
    /// The stage of the item's life.
    status: ItemStatus,
    /// What else is known about it.
    #[serde(serialize_with = "verbatim")]
    #[schema(value_type = Attributes)]
    attributes: JsonText,
    /// The version of the collection's schema that the item satisfied when it was written; null if
    /// there was no schema.
    #[schema(required = true, minimum = 1, maximum = 2_147_483_647)]
    schema_version: Option<i32>,
    /// 1 at creation, incremented by every change; the entity tag is this number in quotation
    /// marks.
    #[schema(minimum = 1)]
    version: i64,
    /// When the item was created: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    created_at: DateTime<Utc>,
    /// When the item was last changed: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    updated_at: DateTime<Utc>,
    /// Who created the item: a key such as `key-vN3kQx0a`, or the issuer and the subject of a
    /// token, such as `https://login.example.com#zoe`; null without authentication.
    #[schema(required = true, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f]+$")]
    created_by: Option<String>,
    /// Who last changed the item, as `created_by`.
    #[schema(required = true, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f]+$")]
    updated_by: Option<String>,
    /// When the item was deleted: UTC, with microseconds; null while it is live.
    #[serde(serialize_with = "optional_microseconds")]
    #[schema(required = true)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<SortedItem> for ItemView {
    fn from(sorted: SortedItem) -> Self {
        sorted.item.into()
    }
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            collection: item.collection,
            name: item.name,
            status: item.status.into(),
            attributes: item.attributes,
            schema_version: item.schema_version,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
            created_by: item.created_by,
            updated_by: item.updated_by,
            deleted_at: item.deleted_at,
        }
    }
}

/// A page of items.
pub type ItemPage = PageView<'static, ItemView>;

/// # Errors
///
/// As [`text::validate_line`].
pub fn validate_name(ItemName(name): &ItemName) -> Result<(), ValidationError> {
    text::validate_line(name, MAX_NAME)
}

/// # Errors
///
/// As [`validate_key`].
pub fn validate_collection(ItemCollection(key): &ItemCollection) -> Result<(), ValidationError> {
    key.as_ref().map_or(Ok(()), validate_key)
}
