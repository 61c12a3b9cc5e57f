//! Names of `NOT NULL` constraints.

use std::hash::{Hash, Hasher};

/// The name of a column's `NOT NULL` constraint, which has one since PostgreSQL 18. It follows the
/// names of the table and the column, but does not make schemas differ: two are always equal.
#[derive(Debug, Clone, Default, Eq)]
pub struct NotNull(
    /// The name; `None` if the constraint is inherited.
    pub Option<String>,
);

impl PartialEq for NotNull {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Hash for NotNull {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
