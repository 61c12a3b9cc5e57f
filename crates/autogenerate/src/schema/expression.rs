//! SQL expressions and their references.

use std::collections::BTreeSet;

use super::{name::Name, object::Object};

/// An SQL expression and its references.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Expression {
    /// The expression, as PostgreSQL prints it.
    pub sql: String,
    /// The objects that it refers to.
    pub uses: Uses,
}

/// The references of an expression, constraint or index according to `pg_depend`; empty in a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Uses {
    /// Columns of the same table.
    pub columns: BTreeSet<String>,
    /// Enum types.
    pub enums: BTreeSet<Name>,
    /// Sequences.
    pub sequences: BTreeSet<Name>,
    /// Functions, types and collations that users made, and extensions.
    pub others: BTreeSet<Object>,
}

impl Uses {
    /// The referenced objects other than columns.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Object> {
        let enums = self.enums.iter().cloned().map(Object::Enum);
        let sequences = self.sequences.iter().cloned().map(Object::Sequence);
        enums.chain(sequences).chain(self.others.iter().cloned())
    }
}
