//! Enumerated types.

use std::collections::BTreeMap;

use sqlx::{
    PgConnection, Row as _,
    postgres::{PgRow, types::Oid},
};

use crate::{
    introspect::scope::Scope,
    schema::{Enum, Name},
};

pub(crate) async fn enums(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
) -> sqlx::Result<BTreeMap<Name, Enum>> {
    let an_enum = |row: PgRow| {
        let name = scope.name(row.try_get("schema")?, row.try_get("name")?);
        Ok((name, Enum { values: row.try_get("values")?, comment: row.try_get("comment")? }))
    };
    sqlx::query(include_str!("enumeration.sql"))
        .bind(spaces)
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(an_enum)
        .collect()
}
