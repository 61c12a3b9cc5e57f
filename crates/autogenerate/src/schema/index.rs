//! Indexes that belong to no constraint.

use super::{expression::Uses, name::Name};

/// An index that belongs to no constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Index {
    /// `UNIQUE`.
    pub unique: bool,
    /// What stands behind `USING`, such as `gin (attributes jsonb_path_ops) WHERE (deleted_at IS NULL)`.
    pub definition: String,
    /// The index of the partitioned table that it is attached to.
    pub part_of: Option<Name>,
    /// Whether it can be used; an interrupted `CREATE INDEX CONCURRENTLY` leaves one that cannot.
    pub valid: bool,
    /// What it refers to.
    pub uses: Uses,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}
