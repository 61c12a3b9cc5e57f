//! One difference between two schemas.

use std::fmt;

use crate::schema::{Name, Object};

/// One difference, in the terms of the schema that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about. Of a renamed object the name that it had, in a table by its new name.
    pub object: Object,
    /// What is different.
    pub difference: Difference,
    /// The table and the column that it is about, as far as there is one of each: a constraint's where it has one column alone, the owner of
    /// a sequence.
    pub place: (Option<Name>, Option<String>),
}

/// What is different about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is missing.
    Add {
        /// What it is, in short: the type of a column, the definition of a constraint or an index; else empty.
        definition: String,
    },
    /// It is too much.
    Drop,
    /// It has another name.
    Rename {
        /// The new name, as SQL.
        to: String,
    },
    /// It is not as it should be.
    Alter {
        /// In what.
        property: Property,
        /// What it is; empty for nothing.
        from: String,
        /// What it should be.
        to: String,
    },
}

/// What can be altered in place, or is rebuilt under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// What `COMMENT ON` says.
    Comment,
    /// The schema of an extension.
    Schema,
    /// The values of an enumerated type where not all stay, or stay in their order.
    Values,
    /// The type of a column or of a sequence.
    Type,
    /// How a sequence counts.
    Options,
    /// Whose a sequence is.
    Owner,
    /// `PARTITION BY`.
    PartitionKey,
    /// What a table is a partition of.
    PartitionOf,
    /// Whether a table is logged.
    Persistence,
    /// Storage parameters of a table.
    Storage,
    /// The collation of a column.
    Collation,
    /// Whether a column takes `NULL`.
    Nullability,
    /// The default of a column.
    Default,
    /// `GENERATED … AS IDENTITY`.
    Identity,
    /// `GENERATED ALWAYS AS (…)`.
    Generated,
    /// What a constraint or an index says.
    Definition,
    /// Whether a constraint is known to hold for all rows, or an index can be used.
    Validity,
}

impl Change {
    /// The table that it is about, by its new name.
    #[must_use]
    pub fn table(&self) -> Option<&Name> {
        self.place.0.as_ref()
    }

    /// The column that it is about, by its new name, where it is about one alone.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.place.1.as_deref()
    }
}

/// As a person reads it, such as `add column items.sku character varying(40)`.
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

/// As a person calls it.
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
