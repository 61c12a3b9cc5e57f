//! The rows of the catalogue.

use autogenerate::{Enum, Table};
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::postgres::json::JsonText;

/// A thing worth keeping track of.
#[derive(Debug, Clone, sqlx::FromRow, Table)]
#[table(
    name = "items",
    // An item is in one index of each pair: lists of what lives stay fast whatever was deleted, and a write costs no more.
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
    index(columns = ["name varchar_pattern_ops"])
)]
pub struct Item {
    /// UUID version 7 (RFC 9562), so that ids sort by the time they were made.
    #[column(primary_key)]
    pub id: Uuid,
    /// 1 to 200 characters after trimming, no control characters.
    #[column(type = "varchar(200)", check = "char_length(name) BETWEEN 1 AND 200")]
    pub name: String,
    /// Where the item is in its life.
    #[column(default = "'draft'")]
    pub status: Status,
    /// A JSON object of the client's own, at most 64 KiB as text and 32 levels deep.
    #[column(default = "'{}'", check = "jsonb_typeof(attributes) = 'object'")]
    pub attributes: JsonText,
    /// 1 at creation, one more at every change: the entity tag.
    #[column(default = "1", check = "version >= 1")]
    pub version: i64,
    /// When the row was inserted, by the database's clock.
    #[column(default = "now()")]
    pub created_at: DateTime<Utc>,
    /// When the row was last changed, by the database's clock.
    #[column(default = "now()")]
    pub updated_at: DateTime<Utc>,
    /// When the item was deleted, which can be undone; null while it lives.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Where an item is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
#[enumeration(type = "varchar(50)")]
pub enum Status {
    /// Being prepared.
    Draft,
    /// In use.
    Active,
    /// Kept for the record.
    Archived,
}

impl Status {
    /// The name of it in the database, on the wire and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// What a client decides of an item; the rest is given by the server and the database.
#[derive(Debug, Clone)]
pub struct ItemContent {
    /// See [`Item::name`].
    pub name: String,
    /// See [`Item::status`].
    pub status: Status,
    /// See [`Item::attributes`].
    pub attributes: Box<RawValue>,
}

/// Which items a list holds; a rule that is `None` or empty lets every item through.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Any of these.
    pub status: Vec<Status>,
    /// The name begins with this, letter case included.
    pub name_prefix: Option<String>,
    /// Created at this moment or later.
    pub created_after: Option<DateTime<Utc>>,
    /// Created before this moment.
    pub created_before: Option<DateTime<Utc>>,
    /// Deleted items as well.
    pub include_deleted: bool,
}
