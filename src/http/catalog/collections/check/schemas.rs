//! The JSON of schema checks.

use serde::{Deserialize, Serialize};
use utoipa::{
    Number, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, RefOr, Schema, SchemaFormat, Type,
        schema::{ObjectBuilder, SchemaType},
    },
};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::http::{
    limits::{DEFAULT_PAGE, MAX_CURSOR, MAX_PAGE},
    request::{content::Input, json::integer::IntegerText, schema::RequiredSchema},
    response::{page::cursor_schema, problem::Entry},
};

/// A schema to try on the items of a collection.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "schema": { "required": ["watts"] }, "limit": 50 })))]
pub struct SchemaCheck {
    #[validate(nested)]
    #[schema(inline)]
    pub schema: RequiredSchema,
    #[serde(default)]
    #[schema(inline)]
    pub cursor: CheckCursor,
    #[serde(default)]
    #[validate(custom(function = validate_limit))]
    #[schema(inline)]
    pub limit: CheckLimit,
}

impl Input for SchemaCheck {
    const OUTPUT_ONLY: &[&str] = &[];
    const IS_LABORIOUS: bool = true;
}

/// Where the page begins.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckCursor(pub Option<String>);

impl PartialSchema for CheckCursor {
    fn schema() -> RefOr<Schema> {
        cursor_schema(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Where the page begins: `next_cursor` of another page for the same schema."))
            .min_length(Some(1))
            .max_length(Some(MAX_CURSOR))
            .into()
    }
}

impl ToSchema for CheckCursor {}

/// The most items of a page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckLimit(IntegerText);

impl CheckLimit {
    /// The number, if it is one that a page may have.
    pub fn get(&self) -> Result<u32, ValidationError> {
        self.0.within(&(1..=MAX_PAGE))
    }
}

impl Default for CheckLimit {
    fn default() -> Self {
        Self(DEFAULT_PAGE.into())
    }
}

impl PartialSchema for CheckLimit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("The most items of the page."))
            .minimum(Some(Number::UInt(1)))
            .maximum(Some(Number::UInt(MAX_PAGE as usize)))
            .default(Some(DEFAULT_PAGE.into()))
            .into()
    }
}

impl ToSchema for CheckLimit {}

fn validate_limit(limit: &CheckLimit) -> Result<(), ValidationError> {
    limit.get().map(|_| ())
}

/// The items that a schema rejects, among some of the collection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "data": [{
        "id": "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55", "version": 1,
        "errors": [{ "pointer": "#/attributes/watts", "code": "schema.required", "detail": "is required" }],
        "errors_truncated": false
    }],
    "next_cursor": null
})))]
pub struct SchemaCheckResult<'a> {
    /// The rejected items, the newest first.
    #[schema(max_items = 200)]
    pub data: Vec<RejectedItem<'a>>,
    /// The `cursor` of the next page, which there may be even if this one is empty; null on the
    /// last one.
    #[schema(required = true, max_length = 1200, pattern = "^[A-Za-z0-9_-]+$")]
    pub next_cursor: Option<String>,
}

/// An item that a schema rejects.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedItem<'a> {
    /// The item's id.
    pub id: Uuid,
    /// The version of the item.
    #[schema(minimum = 1)]
    pub version: i64,
    /// What the schema rejects.
    #[schema(max_items = 100)]
    pub errors: Vec<Entry<'a>>,
    /// Whether there are more faults than `errors` has.
    pub errors_truncated: bool,
}
