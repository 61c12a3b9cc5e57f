//! Enum types.

use super::owner::Owner;

/// An enum type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Enum {
    /// Its values, in order.
    pub values: Vec<String>,
    /// Its owner.
    pub owner: Owner,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}
