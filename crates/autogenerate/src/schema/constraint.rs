//! Constraints of tables.

use super::{expression::Uses, name::Name, object::Object};

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Constraint {
    /// What stands behind its name, as `pg_get_constraintdef` prints it, without `NOT VALID`.
    pub definition: String,
    /// What it is.
    pub kind: ConstraintKind,
    /// Whether all rows are known to keep it, else `NOT VALID`.
    pub validated: bool,
    /// Whether it came from the table that this is a partition of.
    pub inherited: bool,
    /// What it refers to, but for the table of a foreign key.
    pub uses: Uses,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// The kinds of constraints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(Key),
    /// `UNIQUE`.
    Unique(Key),
    /// `FOREIGN KEY`.
    ForeignKey {
        /// Columns of this table, in the order of the key.
        columns: Vec<String>,
        /// The other table.
        references: Name,
        /// Its columns, in the same order.
        referenced: Vec<String>,
    },
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
}

/// What a primary key or a unique constraint needs to be made from an index that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// The columns, in order.
    pub columns: Vec<String>,
    /// What stands behind `USING` in the definition of its index, such as `btree (a, b)`; `NULLS NOT DISTINCT` included.
    pub index: String,
    /// `DEFERRABLE`, `DEFERRABLE INITIALLY DEFERRED`, or empty.
    pub deferrable: String,
}

impl Constraint {
    /// Whether rows are checked at all.
    pub(crate) fn is_enforced(&self) -> bool {
        !self.definition.ends_with("NOT ENFORCED")
    }

    /// Whether it applies to a period (`WITHOUT OVERLAPS`), so that no unique index can become it.
    pub(crate) fn is_temporal(&self) -> bool {
        self.definition.contains("WITHOUT OVERLAPS")
    }

    /// The definition without its last part, and that part: whether and how it is deferrable.
    pub(crate) fn split_deferrable(&self) -> (&str, &str) {
        [" DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE"]
            .into_iter()
            .find_map(|end| Some((self.definition.strip_suffix(end)?, end)))
            .unwrap_or((&self.definition, " NOT DEFERRABLE"))
    }
}

impl ConstraintKind {
    /// Whether it has an index of its own name.
    pub(crate) fn has_index(&self) -> bool {
        !matches!(self, Self::Check | Self::ForeignKey { .. })
    }

    /// That index, whose name is taken among tables and indexes.
    pub(crate) fn own_index(&self, table: &Name, name: &str) -> Option<Object> {
        self.has_index().then(|| Object::index(table, name))
    }

    /// The key of a primary key or a unique constraint.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Self::PrimaryKey(key) | Self::Unique(key) => Some(key),
            _ => None,
        }
    }

    /// The other table of a foreign key.
    pub(crate) fn references(&self) -> Option<&Name> {
        match self {
            Self::ForeignKey { references, .. } => Some(references),
            _ => None,
        }
    }
}
