//! The SQL types of Rust types.

#[cfg(feature = "chrono")]
mod chrono;
mod model;
mod others;
mod postgres;
mod standard;
#[cfg(feature = "time")]
mod time;

pub use self::model::{AttributeModel, CompositeModel, DomainModel, TypeDefinition, TypeModel};

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
