//! What the derive macros write calls to. It may change with any version.

use std::marker::PhantomData;

use super::types::{SqlType, TypeModel};

/// Tells the SQL type of a type that may have none: its own constant is found first, where there is one.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: SqlType + ?Sized> Probe<T> {
    /// The SQL type of `T`.
    pub const TYPE: Option<TypeModel> = Some(T::TYPE);
}

/// What is found where [`Probe`] has no constant of its own.
pub trait Unknown {
    /// No SQL type.
    const TYPE: Option<TypeModel> = None;
}

impl<T: ?Sized> Unknown for Probe<T> {}

/// The type that a column was given by name. Of a Rust type that is not known, its text tells whether it takes `NULL`.
#[must_use]
pub const fn named(known: Option<TypeModel>, name: &'static str, optional: bool) -> TypeModel {
    match known {
        Some(known) => known.named(name),
        None => TypeModel::new(name).nullable(optional),
    }
}

/// An identity column has to be an integer. Of one whose type is named, the derive has seen that.
///
/// # Panics
///
/// At compile time, where it is not.
pub const fn identity(data_type: TypeModel, is_named: bool) {
    assert!(is_named || data_type.is_integer(), "an identity column has to be an i16, i32 or i64");
    assert!(!data_type.nullable, "an identity column takes no NULL");
}

/// A column of a primary key takes no `NULL`.
///
/// # Panics
///
/// At compile time, where it does.
pub const fn primary_key(data_type: TypeModel) {
    assert!(!data_type.nullable, "a column of a primary key takes no NULL");
}
