//! Names of `NOT NULL` constraints.

use std::hash::{Hash, Hasher};

/// The name of a column's `NOT NULL` constraint. Renames follow it, but schemas are never compared
/// by it: two are always equal.
#[derive(Debug, Clone, Default, Eq)]
pub struct NotNull(
    /// The name; `None` before PostgreSQL 18, in models, and if the constraint is inherited or
    /// missing.
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
