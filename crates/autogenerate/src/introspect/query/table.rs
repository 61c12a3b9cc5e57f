//! Tables, without their columns, constraints and indexes.

use sqlx::{Row as _, postgres::PgRow};

use super::reader::Reader;
use crate::{
    introspect::canonical::{canonicalize, escape_backslashes},
    schema::{Owner, PartitionOf, Table},
};

impl Reader<'_> {
    pub(crate) async fn tables(&mut self) -> sqlx::Result<()> {
        let table = |row: PgRow| {
            let name = self.scope.name(row.try_get("schema")?, row.try_get("name")?);
            let parent = self.scope.name_in(&row, "parent")?;
            let schemas: Vec<Option<String>> = row.try_get("inherits_schemas")?;
            let inherits: Vec<String> = row.try_get("inherits")?;
            let table = Table {
                partition_by: row.try_get::<Option<_>, _>("partition_by")?.map(canonicalize),
                partition_of: parent
                    .zip(row.try_get("bound")?)
                    .map(|(parent, bound)| PartitionOf { parent, bound: escape_backslashes(bound) }),
                inherits: schemas
                    .into_iter()
                    .zip(inherits)
                    .map(|(schema, name)| self.scope.name(schema, name))
                    .collect(),
                unlogged: row.try_get("unlogged")?,
                options: row.try_get("options")?,
                owner: Owner { is_others: row.try_get("is_others")? },
                comment: row.try_get("comment")?,
                ..Table::default()
            };
            Ok((row.try_get("oid")?, (name, table)))
        };
        let rows =
            sqlx::query(include_str!("table.sql")).bind(&self.spaces).fetch_all(&mut *self.conn).await?;
        self.tables = rows.into_iter().map(table).collect::<sqlx::Result<_>>()?;
        Ok(())
    }
}
