//! The JSON of requests and responses about collections.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use validator::{Validate, ValidationError};

use super::indexed::IndexedAttributes;
use crate::{
    http::{
        request::{
            collection_key::{CollectionKey, validate_key},
            content::Input,
            schema::OptionalSchema,
            text,
        },
        response::{
            json::{microseconds, optional_verbatim},
            page::PageView,
        },
    },
    postgres::{
        catalog::models::{Collection, CollectionContent},
        json::JsonText,
    },
};

/// The most characters of a title.
const MAX_TITLE: usize = 200;
/// The most characters of a description.
const MAX_DESCRIPTION: usize = 2000;

/// What people call the collection.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectionTitle(String);

impl PartialSchema for CollectionTitle {
    fn schema() -> RefOr<Schema> {
        text::line_schema("What people call the collection", MAX_TITLE)
    }
}

impl ToSchema for CollectionTitle {}

/// What the collection's items are.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectionDescription(String);

impl PartialSchema for CollectionDescription {
    fn schema() -> RefOr<Schema> {
        text::prose_schema("What the collection's items are", MAX_DESCRIPTION)
    }
}

impl ToSchema for CollectionDescription {}

/// A new collection. Omitted members get their defaults. Members that only the server writes are
/// ignored.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "key": "acme.lamps", "title": "Lamps", "description": "All lamps of Acme.",
    "schema": { "type": "object", "properties": { "watts": { "type": "number", "minimum": 0 } } },
    "indexed": [{ "path": "watts", "type": "number" }]
})))]
pub struct CollectionCreate {
    #[validate(custom(function = validate_key))]
    #[schema(inline)]
    key: CollectionKey,
    #[validate(custom(function = validate_title))]
    #[schema(inline)]
    title: CollectionTitle,
    #[serde(default)]
    #[validate(custom(function = validate_description))]
    #[schema(inline)]
    description: CollectionDescription,
    #[serde(default)]
    #[validate(nested)]
    #[schema(inline)]
    schema: OptionalSchema,
    #[serde(default)]
    #[validate(nested)]
    #[schema(inline)]
    indexed: IndexedAttributes,
}

impl Input for CollectionCreate {
    const OUTPUT_ONLY: &[&str] =
        &["schema_version", "version", "created_at", "updated_at", "created_by", "updated_by"];
    const IS_LABORIOUS: bool = true;
}

impl From<CollectionCreate> for (CollectionKey, CollectionContent) {
    fn from(CollectionCreate { key, title, description, schema, indexed }: CollectionCreate) -> Self {
        (key, CollectionReplace { title, description, schema, indexed }.into())
    }
}

/// The full content of a collection. Omitted members get their defaults. Members that only the
/// server writes are ignored, and so is the key, which must be that of the path.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "title": "Lamps", "description": "All lamps of Acme.",
    "schema": { "type": "object", "properties": { "watts": { "type": "number", "minimum": 0 } } },
    "indexed": [{ "path": "watts", "type": "number" }]
})))]
pub struct CollectionReplace {
    #[validate(custom(function = validate_title))]
    #[schema(inline)]
    title: CollectionTitle,
    #[serde(default)]
    #[validate(custom(function = validate_description))]
    #[schema(inline)]
    description: CollectionDescription,
    #[serde(default)]
    #[validate(nested)]
    #[schema(inline)]
    schema: OptionalSchema,
    #[serde(default)]
    #[validate(nested)]
    #[schema(inline)]
    indexed: IndexedAttributes,
}

impl Input for CollectionReplace {
    const OUTPUT_ONLY: &[&str] =
        &["key", "schema_version", "version", "created_at", "updated_at", "created_by", "updated_by"];
    const WHOLE: &[&str] = &["schema"];
    const IS_LABORIOUS: bool = true;
}

impl From<CollectionReplace> for CollectionContent {
    fn from(CollectionReplace { title, description, schema, indexed }: CollectionReplace) -> Self {
        Self {
            title: text::trim(&title.0).to_owned(),
            description: description.0,
            schema: schema.into(),
            indexed: indexed.into(),
        }
    }
}

/// Changes to a collection (RFC 7396): members that are left out stay, null resets to the default.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "title": "Lamps and bulbs" })))]
#[expect(
    dead_code,
    reason = "documents the patch, which is applied as JSON and whose result is then validated"
)]
pub struct CollectionPatch {
    #[schema(inline, nullable = false)]
    title: Option<CollectionTitle>,
    #[schema(inline)]
    description: Option<CollectionDescription>,
    #[schema(inline, nullable = false)]
    schema: Option<OptionalSchema>,
    #[schema(inline)]
    indexed: Option<IndexedAttributes>,
}

/// A collection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "key": "acme.lamps", "title": "Lamps", "description": "All lamps of Acme.",
    "schema": { "type": "object", "properties": { "watts": { "type": "number", "minimum": 0 } } },
    "schema_version": 1, "indexed": [{ "path": "watts", "type": "number", "state": "ready" }], "version": 1,
    "created_at": "2026-11-22T12:00:00.000000Z", "updated_at": "2026-11-22T12:00:00.000000Z",
    "created_by": "key-vN3kQx0a", "updated_by": null
})))]
pub struct CollectionView {
    #[schema(inline, value_type = CollectionKey)]
    key: String,
    #[schema(inline, value_type = CollectionTitle)]
    title: String,
    #[schema(inline, value_type = CollectionDescription)]
    description: String,
    #[serde(serialize_with = "optional_verbatim")]
    #[schema(inline, value_type = OptionalSchema)]
    schema: Option<JsonText>,
    /// The version of the schema, which every change of its value increments; null if there is
    /// none.
    #[schema(required = true, minimum = 1, maximum = 2_147_483_647)]
    schema_version: Option<i32>,
    #[schema(inline)]
    indexed: IndexedAttributes,
    /// 1 at creation, incremented by every change; the entity tag is this number in quotation
    /// marks, unless an index is being built.
    #[schema(minimum = 1)]
    version: i64,
    /// When the collection was created: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    created_at: DateTime<Utc>,
    /// When the collection was last changed: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    updated_at: DateTime<Utc>,
    /// Who created the collection: a key such as `key-vN3kQx0a`, or the issuer and the subject of a
    /// token, such as `https://login.example.com#zoe`; null without authentication.
    #[schema(required = true, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f]+$")]
    created_by: Option<String>,
    /// Who last changed the collection, as `created_by`.
    #[schema(required = true, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f]+$")]
    updated_by: Option<String>,
}

impl From<Collection> for CollectionView {
    fn from(collection: Collection) -> Self {
        Self {
            key: collection.key,
            title: collection.title,
            description: collection.description,
            schema: collection.schema,
            schema_version: collection.schema_version,
            indexed: collection.indexed.0.into(),
            version: collection.version,
            created_at: collection.created_at,
            updated_at: collection.updated_at,
            created_by: collection.created_by,
            updated_by: collection.updated_by,
        }
    }
}

/// A page of collections.
pub type CollectionPage = PageView<'static, CollectionView>;

fn validate_title(CollectionTitle(title): &CollectionTitle) -> Result<(), ValidationError> {
    text::validate_line(title, MAX_TITLE)
}

fn validate_description(CollectionDescription(text): &CollectionDescription) -> Result<(), ValidationError> {
    text::validate_prose(text, MAX_DESCRIPTION)
}
