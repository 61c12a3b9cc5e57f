//! Pieces of SQL, and what they refer to.

use std::collections::BTreeSet;

use super::{name::Name, object::Object};

/// A piece of SQL, and what has to be there for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Expression {
    /// As PostgreSQL prints it.
    pub sql: String,
    /// What it refers to.
    pub uses: Uses,
}

/// What an expression, a constraint or an index refers to, as `pg_depend` knows it; empty in a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Uses {
    /// Columns of its own table.
    pub columns: BTreeSet<String>,
    /// Enumerated types.
    pub enums: BTreeSet<Name>,
    /// Sequences.
    pub sequences: BTreeSet<Name>,
}

impl Uses {
    /// The objects other than columns.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Object> {
        let enums = self.enums.iter().cloned().map(Object::Enum);
        enums.chain(self.sequences.iter().cloned().map(Object::Sequence))
    }
}
