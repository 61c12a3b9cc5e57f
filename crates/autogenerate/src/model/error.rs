//! What can be wrong between models, each of which is right by itself.

use super::location::Place;

/// Models that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Two objects of one name.
    #[error("{place}: {what} is also the name of what {other} says")]
    Taken {
        /// The second of them.
        place: Place,
        /// Its kind and name, such as ``the table `items` ``.
        what: String,
        /// The first of them.
        other: Place,
    },
    /// Two enums of one name that are not the same.
    #[error("{place}: the type `{name}` has other values, hints or comments than {other} says")]
    Enum {
        /// The second of them.
        place: Place,
        /// The type.
        name: String,
        /// The first of them.
        other: Place,
    },
    /// A foreign key to a table that no model describes.
    #[error("{place}: a foreign key to `{table}`, for which there is no model: is it in the metadata?")]
    UnknownTable {
        /// Where the foreign key is.
        place: Place,
        /// The table.
        table: String,
    },
    /// A column that the model of its table does not have.
    #[error("{place}: the table `{table}` has no column `{column}`")]
    UnknownColumn {
        /// Where it is named.
        place: Place,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A foreign key that names no columns, to a table without a primary key.
    #[error("{place}: a foreign key to `{table}` has to say to which columns: that table has no primary key")]
    NoPrimaryKey {
        /// Where the foreign key is.
        place: Place,
        /// The other table.
        table: String,
    },
    /// A foreign key whose sides have different numbers of columns.
    #[error("{place}: a foreign key from {from} to {to} columns of `{table}`")]
    ColumnCount {
        /// Where the foreign key is.
        place: Place,
        /// How many columns it has here.
        from: usize,
        /// How many it refers to.
        to: usize,
        /// The other table.
        table: String,
    },
    /// A former name that is still, or twice, in use.
    #[error("{place}: `renamed_from = \"{from}\"` contradicts {other}, {why}")]
    Rename {
        /// Where the hint is.
        place: Place,
        /// The former name.
        from: String,
        /// What it contradicts.
        other: Place,
        /// In which way.
        why: &'static str,
    },
}
