//! Errors between models, each of which is valid by itself.

use super::location::Location;

/// Models that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Two objects have the same name.
    #[error("{location}: {what} is already defined at {other}")]
    Taken {
        /// Where the second one is.
        location: Location,
        /// Its kind and name, such as ``the table `items` ``.
        what: String,
        /// Where the first one is.
        other: Location,
    },
    /// Two different enums have the same name.
    #[error(
        "{location}: the values, rename hints or comment of the type `{name}` differ from those at {other}"
    )]
    Enum {
        /// Where the second one is.
        location: Location,
        /// The type.
        name: String,
        /// Where the first one is.
        other: Location,
    },
    /// Two different domains or composite types have the same name.
    #[error("{location}: the definition of the type `{name}` differs from the one at {other}")]
    Definition {
        /// Where the second one is.
        location: Location,
        /// The type.
        name: String,
        /// Where the first one is.
        other: Location,
    },
    /// A foreign key or sequence refers to a table that no model describes.
    #[error(
        "{location}: the table `{table}` has no model: add it to the metadata, or mark a foreign key to a table \
         that only the database has as `external`"
    )]
    UnknownTable {
        /// Where it is referred to.
        location: Location,
        /// The table.
        table: String,
    },
    /// A foreign key is `external`, but references a table that has a model.
    #[error("{location}: the table `{table}` has a model: remove `external`")]
    NotExternal {
        /// Where it is referred to.
        location: Location,
        /// The table.
        table: String,
    },
    /// A column name that does not exist in the table's model.
    #[error("{location}: the table `{table}` has no column `{column}`")]
    UnknownColumn {
        /// Where it is referred to.
        location: Location,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A foreign key without column names references a table without a primary key.
    #[error(
        "{location}: name the columns of `{table}` that the foreign key references: the table has no primary key"
    )]
    NoPrimaryKey {
        /// Where the foreign key is.
        location: Location,
        /// The referenced table.
        table: String,
    },
    /// A foreign key has a different number of columns than it references.
    #[error("{location}: the foreign key has {from} columns but references {to} of `{table}`")]
    ColumnCount {
        /// Where the foreign key is.
        location: Location,
        /// How many columns it has.
        from: usize,
        /// How many columns it references.
        to: usize,
        /// The referenced table.
        table: String,
    },
    /// A foreign key sets a column to `NULL` that does not accept it.
    #[error(
        "{location}: `{action}` would set `{column}` to NULL, but the column is NOT NULL: make the field an `Option`, or \
         choose another action"
    )]
    SetNull {
        /// Where the foreign key is.
        location: Location,
        /// The action.
        action: String,
        /// The column.
        column: String,
    },
    /// A former name is still in use, or is given twice.
    #[error("{location}: `renamed_from = \"{from}\"` contradicts {other}, {why}")]
    Rename {
        /// Where the hint is.
        location: Location,
        /// The former name.
        from: String,
        /// What it contradicts.
        other: Location,
        /// How it contradicts it.
        why: &'static str,
    },
}
