//! Tables without what they are made of.

use std::collections::HashMap;

use sqlx::{
    PgConnection, Row as _,
    postgres::{PgRow, types::Oid},
};

use crate::{
    introspect::scope::Scope,
    schema::{Name, PartitionOf, Table},
};

/// Tables by their object identifiers.
pub(crate) type Tables = HashMap<Oid, (Name, Table)>;

pub(crate) async fn tables(conn: &mut PgConnection, scope: &Scope, spaces: &[Oid]) -> sqlx::Result<Tables> {
    let table = |row: PgRow| {
        let name = scope.name(row.try_get("schema")?, row.try_get("name")?);
        let parent = scope.name_in(&row, "parent")?;
        let table = Table {
            partition_by: row.try_get("partition_by")?,
            partition_of: parent
                .zip(row.try_get("bound")?)
                .map(|(parent, bound)| PartitionOf { parent, bound }),
            unlogged: row.try_get("unlogged")?,
            options: row.try_get("options")?,
            comment: row.try_get("comment")?,
            ..Table::default()
        };
        Ok((row.try_get("oid")?, (name, table)))
    };
    sqlx::query(include_str!("table.sql"))
        .bind(spaces)
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(table)
        .collect()
}

/// The table that a row is about.
pub(super) fn of<'a>(tables: &'a mut Tables, row: &PgRow) -> sqlx::Result<&'a mut Table> {
    let oid: Oid = row.try_get("table")?;
    tables.get_mut(&oid).map(|(_, table)| table).ok_or(sqlx::Error::RowNotFound)
}

pub(super) fn oids(tables: &Tables) -> Vec<Oid> {
    tables.keys().copied().collect()
}
