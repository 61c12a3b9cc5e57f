//! Table constraints.

use super::{expression::Uses, name::Name, object::Object};

/// A table constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct Constraint {
    /// What follows the name, as `pg_get_constraintdef` prints it, without `NOT VALID`.
    pub definition: String,
    /// The kind of the constraint.
    pub kind: ConstraintKind,
    /// Whether all rows are known to satisfy it; `false` if it is `NOT VALID`.
    pub validated: bool,
    /// Whether it is inherited from another table, such as the partitioned table.
    pub inherited: bool,
    /// Whether an inherited check is also the table's own (`INHERITS`).
    pub also_own: bool,
    /// The index of the partitioned table that its index is attached to.
    pub part_of: Option<Name>,
    /// Whether it has a name of its own, which PostgreSQL would not give to the key of a partition.
    pub is_named: bool,
    /// Whether some partitions lack the key (`ALTER TABLE ONLY … ADD`).
    pub only: bool,
    /// The objects that it refers to, except the table that a foreign key references.
    pub uses: Uses,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}

/// The kind of a constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(Key),
    /// `UNIQUE`.
    Unique(Key),
    /// `FOREIGN KEY`.
    ForeignKey {
        /// Columns of this table, in key order.
        columns: Vec<String>,
        /// The referenced table.
        references: Name,
        /// The referenced columns, in the same order.
        referenced: Vec<String>,
    },
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
}

/// The data for creating a primary key or unique constraint from an existing index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// The columns, in order.
    pub columns: Vec<String>,
    /// What follows `USING` in the definition of its index, such as `btree (a, b)`, including
    /// `NULLS NOT DISTINCT`.
    pub index: String,
    /// `DEFERRABLE`, `DEFERRABLE INITIALLY DEFERRED` or empty.
    pub deferrable: String,
}

impl Constraint {
    /// Whether PostgreSQL enforces it.
    pub(crate) fn is_enforced(&self) -> bool {
        !self.definition.ends_with("NOT ENFORCED")
    }

    /// Whether it applies to a period (`WITHOUT OVERLAPS`), so that it cannot be created from an
    /// index.
    pub(crate) fn is_temporal(&self) -> bool {
        self.definition.contains("WITHOUT OVERLAPS")
    }

    /// Splits off the end of the definition whether it is enforced, and returns the deferrability
    /// before it.
    pub(crate) fn split_attributes(&self) -> (&str, &str) {
        let definition = self.definition.strip_suffix(" NOT ENFORCED").unwrap_or(&self.definition);
        [" DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE"]
            .into_iter()
            .find_map(|end| Some((definition.strip_suffix(end)?, end)))
            .unwrap_or((definition, " NOT DEFERRABLE"))
    }
}

impl ConstraintKind {
    /// Whether it has an index of the same name.
    pub(crate) fn has_index(&self) -> bool {
        !matches!(self, Self::Check | Self::ForeignKey { .. })
    }

    /// That index, whose name is shared with tables and other indexes.
    pub(crate) fn own_index(&self, table: &Name, name: &str) -> Option<Object> {
        self.has_index().then(|| Object::index(table, name))
    }

    /// The key of a primary key or unique constraint.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Self::PrimaryKey(key) | Self::Unique(key) => Some(key),
            _ => None,
        }
    }

    /// The table that a foreign key references.
    pub(crate) fn references(&self) -> Option<&Name> {
        match self {
            Self::ForeignKey { references, .. } => Some(references),
            _ => None,
        }
    }
}
