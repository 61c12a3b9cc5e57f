//! The JSON of responses about schemas.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{
        request::schema::RequiredSchema,
        response::{
            json::{microseconds, verbatim},
            page::PageView,
        },
    },
    postgres::{catalog::models::CollectionSchema, json::JsonText},
};

/// A schema that a collection has or had. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "version": 1, "schema": { "type": "object", "properties": { "watts": { "type": "number", "minimum": 0 } } },
    "created_at": "2026-11-22T12:00:00.000000Z"
})))]
pub struct SchemaView {
    /// Its number, which items name as their `schema_version`. It is its entity tag, too.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    version: i32,
    #[serde(serialize_with = "verbatim")]
    #[schema(inline, value_type = RequiredSchema)]
    schema: JsonText,
    /// When the collection got it: UTC, with microseconds.
    #[serde(serialize_with = "microseconds")]
    created_at: DateTime<Utc>,
}

impl From<CollectionSchema> for SchemaView {
    fn from(schema: CollectionSchema) -> Self {
        let CollectionSchema { id: _, collection_id: _, version, schema, created_at } = schema;
        Self { version, schema, created_at }
    }
}

/// A page of schemas.
pub type SchemaPage = PageView<'static, SchemaView>;
