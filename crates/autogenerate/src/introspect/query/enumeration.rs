//! Enum types.

use std::collections::BTreeMap;

use sqlx::{Row as _, postgres::PgRow};

use super::reader::Reader;
use crate::schema::{Enum, Name, Owner};

impl Reader<'_> {
    pub(crate) async fn enums(&mut self) -> sqlx::Result<BTreeMap<Name, Enum>> {
        let an_enum = |row: PgRow| {
            let name = self.scope.name(row.try_get("schema")?, row.try_get("name")?);
            let (values, owner) = (row.try_get("values")?, Owner { is_others: row.try_get("is_others")? });
            Ok((name, Enum { values, owner, comment: row.try_get("comment")? }))
        };
        let rows = sqlx::query(include_str!("enumeration.sql"))
            .bind(&self.spaces)
            .fetch_all(&mut *self.conn)
            .await?;
        rows.into_iter().map(an_enum).collect()
    }
}
