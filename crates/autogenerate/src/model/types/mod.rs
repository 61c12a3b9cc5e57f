//! The SQL types of Rust types.

#[cfg(feature = "chrono")]
mod chrono;
mod others;
mod postgres;
mod standard;
#[cfg(feature = "time")]
mod time;

use super::{
    definition::TypeDefinition,
    enumeration::{EnumModel, EnumStorage},
};

/// A Rust type that can be the type of a column.
///
/// Derive it with [`#[derive(Enum)]`](derive@crate::Enum) for enums,
/// [`#[derive(SqlType)]`](derive@crate::SqlType) for newtypes,
/// [`#[derive(Domain)]`](derive@crate::Domain) for domains, or
/// [`#[derive(Composite)]`](derive@crate::Composite) for composite types. A type of another crate
/// that does not implement it needs `#[column(type = "…")]` on the field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no SQL type",
    label = "this type cannot be a column",
    note = "derive `autogenerate::Enum` for an enum, `autogenerate::SqlType` for a newtype, or set `#[column(type = \"…\")]`"
)]
pub trait SqlType {
    /// The SQL type.
    const TYPE: TypeModel;
}

/// A type that can be an array element: `Vec<T>` is `T[]`.
///
/// `u8` is not one, because `Vec<u8>` is `bytea`; nor are arrays, because sqlx only supports one
/// dimension.
#[diagnostic::on_unimplemented(
    message = "an array of `{Self}` has no SQL type",
    label = "cannot be an array element",
    note = "derive `autogenerate::Enum` or `autogenerate::SqlType` for `{Self}`, or set `#[column(type = \"…\")]`"
)]
pub trait Element: SqlType {}

/// An SQL type and its nullability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeModel {
    /// The SQL type, or an array's element type, such as `timestamptz` or `varchar(200)`.
    pub name: &'static str,
    /// The number of array dimensions; 0 if it is not an array.
    pub dimensions: usize,
    /// Whether it is nullable.
    pub nullable: bool,
    /// The enum that it, or its array element, is.
    pub enumeration: Option<&'static EnumModel>,
    /// The domain or composite type that it, or its array element, is.
    pub definition: Option<&'static TypeDefinition>,
}

impl TypeModel {
    /// A non-nullable type.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, dimensions: 0, nullable: false, enumeration: None, definition: None }
    }

    /// Sets the nullability.
    #[must_use]
    pub const fn nullable(self, nullable: bool) -> Self {
        Self { nullable, ..self }
    }

    /// The array type with this element type. Elements may be `NULL`.
    #[must_use]
    pub const fn array(self) -> Self {
        Self { dimensions: self.dimensions + 1, nullable: false, ..self }
    }

    /// Replaces the SQL type; `name` includes the brackets of an array.
    ///
    /// An enum stored as a PostgreSQL enum type no longer counts as an enum; one stored as text
    /// keeps its check.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        let enumeration = match self.enumeration {
            Some(EnumModel { storage: EnumStorage::Text, .. }) => self.enumeration,
            _ => None,
        };
        Self { name, dimensions: 0, enumeration, definition: None, ..self }
    }

    /// The domain or composite type of this definition.
    #[must_use]
    pub const fn defined(self, definition: &'static TypeDefinition) -> Self {
        Self { definition: Some(definition), ..self }
    }

    /// Whether it is an integer type that an identity column can have.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.dimensions == 0 && matches!(self.name.as_bytes(), b"smallint" | b"integer" | b"bigint")
    }
}

/// Implements [`SqlType`] and [`Element`] for each Rust type.
macro_rules! sql_types {
    ($($rust:ty => $sql:literal),+ $(,)?) => {$(
        impl $crate::model::SqlType for $rust {
            const TYPE: $crate::model::TypeModel = $crate::model::TypeModel::new($sql);
        }
        impl $crate::model::Element for $rust {}
    )+};
}
use sql_types;
