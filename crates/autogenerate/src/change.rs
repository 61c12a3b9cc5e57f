//! A difference between two schemas.

use std::fmt;

use crate::schema::{Name, Object};

/// A difference between two schemas, in terms of the target schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The object that differs. A renamed object has its old name, but the new name of its table.
    pub object: Object,
    /// The difference.
    pub difference: Difference,
    /// The table and the column concerned, if there is exactly one of each: the column of a
    /// single-column constraint or index, the owner of a sequence.
    pub location: (Option<Name>, Option<String>),
}

/// How an object differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The object is missing.
    Add {
        /// A short description: the type of a column, the definition of a constraint or index;
        /// otherwise empty.
        definition: String,
    },
    /// The object should not exist.
    Drop,
    /// The object has a new name.
    Rename {
        /// The new name, as SQL.
        to: String,
    },
    /// A property of the object differs.
    Alter {
        /// The property.
        property: Property,
        /// The current value; empty if there is none.
        from: String,
        /// The target value; empty if there is none.
        to: String,
    },
}

/// A property that is altered in place, or by rebuilding the object under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// The comment (`COMMENT ON`).
    Comment,
    /// The schema of an extension.
    Schema,
    /// The values of an enum type, if some are removed or reordered.
    Values,
    /// The type of a column or of a sequence.
    Type,
    /// The options of a sequence.
    Options,
    /// The column that owns a sequence (`OWNED BY`).
    Owner,
    /// `PARTITION BY`.
    PartitionKey,
    /// The partitioned table of a partition, and its bound (`PARTITION OF`).
    PartitionOf,
    /// The tables that a table inherits from (`INHERITS`).
    Inheritance,
    /// Whether a table is unlogged.
    Persistence,
    /// Storage parameters of a table.
    Storage,
    /// The collation of a column.
    Collation,
    /// Whether a column accepts `NULL`.
    Nullability,
    /// The default of a column.
    Default,
    /// `GENERATED … AS IDENTITY`.
    Identity,
    /// `GENERATED ALWAYS AS (…)`.
    Generated,
    /// The definition of a constraint or index.
    Definition,
    /// Whether a constraint is validated, or an index is valid.
    Validity,
}

impl Change {
    /// The table concerned, by its new name.
    #[must_use]
    pub fn table(&self) -> Option<&Name> {
        self.location.0.as_ref()
    }

    /// The column concerned, by its new name, if there is exactly one.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.location.1.as_deref()
    }
}

/// Formats the change for people, such as `add column items.sku character varying(40)`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match &self.difference {
            Difference::Add { definition } if definition.is_empty() => write!(f, "add {object}"),
            Difference::Add { definition } => write!(f, "add {object} {definition}"),
            Difference::Drop => write!(f, "drop {object}"),
            Difference::Rename { to } => write!(f, "rename {object} to {to}"),
            Difference::Alter { property, from, to } => {
                write!(f, "change {property} of {object}: {} → {}", or_none(from), or_none(to))
            }
        }
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comment => "comment",
            Self::Schema => "schema",
            Self::Values => "values",
            Self::Type => "type",
            Self::Options => "options",
            Self::Owner => "owner",
            Self::PartitionKey => "partition key",
            Self::PartitionOf => "partition",
            Self::Inheritance => "inheritance",
            Self::Persistence => "persistence",
            Self::Storage => "storage parameters",
            Self::Collation => "collation",
            Self::Nullability => "nullability",
            Self::Default => "default",
            Self::Identity => "identity",
            Self::Generated => "generation",
            Self::Definition => "definition",
            Self::Validity => "validity",
        })
    }
}
