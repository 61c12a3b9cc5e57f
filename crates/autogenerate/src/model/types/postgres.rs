//! The types of sqlx for PostgreSQL's own, and those of its features.

use sqlx::postgres::types::{
    Oid, PgBox, PgCiText, PgCircle, PgCube, PgHstore, PgInterval, PgLQuery, PgLSeg, PgLTree, PgLine, PgMoney,
    PgPath, PgPoint, PgPolygon, PgRange,
};

use super::{Element, SqlType, TypeModel, sql_types};

sql_types! {
    Oid => "oid",
    PgBox => "box",
    PgCiText => "citext",
    PgCircle => "circle",
    PgCube => "cube",
    PgHstore => "hstore",
    PgInterval => "interval",
    PgLQuery => "lquery",
    PgLSeg => "lseg",
    PgLTree => "ltree",
    PgLine => "line",
    PgMoney => "money",
    PgPath => "path",
    PgPoint => "point",
    PgPolygon => "polygon",
    PgRange<i32> => "int4range",
    PgRange<i64> => "int8range",
}

impl<T> SqlType for sqlx::types::Text<T> {
    const TYPE: TypeModel = TypeModel::new("text");
}
impl<T> Element for sqlx::types::Text<T> {}

#[cfg(feature = "uuid")]
sql_types! { uuid::Uuid => "uuid" }

#[cfg(feature = "json")]
sql_types! {
    serde_json::Value => "jsonb",
    serde_json::value::RawValue => "jsonb",
}

#[cfg(feature = "json")]
impl<T> SqlType for sqlx::types::Json<T> {
    const TYPE: TypeModel = TypeModel::new("jsonb");
}
#[cfg(feature = "json")]
impl<T> Element for sqlx::types::Json<T> {}
