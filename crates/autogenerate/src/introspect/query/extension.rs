//! Extensions.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Row as _, postgres::PgRow};

use crate::{introspect::scope::Scope, schema::Extension};

pub(crate) async fn extensions(
    conn: &mut PgConnection,
    scope: &Scope,
) -> sqlx::Result<BTreeMap<String, Extension>> {
    let extension = |row: PgRow| {
        let schema = if *scope == Scope::Database { row.try_get("schema")? } else { None };
        Ok((row.try_get("name")?, Extension { schema }))
    };
    sqlx::query(include_str!("extension.sql")).fetch_all(conn).await?.into_iter().map(extension).collect()
}
