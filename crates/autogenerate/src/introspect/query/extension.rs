//! Extensions.

use std::collections::BTreeMap;

use sqlx::{Row as _, postgres::PgRow};

use super::reader::Reader;
use crate::{introspect::scope::Scope, schema::Extension};

impl Reader<'_> {
    pub(crate) async fn extensions(&mut self) -> sqlx::Result<BTreeMap<String, Extension>> {
        let extension = |row: PgRow| {
            let schema = if *self.scope == Scope::Database { row.try_get("schema")? } else { None };
            let requires: Vec<String> = row.try_get("requires")?;
            let requires = requires.into_iter().collect();
            Ok((row.try_get("name")?, Extension { schema, requires }))
        };
        sqlx::query(include_str!("extension.sql"))
            .fetch_all(&mut *self.conn)
            .await?
            .into_iter()
            .map(extension)
            .collect()
    }
}
