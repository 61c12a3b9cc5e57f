//! PostgreSQL schemas.

/// A PostgreSQL schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}
