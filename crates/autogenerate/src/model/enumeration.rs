//! Enums, as the derive macro describes them.

use super::location::Place;

/// An enum without fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumModel {
    /// The name of the enum.
    pub rust_name: &'static str,
    /// How its values are kept.
    pub storage: EnumStorage,
    /// Its values, in order.
    pub values: &'static [ValueModel],
    /// What `COMMENT ON TYPE` says.
    pub comment: Option<&'static str>,
    /// Where the enum is.
    pub place: Place,
}

/// How an enum's values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumStorage {
    /// As an enumerated type of PostgreSQL.
    Type {
        /// The name of the type, not quoted.
        name: &'static str,
        /// The schema that it is in, where the model names one.
        schema: Option<&'static str>,
        /// What the type was called before.
        renamed_from: Option<&'static str>,
    },
    /// As text: each column has a check.
    Text,
}

/// A value of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueModel {
    /// The name of the variant.
    pub rust_name: &'static str,
    /// The value in the database.
    pub name: &'static str,
    /// What the value was called before.
    pub renamed_from: Option<&'static str>,
    /// Where the variant is.
    pub place: Place,
}
