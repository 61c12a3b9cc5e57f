//! Which SQL type a Rust type is kept as.

mod postgres;
mod standard;
#[cfg(feature = "chrono")]
mod times;

use super::enumeration::{EnumModel, EnumStorage};

/// A Rust type that has a place in a column.
///
/// Derive it: [`#[derive(Enum)]`](derive@crate::Enum) for enums, [`#[derive(SqlType)]`](derive@crate::SqlType) for newtypes. A type of another
/// crate that is not listed here needs `#[column(type = "…")]` where it is used.
#[diagnostic::on_unimplemented(
    message = "it is not known which SQL type `{Self}` is kept as",
    label = "no SQL type is known for this",
    note = "derive `autogenerate::Enum` for an enum, `autogenerate::SqlType` for a newtype, or say `#[column(type = \"…\")]`"
)]
pub trait SqlType {
    /// The SQL type.
    const TYPE: TypeModel;
}

/// A type that arrays are made of: `Vec<T>` is `T[]`. Octets (`u8`) are not, because `Vec<u8>` is `bytea`; nor are arrays, because
/// sqlx knows one dimension.
#[diagnostic::on_unimplemented(
    message = "an array of `{Self}` has no SQL type",
    label = "cannot be an element of an array",
    note = "derive `autogenerate::Enum` or `autogenerate::SqlType` for `{Self}`, or say `#[column(type = \"…\")]`"
)]
pub trait Element: SqlType {}

/// An SQL type, and whether it takes `NULL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeModel {
    /// The type as SQL names it, or what an array is made of, such as `timestamptz` or `varchar(200)`.
    pub name: &'static str,
    /// How many dimensions the array has; 0 for what is no array.
    pub dimensions: usize,
    /// Whether it takes `NULL`.
    pub nullable: bool,
    /// The enum that it is, or is an array of.
    pub enumeration: Option<&'static EnumModel>,
}

impl TypeModel {
    /// A type that takes no `NULL`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, dimensions: 0, nullable: false, enumeration: None }
    }

    /// The same type, which takes `NULL` or does not.
    #[must_use]
    pub const fn nullable(self, nullable: bool) -> Self {
        Self { nullable, ..self }
    }

    /// The array of it, whose elements may be `NULL`.
    #[must_use]
    pub const fn array(self) -> Self {
        Self { dimensions: self.dimensions + 1, nullable: false, ..self }
    }

    /// Another SQL type for the same Rust type, with its brackets where it is an array. An enum that was one of PostgreSQL's is none any
    /// longer; one that is kept as text still has its check.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        let enumeration = match self.enumeration {
            Some(EnumModel { storage: EnumStorage::Text, .. }) => self.enumeration,
            _ => None,
        };
        Self { name, dimensions: 0, enumeration, ..self }
    }

    /// Whether it is one of the integers that an identity column can be.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.dimensions == 0 && matches!(self.name.as_bytes(), b"smallint" | b"integer" | b"bigint")
    }
}

/// Says which SQL type each Rust type is kept as, and that arrays can be made of it.
macro_rules! sql_types {
    ($($rust:ty => $sql:literal),+ $(,)?) => {$(
        impl $crate::model::SqlType for $rust {
            const TYPE: $crate::model::TypeModel = $crate::model::TypeModel::new($sql);
        }
        impl $crate::model::Element for $rust {}
    )+};
}
use sql_types;
