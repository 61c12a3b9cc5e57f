//! PostgreSQL's schemas.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Row as _, postgres::types::Oid};

use crate::{introspect::scope::Scope, schema::Namespace};

/// The schemas that are read: by name, and their object identifiers.
pub(crate) async fn namespaces(
    conn: &mut PgConnection,
    scope: &Scope,
) -> sqlx::Result<(BTreeMap<String, Namespace>, Vec<Oid>)> {
    let alone = match scope {
        Scope::Schema(name) => Some(name),
        Scope::Database => None,
    };
    let rows = sqlx::query(include_str!("namespace.sql")).bind(alone).fetch_all(conn).await?;
    let mut namespaces = BTreeMap::new();
    let mut oids = Vec::new();
    for row in rows {
        namespaces.insert(row.try_get("name")?, Namespace { comment: row.try_get("comment")? });
        oids.push(row.try_get("oid")?);
    }
    Ok((namespaces, oids))
}
