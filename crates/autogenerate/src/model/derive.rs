//! Support for the code that the derive macros generate. It may change in any version.

use std::marker::PhantomData;

use super::{
    describe::TableModel,
    location::Location,
    types::{SqlType, TypeModel},
};

/// What stands in for the model of a struct with errors.
pub const EMPTY_TABLE: TableModel = TableModel {
    rust_name: "",
    name: "",
    schema: None,
    renamed_from: None,
    columns: &[],
    primary_key: None,
    uniques: &[],
    foreign_keys: &[],
    checks: &[],
    exclusions: &[],
    indexes: &[],
    partition_by: None,
    partitions: &[],
    unlogged: false,
    options: None,
    comment: None,
    location: Location { file: "", line: 0 },
};

/// Finds the SQL type of a type that may not have one: an inherent constant takes precedence over
/// that of [`Unknown`].
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: SqlType + ?Sized> Probe<T> {
    /// The SQL type of `T`.
    pub const TYPE: Option<TypeModel> = Some(T::TYPE);
}

/// The fallback if [`Probe`] has no inherent constant.
pub trait Unknown {
    /// No SQL type.
    const TYPE: Option<TypeModel> = None;
}

impl<T: ?Sized> Unknown for Probe<T> {}

/// Replaces the type's SQL name. If the Rust type has no SQL type, `optional` says whether the
/// column is nullable.
#[must_use]
pub const fn named_type(known: Option<TypeModel>, name: &'static str, optional: bool) -> TypeModel {
    match known {
        Some(known) => known.named(name),
        None => TypeModel::new(name).nullable(optional),
    }
}

/// Asserts that an identity column is a non-nullable integer. The derive has already checked a type
/// given by name.
///
/// # Panics
///
/// At compile time, if it is not.
pub const fn assert_identity(data_type: TypeModel, is_named: bool) {
    assert!(is_named || data_type.is_integer(), "an identity column must be an i16, i32 or i64");
    assert!(!data_type.nullable, "an identity column cannot be nullable");
}

/// Asserts that a primary key column is not nullable.
///
/// # Panics
///
/// At compile time, if it is nullable.
pub const fn assert_primary_key(data_type: TypeModel) {
    assert!(!data_type.nullable, "a primary key column cannot be nullable");
}
