//! The types of the standard library.

use std::{
    borrow::Cow,
    net::IpAddr,
    num::{NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use super::{Element, SqlType, TypeModel, sql_types};

sql_types! {
    bool => "boolean",
    i8 => "\"char\"",
    i16 => "smallint",
    i32 => "integer",
    i64 => "bigint",
    NonZeroI16 => "smallint",
    NonZeroI32 => "integer",
    NonZeroI64 => "bigint",
    f32 => "real",
    f64 => "double precision",
    str => "text",
    String => "text",
    [u8] => "bytea",
    Vec<u8> => "bytea",
    Duration => "interval",
    IpAddr => "inet",
}

// sqlx has no arrays of it.
impl SqlType for NonZeroI8 {
    const TYPE: TypeModel = TypeModel::new("\"char\"");
}

impl<const N: usize> SqlType for [u8; N] {
    const TYPE: TypeModel = TypeModel::new("bytea");
}
impl<const N: usize> Element for [u8; N] {}

impl<T: SqlType> SqlType for Option<T> {
    const TYPE: TypeModel = T::TYPE.nullable(true);
}
impl<T: Element> Element for Option<T> {}

/// A pointer has the SQL type of the value.
macro_rules! pointers {
    ($($pointer:ty),+) => {$(
        impl<T: SqlType + ?Sized> SqlType for $pointer {
            const TYPE: TypeModel = T::TYPE;
        }
        impl<T: Element + ?Sized> Element for $pointer {}
    )+};
}
pointers!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: SqlType + ToOwned + ?Sized> SqlType for Cow<'_, T> {
    const TYPE: TypeModel = T::TYPE;
}
impl<T: Element + ToOwned + ?Sized> Element for Cow<'_, T> {}

// These do not overlap with `bytea` above, because `u8` is not an `Element`.
impl<T: Element> SqlType for [T] {
    const TYPE: TypeModel = T::TYPE.array();
}
impl<T: Element> SqlType for Vec<T> {
    const TYPE: TypeModel = T::TYPE.array();
}
impl<T: Element, const N: usize> SqlType for [T; N] {
    const TYPE: TypeModel = T::TYPE.array();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql<T: SqlType>() -> String {
        let TypeModel { name, dimensions, nullable, .. } = T::TYPE;
        format!("{name}{}{}", "[]".repeat(dimensions), if nullable { " null" } else { "" })
    }

    #[test]
    fn bytes_are_bytea_and_other_sequences_are_arrays() {
        assert_eq!(sql::<Vec<u8>>(), "bytea");
        assert_eq!(sql::<Box<[u8]>>(), "bytea");
        assert_eq!(sql::<[u8; 32]>(), "bytea");
        assert_eq!(sql::<Vec<Vec<u8>>>(), "bytea[]");
        assert_eq!(sql::<Vec<i32>>(), "integer[]");
        assert_eq!(sql::<Option<Box<[String]>>>(), "text[] null");
        assert_eq!(sql::<[Option<i64>; 3]>(), "bigint[]");
    }

    #[test]
    fn a_pointer_has_the_type_of_its_value() {
        assert_eq!(sql::<&str>(), "text");
        assert_eq!(sql::<Box<str>>(), "text");
        assert_eq!(sql::<Cow<'static, str>>(), "text");
        assert_eq!(sql::<Option<Arc<str>>>(), "text null");
    }
}
