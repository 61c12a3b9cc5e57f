//! The JSON of imports.

use clap::ValueEnum;
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::http::{
    catalog::items::{
        attributes::Attributes,
        schemas::{ItemCollection, ItemCreate, ItemName, ItemStatus, validate_collection, validate_name},
    },
    limits::MAX_FAULTS,
    request::{
        content::Input,
        path::{parse_uuid, validate_uuid},
        query::{Expected, FromQuery, Parameters},
    },
    response::problem::Entry,
};

/// An item of an import: a line of NDJSON. Members that only the server writes are ignored, so that
/// a line of an export can be sent back.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "name": "Desk lamp", "status": "active",
    "attributes": { "color": "red", "weight": 9 }
})))]
#[expect(dead_code, reason = "members that only the server writes")]
pub struct ItemImport {
    /// The item's id; without it, the server makes one.
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = validate_uuid))]
    #[schema(value_type = Uuid, required = false, nullable = false)]
    id: Option<String>,
    #[serde(default)]
    #[validate(custom(function = validate_collection))]
    #[schema(inline)]
    collection: ItemCollection,
    #[validate(custom(function = validate_name))]
    #[schema(inline)]
    name: ItemName,
    /// The stage of the item's life.
    #[serde(default)]
    status: ItemStatus,
    /// What else is known about it.
    #[serde(default)]
    #[validate(nested)]
    attributes: Attributes,
    #[serde(default)]
    #[schema(ignore)]
    schema_version: IgnoredAny,
    #[serde(default)]
    #[schema(ignore)]
    version: IgnoredAny,
    #[serde(default)]
    #[schema(ignore)]
    created_at: IgnoredAny,
    #[serde(default)]
    #[schema(ignore)]
    updated_at: IgnoredAny,
    #[serde(default)]
    #[schema(ignore)]
    created_by: IgnoredAny,
    #[serde(default)]
    #[schema(ignore)]
    updated_by: IgnoredAny,
    #[serde(default)]
    #[schema(ignore)]
    deleted_at: IgnoredAny,
}

impl Input for ItemImport {
    const OUTPUT_ONLY: &[&str] =
        &["schema_version", "version", "created_at", "updated_at", "created_by", "updated_by", "deleted_at"];
}

impl ItemImport {
    /// The id, if the client chose one, and the content.
    pub fn into_parts(self) -> (Option<Uuid>, ItemCreate) {
        let Self { id, collection, name, status, attributes, .. } = self;
        (id.as_deref().and_then(parse_uuid), ItemCreate { collection, name, status, attributes })
    }
}

/// An optional member that must not be null: an id that got lost must not pass for none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// What an import does about an item that is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[schema(default = "abort")]
pub enum OnError {
    /// Store nothing.
    #[default]
    Abort,
    /// Store the others.
    Skip,
}

/// What an import does about an item whose id is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[schema(default = "replace")]
pub enum OnConflict {
    /// Replace the stored item.
    #[default]
    Replace,
    /// Take it for wrong.
    Error,
    /// Keep the stored item.
    Ignore,
}

/// How to import.
#[derive(Debug, Clone, Copy, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemImportQuery {
    /// What to do about an item that is wrong: `abort` stores nothing, `skip` stores the others.
    #[param(required = false, inline)]
    pub on_error: OnError,
    /// What to do about an item whose id is taken: `replace` replaces the stored item as a PUT
    /// does, `error` takes the new one for wrong, `ignore` keeps the stored one.
    #[param(required = false, inline)]
    pub on_conflict: OnConflict,
}

impl FromQuery for ItemImportQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        let mut query = Self::default();
        let abort_or_skip = |_| Expected("enum", "must be abort or skip".into());
        let on_error =
            parameters.one("on_error", |value| OnError::from_str(value, false).map_err(abort_or_skip));
        query.on_error = on_error.unwrap_or_default();
        let any = |_| Expected("enum", "must be replace, error or ignore".into());
        let on_conflict =
            parameters.one("on_conflict", |value| OnConflict::from_str(value, false).map_err(any));
        query.on_conflict = on_conflict.unwrap_or_default();
        query
    }
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "received": 3, "created": 2, "replaced": 0, "failed": 1,
    "errors": [{ "line": 2, "pointer": "#/name", "code": "required", "detail": "is required" }],
    "errors_truncated": false
})))]
pub struct ItemImportResult<'a> {
    /// How many items were sent.
    pub received: u64,
    /// How many were created.
    pub created: u64,
    /// How many replaced a stored item, or an earlier one of the same id in this import.
    pub replaced: u64,
    /// How many are wrong.
    pub failed: u64,
    /// How many have the id of a stored item, which was kept; only with `on_conflict=ignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ignored: Option<u64>,
    /// What is wrong, by line.
    #[schema(max_items = 100)]
    pub errors: Vec<Entry<'a>>,
    /// Whether there are more faults than `errors` has.
    pub errors_truncated: bool,
}

const _: () = assert!(MAX_FAULTS == 100, "as the document says");
