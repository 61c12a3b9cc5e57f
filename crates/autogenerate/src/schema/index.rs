//! Indexes that do not belong to a constraint.

use super::{expression::Uses, name::Name};

/// An index that does not belong to a constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct Index {
    /// `UNIQUE`.
    pub unique: bool,
    /// What follows `USING`, such as `gin (attributes jsonb_path_ops) WHERE (deleted_at IS NULL)`.
    pub definition: String,
    /// The index of the partitioned table that it is attached to.
    pub part_of: Option<Name>,
    /// Whether it has a name of its own, which PostgreSQL would not give to the index of a
    /// partition.
    pub is_named: bool,
    /// Whether some partitions lack it (`CREATE INDEX … ON ONLY`).
    pub only: bool,
    /// Whether it is valid; an interrupted `CREATE INDEX CONCURRENTLY` leaves an invalid index.
    pub valid: bool,
    /// The objects that it refers to.
    pub uses: Uses,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}
