//! Descriptions of schemas from which any part can be removed: references to missing parts are not
//! rendered.

use super::extra::Extra;

/// A schema.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    pub enums: Vec<Enum>,
    pub tables: Vec<Table>,
    pub extras: Vec<Extra>,
}

#[derive(Debug, Clone)]
pub struct Enum {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub primary_key: Vec<String>,
    pub uniques: Vec<Unique>,
    pub checks: Vec<Check>,
    pub foreign_keys: Vec<ForeignKey>,
    pub indexes: Vec<Index>,
    pub comment: bool,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that can be removed")]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    /// Whether each row has a different value that survives a change of the type.
    pub distinct: bool,
    pub not_null: bool,
    pub default: bool,
    pub counter: Option<Counter>,
    /// The column from which it is generated.
    pub generated: Option<String>,
    pub collation: bool,
    pub comment: bool,
}

/// The kind of values in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Smallint,
    Integer,
    Bigint,
    Numeric(u8),
    Text,
    Varchar(u8),
    Boolean,
    Date,
    Timestamp,
    Timestamptz,
    Uuid,
    Jsonb,
    Texts,
    Integers,
    Enum(String),
    Enums(String),
}

/// Kinds with the same values, which all cast to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Number,
    Text,
    Time,
    Array,
    Enum,
    Other,
}

impl Kind {
    pub fn family(&self) -> Family {
        match self {
            Self::Smallint | Self::Integer | Self::Bigint | Self::Numeric(_) => Family::Number,
            Self::Text | Self::Varchar(_) => Family::Text,
            Self::Date | Self::Timestamp | Self::Timestamptz => Family::Time,
            Self::Texts | Self::Integers | Self::Enums(_) => Family::Array,
            Self::Enum(_) => Family::Enum,
            Self::Boolean | Self::Uuid | Self::Jsonb => Family::Other,
        }
    }

    pub fn is_integer(&self) -> bool {
        matches!(self, Self::Smallint | Self::Integer | Self::Bigint)
    }

    /// Whether each row gets a different value.
    pub fn is_distinct(&self) -> bool {
        !matches!(self, Self::Boolean | Self::Enum(_) | Self::Enums(_) | Self::Jsonb)
    }

    pub fn of_enum(&self) -> Option<&str> {
        match self {
            Self::Enum(name) | Self::Enums(name) => Some(name),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    Serial,
    ByDefault,
    Always,
}

#[derive(Debug, Clone)]
pub struct Unique {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub suffix: &'static str,
    pub nulls_not_distinct: bool,
}

#[derive(Debug, Clone)]
pub struct Check {
    pub name: Option<String>,
    pub column: String,
    pub strict: bool,
}

#[derive(Debug, Clone)]
pub struct ForeignKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub table: String,
    pub referenced: Vec<String>,
    pub suffix: &'static str,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that can be removed")]
pub struct Index {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub unique: bool,
    pub descending: bool,
    pub expression: bool,
    pub partial: Option<String>,
    pub include: Option<String>,
    pub special: bool,
}

impl Spec {
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    pub fn values(&self, of: &str) -> Option<&[String]> {
        self.enums
            .iter()
            .find(|one| one.name == of)
            .map(|one| one.values.as_slice())
            .filter(|values| !values.is_empty())
    }
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns with these names, if all exist.
    pub fn all(&self, names: &[String]) -> Option<Vec<&Column>> {
        let columns: Option<Vec<_>> = names.iter().map(|name| self.column(name)).collect();
        columns.filter(|columns| !columns.is_empty())
    }
}
