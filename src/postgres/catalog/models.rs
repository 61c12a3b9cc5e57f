//! The rows of the catalogue.

mod collection;
mod filter;
mod index;
mod search;
mod status;

use autogenerate::{Table, model::Metadata};
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

pub use self::{
    collection::{Collection, CollectionContent, CollectionSchema, DEFAULT_COLLECTION, SchemaRef},
    filter::{ITEM_FIELDS, ItemFilter, ItemSort, Within},
    index::{CollectionIndex, IndexContent, IndexState, IndexType, IndexedRanges, ItemValue},
    search::{SEPARATORS, Search, Term, is_in_word, is_invisible, words},
    status::Status,
};
use crate::postgres::{entity::Entity, json::JsonText, rule::Rule};

/// Adds the tables of the catalogue.
#[must_use]
pub fn add_tables(metadata: Metadata) -> Metadata {
    metadata
        .table::<Collection>()
        .table::<CollectionSchema>()
        .table::<CollectionIndex>()
        .table::<Item>()
        .table::<ItemValue>()
}

/// The checks on what clients send.
pub const RULES: &[Rule] = &[
    Rule {
        constraint: "collections_key_check",
        pointer: "/key",
        code: "key",
        detail: "must be 1 to 4 labels of a-z, 0-9 and -, joined by dots",
    },
    Rule {
        constraint: "collections_title_check",
        pointer: "/title",
        code: "length",
        detail: "must have 1 to 200 characters",
    },
    Rule {
        constraint: "collection_schemas_schema_check",
        pointer: "/schema",
        code: "type",
        detail: "must be an object or a boolean",
    },
    Rule {
        constraint: "items_name_check",
        pointer: "/name",
        code: "length",
        detail: "must have 1 to 200 characters",
    },
    Rule {
        constraint: "items_status_check",
        pointer: "/status",
        code: "enum",
        detail: "must be draft, active or archived",
    },
    Rule {
        constraint: "items_attributes_check",
        pointer: "/attributes",
        code: "type",
        detail: "must be an object",
    },
];

/// A thing worth keeping track of.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(
    name = "items",
    // Most items with their words fit into as much. Otherwise PostgreSQL moves the attributes out of the
    // row, and a walk along the list reads three pages more for each.
    with = "toast_tuple_target=4096",
    // An item is in one index of each pair: lists of live items stay fast whatever was deleted, and
    // a write costs no more.
    index(name = "items_newest_idx", columns = ["created_at DESC", "id DESC"], where = "deleted_at IS NULL"),
    index(
        name = "items_status_newest_idx",
        columns = ["status", "created_at DESC", "id DESC"],
        where = "deleted_at IS NULL"
    ),
    index(
        name = "items_deleted_newest_idx",
        columns = ["created_at DESC", "id DESC"],
        where = "deleted_at IS NOT NULL"
    ),
    index(
        name = "items_deleted_status_newest_idx",
        columns = ["status", "created_at DESC", "id DESC"],
        where = "deleted_at IS NOT NULL"
    ),
    index(name = "items_by_name_idx", columns = ["name COLLATE \"C\"", "id"]),
    // Without a pending list, which a write would have to merge from time to time.
    index(columns = ["attributes jsonb_path_ops"], using = "gin", with = "fastupdate=off"),
    // The words of names (A), and those of the texts in attributes (B). What PostgreSQL's parser would
    // take for the sign of a number, a path, a host, an address, a tag or an entity separates words, as
    // in `SEPARATORS`. `translate` takes as long as the parser.
    column(
        name = "search",
        type = "tsvector",
        generated = "setweight(to_tsvector('simple', \
                replace(replace(replace(replace(replace(replace(replace(replace( \
                    name, \
                '-', ' '), '/', ' '), '.', ' '), '+', ' '), '<', ' '), '&', ' '), '@', ' '), '~', ' ') \
            ), 'A') || setweight(jsonb_to_tsvector('simple', \
                replace(replace(replace(replace(replace(replace(replace(replace( \
                    jsonb_path_query_array(attributes, 'strict $.** ? (@.type() == \"string\")')::text, \
                '-', ' '), '/', ' '), '.', ' '), '+', ' '), '<', ' '), '&', ' '), '@', ' '), '~', ' ')::jsonb, \
            '[\"string\"]'), 'B')",
        comment = "The words of the name and of the texts in attributes."
    ),
    // Without a pending list, a write would cost half as much again: an item has a hundred words. A
    // short one is merged in milliseconds.
    index(columns = ["search"], using = "gin", with = "fastupdate=on, gin_pending_list_limit=256"),
    // Also for what a collection cannot be deleted for: an item, live or deleted.
    index(name = "items_collection_newest_idx", columns = ["collection", "created_at DESC", "id DESC"])
)]
pub struct Item {
    /// UUID version 7 (RFC 9562), so that ids sort by creation time.
    #[column(primary_key)]
    pub id: Uuid,
    /// The key of the collection that it belongs to; never changed.
    #[column(type = "varchar(255)", references = "collections(key)")]
    pub collection: String,
    /// 1 to 200 characters after trimming, no control characters.
    #[column(type = "varchar(200)", check = "char_length(name) BETWEEN 1 AND 200")]
    pub name: String,
    /// The stage of the item's life.
    #[column(default = "'draft'")]
    pub status: Status,
    /// A JSON object that the client defines, at most 64 KiB as compact JSON and 32 levels deep.
    #[column(default = "'{}'", check = "jsonb_typeof(attributes) = 'object'")]
    pub attributes: JsonText,
    /// The version of the collection's schema that the item satisfied when it was written; null if
    /// there was no schema.
    #[column(check = "schema_version >= 1")]
    pub schema_version: Option<i32>,
    /// 1 at creation, incremented by every change: the entity tag.
    #[column(default = "1", check = "version >= 1")]
    pub version: i64,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
    /// When the row was last changed, by the database's clock.
    #[column(default = "now()")]
    pub updated_at: DateTime<Utc>,
    /// The actor that created the item; null if it was not authenticated.
    #[column(type = "varchar(200)")]
    pub created_by: Option<String>,
    /// The actor that last changed the item, as `created_by`.
    #[column(type = "varchar(200)")]
    pub updated_by: Option<String>,
    /// When the item was deleted; null while it is live. A deleted item can be restored.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Entity for Item {
    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}

/// The part of an item that clients write.
#[derive(Debug, Clone)]
pub struct ItemContent {
    /// See [`Item::collection`]; an update does not change it.
    pub collection: String,
    /// See [`Item::name`].
    pub name: String,
    /// See [`Item::status`].
    pub status: Status,
    /// See [`Item::attributes`].
    pub attributes: Box<RawValue>,
    /// How the attributes were validated.
    pub validity: Validity,
}

/// The schema by which the attributes of an item were validated, which is the one that the item
/// names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// `None` if the collection has no schema.
    pub schema: Option<SchemaRef>,
    /// Whether the transaction has read that the collection has this schema, and has locked the
    /// collection, so that it is not removed. Otherwise the statement that writes the item looks.
    pub is_read: bool,
}
