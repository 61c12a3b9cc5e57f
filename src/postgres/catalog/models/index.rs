//! Indexed attributes, and their values.

use autogenerate::{Enum, Table};
use chrono::{DateTime, Utc};
use curio_filter::{Range, Values};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An attribute that the items of a collection can be sorted by.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(name = "collection_indexes", unique(columns = ["collection", "path"]))]
pub struct CollectionIndex {
    /// UUID version 7 (RFC 9562). An attribute that is indexed again gets another id.
    #[column(primary_key)]
    pub id: Uuid,
    /// The key of the collection; null once the index is removed, until its values are.
    #[column(type = "varchar(255)", references = "collections(key)", on_delete = "set null")]
    pub collection: Option<String>,
    /// Where in the attributes the value is, as in a filter: labels, joined by dots.
    #[column(type = "varchar(200)")]
    pub path: String,
    /// The same path in the language of PostgreSQL.
    pub json_path: String,
    /// The type of the values that have an order.
    #[sqlx(rename = "type")]
    pub kind: IndexType,
    /// The position in the list that the client sent, from 1.
    #[column(check = "ordinal >= 1")]
    pub ordinal: i64,
    /// Whether every item has its value.
    #[column(default = "false")]
    pub is_ready: bool,
    /// The virtual transactions of writers that began before the index was known, or before its
    /// removal was; null until they are looked up.
    pub awaited: Option<Vec<String>>,
    /// How many items were indexed.
    #[column(default = "0", check = "items >= 0")]
    pub items: i64,
    /// The creation time of the last item that was indexed; null if none was.
    pub reached_created_at: Option<DateTime<Utc>>,
    /// The id of that item.
    pub reached_id: Option<Uuid>,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
}

/// The value of an indexed attribute of an item, live or deleted. There is a row for each index of
/// a collection and each of its items.
#[derive(Debug, Clone, Table)]
#[table(
    name = "item_values",
    primary_key(columns = ["item_id", "index_id"]),
    // Each row is in one of these: what has no value is behind all values.
    index(
        name = "item_values_number_idx",
        columns = ["index_id", "number", "item_id"],
        where = "type = 'number'"
    ),
    index(
        name = "item_values_text_idx",
        columns = ["index_id", "text", "item_id"],
        where = "type = 'string'"
    ),
    index(
        name = "item_values_flag_idx",
        columns = ["index_id", "flag", "item_id"],
        where = "type = 'boolean'"
    ),
    index(
        name = "item_values_instant_idx",
        columns = ["index_id", "instant", "item_id"],
        where = "type = 'timestamp'"
    )
)]
pub struct ItemValue {
    /// The item. No foreign key, which would cost as much as the row: the statement that removes an
    /// item removes its values.
    pub item_id: Uuid,
    /// The index.
    pub index_id: Uuid,
    /// That of the index.
    #[sqlx(rename = "type")]
    pub kind: IndexType,
    /// The value if it is a number, rounded so that it fits into an index.
    #[column(type = "numeric")]
    pub number: Option<String>,
    /// How the value begins if it is a string.
    #[column(collation = "C")]
    pub text: Option<String>,
    /// The value if it is true or false.
    pub flag: Option<bool>,
    /// The value if it is a timestamp.
    pub instant: Option<DateTime<Utc>>,
}

/// The type of the values of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, Serialize, Deserialize)]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
#[enumeration(type = "varchar(50)")]
#[serde(rename_all = "snake_case")]
pub enum IndexType {
    /// Numbers.
    Number,
    /// Strings, by code points.
    String,
    /// `false` before `true`.
    Boolean,
    /// Strings that are timestamps (RFC 3339).
    Timestamp,
}

impl IndexType {
    /// All types.
    pub const ALL: [Self; 4] = [Self::Number, Self::String, Self::Boolean, Self::Timestamp];

    /// The type with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is the type of these values.
    #[must_use]
    pub const fn is_of(self, values: &Values) -> bool {
        matches!(
            (self, values),
            (Self::Number, Values::Numbers(_))
                | (Self::String, Values::Texts(_))
                | (Self::Boolean, Values::Booleans(_))
                | (Self::Timestamp, Values::Timestamps(_))
        )
    }

    /// Its name in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
        }
    }
}

/// The part of an index that clients write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexContent {
    /// See [`CollectionIndex::path`]; in its one spelling.
    pub path: String,
    /// See [`CollectionIndex::json_path`].
    pub json_path: String,
    /// See [`CollectionIndex::kind`].
    pub kind: IndexType,
}

/// An index as a collection shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IndexState {
    /// See [`CollectionIndex::path`].
    pub path: String,
    /// See [`CollectionIndex::kind`].
    #[serde(rename = "type")]
    pub kind: IndexType,
    /// See [`CollectionIndex::is_ready`].
    pub is_ready: bool,
}

/// What the values of an index that is ready are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedRanges {
    /// The id of the index.
    pub index: Uuid,
    /// Its type, which is that of the ranges.
    pub kind: IndexType,
    /// The ranges: at least one, and a value is in all of them.
    pub ranges: Vec<Range>,
}
