//! Enums, as the derive macro describes them.

use super::location::Location;

/// A fieldless enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumModel {
    /// The name of the enum.
    pub rust_name: &'static str,
    /// How its values are stored.
    pub storage: EnumStorage,
    /// Its values, in order.
    pub values: &'static [ValueModel],
    /// The comment in the database.
    pub comment: Option<&'static str>,
    /// Where the enum is declared.
    pub location: Location,
}

/// How an enum's values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumStorage {
    /// As a PostgreSQL enum type.
    Type {
        /// The name of the type, unquoted.
        name: &'static str,
        /// The schema of the type, if the model names one.
        schema: Option<&'static str>,
        /// The type's former name.
        renamed_from: Option<&'static str>,
    },
    /// As text, with a check constraint on each column.
    Text,
}

/// A value of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueModel {
    /// The name of the variant.
    pub rust_name: &'static str,
    /// The value in the database.
    pub name: &'static str,
    /// The value's former name.
    pub renamed_from: Option<&'static str>,
    /// Where the variant is declared.
    pub location: Location,
}
