//! PostgreSQL's schemas.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::reader::Reader;
use crate::{introspect::scope::Scope, schema::Namespace};

impl Reader<'_> {
    /// Reads the schemas in scope. The other queries depend on this one.
    pub(crate) async fn namespaces(&mut self) -> sqlx::Result<BTreeMap<String, Namespace>> {
        let only = match self.scope {
            Scope::Schema(name) => Some(name),
            Scope::Database => None,
        };
        let rows = sqlx::query(include_str!("namespace.sql")).bind(only).fetch_all(&mut *self.conn).await?;
        let mut namespaces = BTreeMap::new();
        for row in rows {
            namespaces.insert(row.try_get("name")?, Namespace { comment: row.try_get("comment")? });
            self.spaces.push(row.try_get("oid")?);
        }
        Ok(namespaces)
    }
}
