//! PostgreSQL's schemas.

/// One of PostgreSQL's schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}
