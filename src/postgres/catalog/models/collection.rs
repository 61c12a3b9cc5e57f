//! Collections and their schemas.

use autogenerate::Table;
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sqlx::types::Json;
use uuid::Uuid;

use super::index::{IndexContent, IndexState};
use crate::postgres::{entity::Entity, json::JsonText};

/// What items belong to: their type.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(
    name = "collections",
    index(name = "collections_newest_idx", columns = ["created_at DESC", "id DESC"])
)]
pub struct Collection {
    /// UUID version 8 (RFC 9562), made of the key.
    #[column(primary_key)]
    pub id: Uuid,
    /// 1 to 4 labels, joined by dots; never changed.
    #[column(
        type = "varchar(255)",
        unique,
        check = r"key ~ '^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,3}$'"
    )]
    pub key: String,
    /// What people call it: 1 to 200 characters after trimming, no control characters.
    #[column(type = "varchar(200)", check = "char_length(title) BETWEEN 1 AND 200")]
    pub title: String,
    /// What its items are, at most 2000 characters.
    #[column(type = "varchar(2000)", default = "''")]
    pub description: String,
    /// The schema of its items' attributes; null if there is none.
    #[column(references = "collection_schemas(id)", index)]
    pub schema_id: Option<Uuid>,
    /// See [`CollectionSchema::schema`].
    #[column(skip)]
    pub schema: Option<JsonText>,
    /// See [`CollectionSchema::version`].
    #[column(skip)]
    pub schema_version: Option<i32>,
    /// The attributes that items can be sorted by, in the client's order.
    #[column(skip)]
    pub indexed: Json<Vec<IndexState>>,
    /// 1 at creation, incremented by every change: the entity tag.
    #[column(default = "1", check = "version >= 1")]
    pub version: i64,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
    /// When the row was last changed, by the database's clock.
    #[column(default = "now()")]
    pub updated_at: DateTime<Utc>,
    /// The actor that created the collection; null if it was not authenticated.
    #[column(type = "varchar(200)")]
    pub created_by: Option<String>,
    /// The actor that last changed the collection, as `created_by`.
    #[column(type = "varchar(200)")]
    pub updated_by: Option<String>,
}

impl Entity for Collection {
    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// A bit for each index that is not ready.
    fn state(&self) -> u64 {
        let indexes = self.indexed.iter().rev();
        indexes.fold(0, |state, index| state << 1 | u64::from(!index.is_ready))
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }
}

/// The collection of items that name none. It always exists.
pub const DEFAULT_COLLECTION: &str = "default";

/// The part of a collection that clients write, except the key.
#[derive(Debug, Clone)]
pub struct CollectionContent {
    /// See [`Collection::title`].
    pub title: String,
    /// See [`Collection::description`].
    pub description: String,
    /// See [`CollectionSchema::schema`].
    pub schema: Option<Box<RawValue>>,
    /// See [`Collection::indexed`].
    pub indexed: Vec<IndexContent>,
}

/// A schema that a collection has or had. It never changes, and goes with its collection.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(name = "collection_schemas", unique(columns = ["collection_id", "version"]))]
pub struct CollectionSchema {
    /// UUID version 7 (RFC 9562).
    #[column(primary_key)]
    pub id: Uuid,
    /// The collection.
    #[column(references = "collections(id)", on_delete = "cascade")]
    pub collection_id: Uuid,
    /// Greater than that of every schema that a collection of this key had before.
    #[column(check = "version >= 1")]
    pub version: i32,
    /// A JSON Schema 2020-12, at most 64 KiB as compact JSON.
    #[column(check = "jsonb_typeof(schema) IN ('object', 'boolean')")]
    pub schema: JsonText,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

impl Entity for CollectionSchema {
    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> i64 {
        self.version.into()
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }
}

/// A schema, as an item names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaRef {
    /// See [`CollectionSchema::id`].
    pub id: Uuid,
    /// See [`CollectionSchema::version`].
    pub version: i32,
}
