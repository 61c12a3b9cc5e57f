//! Enum types.

/// An enum type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Enum {
    /// Its values, in order.
    pub values: Vec<String>,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}
