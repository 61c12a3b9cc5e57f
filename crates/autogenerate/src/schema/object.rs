//! Identifiers of database objects.

use std::fmt;

use super::{
    name::{Name, quote_identifier},
    sql_name::SqlName,
};

/// Identifies an object of a database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// A PostgreSQL schema.
    Namespace(String),
    /// An extension.
    Extension(String),
    /// An enum type.
    Enum(Name),
    /// A value of an enum type.
    Value(Name, String),
    /// A sequence.
    Sequence(Name),
    /// A table.
    Table(Name),
    /// A column of a table.
    Column(Name, String),
    /// A constraint of a table.
    Constraint(Name, String),
    /// An index of a table, in the same schema as the table.
    Index(Name, String),
    /// An object that is defined by a text of SQL.
    Sql(SqlName),
}

impl Object {
    /// The table itself, or the table that it belongs to.
    #[must_use]
    pub fn table(&self) -> Option<&Name> {
        match self {
            Self::Table(table)
            | Self::Column(table, _)
            | Self::Constraint(table, _)
            | Self::Index(table, _) => Some(table),
            Self::Sql(name) => name.table.as_ref(),
            _ => None,
        }
    }

    /// A column of a table.
    pub(crate) fn column(table: &Name, column: impl Into<String>) -> Self {
        Self::Column(table.clone(), column.into())
    }

    /// Columns of a table.
    pub(crate) fn columns<'a>(
        table: &'a Name,
        columns: impl IntoIterator<Item = &'a String>,
    ) -> impl Iterator<Item = Self> {
        columns.into_iter().map(|column| Self::column(table, column))
    }

    /// A constraint of a table.
    pub(crate) fn constraint(table: &Name, constraint: impl Into<String>) -> Self {
        Self::Constraint(table.clone(), constraint.into())
    }

    /// An index of a table.
    pub(crate) fn index(table: &Name, index: impl Into<String>) -> Self {
        Self::Index(table.clone(), index.into())
    }

    /// The schema that contains an object of this name.
    pub(crate) fn namespace(name: &Name) -> Option<Self> {
        name.schema.clone().map(Self::Namespace)
    }

    /// The name that it occupies among tables, views, sequences, indexes and types, each table
    /// being a type too, or among functions, by their arguments.
    pub(crate) fn relation(&self) -> Option<Name> {
        match self {
            Self::Table(name) | Self::Sequence(name) | Self::Enum(name) => Some(name.clone()),
            Self::Index(table, name) => Some(table.sibling(name)),
            Self::Sql(name) if name.kind.is_view() || name.kind.is_type() => Some(Name::parse(&name.name)),
            Self::Sql(name) if name.kind.is_routine() => Some(Name::local(&name.name)),
            _ => None,
        }
    }

    /// The object as `COMMENT ON` names it. An enum value, which has no comment, is named by its
    /// type.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Namespace(name) => format!("SCHEMA {}", quote_identifier(name)),
            Self::Extension(name) => format!("EXTENSION {}", quote_identifier(name)),
            Self::Enum(name) | Self::Value(name, _) => format!("TYPE {name}"),
            Self::Sequence(name) => format!("SEQUENCE {name}"),
            Self::Table(name) => format!("TABLE {name}"),
            Self::Column(table, name) => format!("COLUMN {table}.{}", quote_identifier(name)),
            Self::Constraint(table, name) => format!("CONSTRAINT {} ON {table}", quote_identifier(name)),
            Self::Index(table, name) => format!("INDEX {}", table.sibling(name)),
            Self::Sql(name) => name.to_string(),
        }
    }
}

/// Formats the object for people, such as `column items.sku`.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace(name) => write!(f, "schema {}", quote_identifier(name)),
            Self::Extension(name) => write!(f, "extension {}", quote_identifier(name)),
            Self::Enum(name) => write!(f, "enum {name}"),
            Self::Value(name, value) => write!(f, "value {value:?} of enum {name}"),
            Self::Sequence(name) => write!(f, "sequence {name}"),
            Self::Table(name) => write!(f, "table {name}"),
            Self::Column(table, name) => write!(f, "column {table}.{}", quote_identifier(name)),
            Self::Constraint(table, name) => write!(f, "constraint {} of {table}", quote_identifier(name)),
            Self::Index(table, name) => write!(f, "index {} of {table}", table.sibling(name)),
            Self::Sql(name) => write!(f, "{name}"),
        }
    }
}
