//! The rows of the catalogue.

mod collection;
mod index;

use autogenerate::{Enum, Table, model::Metadata};
use chrono::{DateTime, Utc};
use curio_filter::{Field, Filter, Kind, Range};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

pub use self::{
    collection::{Collection, CollectionContent, CollectionSchema, DEFAULT_COLLECTION, SchemaRef},
    index::{CollectionIndex, IndexContent, IndexState, IndexType, IndexedRange, ItemValue},
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

/// The stage of an item's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
#[enumeration(type = "varchar(50)")]
pub enum Status {
    /// Being prepared.
    Draft,
    /// In use.
    Active,
    /// Stored for the record.
    Archived,
}

impl Status {
    /// Its name in the database, on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
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

/// What items are sorted by; the id breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemSort {
    /// The creation time.
    Created,
    /// The name, by code points.
    Name,
    /// An indexed attribute of the collection: missing values and those of other types at the end.
    Attribute,
}

/// Which items a list contains; a filter that is `None` or empty admits every item.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Of the collection with this key.
    pub collection: Option<String>,
    /// Any of these.
    pub status: Vec<Status>,
    /// The name begins with this, letter case included.
    pub name_prefix: Option<String>,
    /// Created at this time or later.
    pub created_after: Option<DateTime<Utc>>,
    /// Created before this time.
    pub created_before: Option<DateTime<Utc>>,
    /// Include deleted items.
    pub include_deleted: bool,
    /// That satisfy this, in terms of [`ITEM_FIELDS`].
    pub condition: Option<Filter>,
    /// What the condition sets to indexed attributes; looked up in the transaction that uses it.
    pub ranges: Vec<IndexedRange>,
}

impl ItemFilter {
    /// Whether an index returns exactly these items in the order of the list.
    #[must_use]
    pub fn is_in_order(&self, sort: ItemSort) -> bool {
        let Self { collection, status, name_prefix, created_after, created_before, condition, .. } = self;
        condition.is_none()
            && match sort {
                ItemSort::Created => {
                    let is_one = status.is_empty() || status.len() == 1 && collection.is_none();
                    is_one && name_prefix.is_none()
                }
                ItemSort::Name => {
                    let is_any_time = created_after.is_none() && created_before.is_none();
                    self.include_deleted && collection.is_none() && status.is_empty() && is_any_time
                }
                ItemSort::Attribute => false,
            }
    }

    /// Whether the condition may set a range to an indexed attribute.
    #[must_use]
    pub fn has_ranges(&self) -> bool {
        let sets_range = |condition: &Filter| !condition.ranges("attributes").is_empty();
        self.collection.is_some() && self.condition.as_ref().is_some_and(sets_range)
    }

    /// Whether an index other than that of the list may find the items.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        self.name_prefix.is_some() || !self.ranges.is_empty() || self.containment().is_some()
    }

    /// The ranges that the condition sets to an attribute, of values of one type.
    #[must_use]
    pub fn ranges_of(&self, path: &str, kind: IndexType) -> Vec<Range> {
        let ranges = self.condition.iter().flat_map(|condition| condition.ranges("attributes"));
        ranges.filter(|range| kind.is_of(&range.values) && range.path.to_string() == path).collect()
    }

    /// What the attributes of all items contain, if the condition says so.
    #[must_use]
    pub fn containment(&self) -> Option<Value> {
        self.condition.as_ref().and_then(|condition| condition.containment("attributes"))
    }
}

const STATUSES: &[&str] = &[Status::Draft.as_str(), Status::Active.as_str(), Status::Archived.as_str()];

/// What the condition of a filter may refer to.
pub const ITEM_FIELDS: &[Field] = &[
    Field { name: "name", column: "name", kind: Kind::Text },
    Field { name: "status", column: "status", kind: Kind::Choice(STATUSES) },
    Field { name: "version", column: "version", kind: Kind::Integer },
    Field { name: "created_at", column: "created_at", kind: Kind::Timestamp },
    Field { name: "updated_at", column: "updated_at", kind: Kind::Timestamp },
    Field { name: "collection", column: "collection", kind: Kind::Text },
    Field { name: "attributes", column: "attributes", kind: Kind::Json },
];
