//! SQL expressions and what they refer to.

use std::collections::BTreeSet;

use super::{name::Name, object::Object};

/// An SQL expression and what it depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Expression {
    /// The expression, as PostgreSQL prints it.
    pub sql: String,
    /// What it refers to.
    pub uses: Uses,
}

/// What an expression, constraint or index refers to according to `pg_depend`; empty in a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Uses {
    /// Columns of the same table.
    pub columns: BTreeSet<String>,
    /// Enum types.
    pub enums: BTreeSet<Name>,
    /// Sequences.
    pub sequences: BTreeSet<Name>,
}

impl Uses {
    /// The referenced objects other than columns.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Object> {
        let enums = self.enums.iter().cloned().map(Object::Enum);
        enums.chain(self.sequences.iter().cloned().map(Object::Sequence))
    }
}
