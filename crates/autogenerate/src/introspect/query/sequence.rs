//! What is no table and no part of one.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Row as _, postgres::PgRow, postgres::types::Oid};

use super::{Scope, Unhandled};
use crate::schema::{Enum, Extension, Name, Namespace, Sequence, SequenceOptions};

/// The schemas that are read: by name, and their object identifiers.
pub(super) async fn namespaces(
    conn: &mut PgConnection,
    scope: &Scope,
) -> Result<(BTreeMap<String, Namespace>, Vec<Oid>), sqlx::Error> {
    let alone = match scope {
        Scope::Schema(name) => Some(name),
        Scope::Database => None,
    };
    let rows = sqlx::query(include_str!("namespaces.sql")).bind(alone).fetch_all(conn).await?;
    let mut namespaces = BTreeMap::new();
    let mut oids = Vec::new();
    for row in rows {
        namespaces.insert(row.try_get("name")?, Namespace { comment: row.try_get("comment")? });
        oids.push(row.try_get("oid")?);
    }
    Ok((namespaces, oids))
}

pub(super) async fn extensions(
    conn: &mut PgConnection,
    scope: &Scope,
) -> Result<BTreeMap<String, Extension>, sqlx::Error> {
    let extension = |row: PgRow| {
        let schema = if *scope == Scope::Database { row.try_get("schema")? } else { None };
        Ok((row.try_get("name")?, Extension { schema }))
    };
    sqlx::query(include_str!("extensions.sql")).fetch_all(conn).await?.into_iter().map(extension).collect()
}

pub(super) async fn enums(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
) -> Result<BTreeMap<Name, Enum>, sqlx::Error> {
    let an_enum = |row: PgRow| {
        let name = scope.name(row.try_get("schema")?, row.try_get("name")?);
        Ok((name, Enum { values: row.try_get("values")?, comment: row.try_get("comment")? }))
    };
    sqlx::query(include_str!("enums.sql"))
        .bind(spaces)
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(an_enum)
        .collect()
}

pub(super) async fn sequences(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
) -> Result<BTreeMap<Name, Sequence>, sqlx::Error> {
    let sequence = |row: PgRow| {
        let name = scope.name(row.try_get("schema")?, row.try_get("name")?);
        let owner = scope.name_in(&row, "owner")?;
        let sequence = Sequence {
            data_type: row.try_get("data_type")?,
            options: sequence_options(&row)?,
            owned_by: owner.zip(row.try_get("owner_column")?),
            comment: row.try_get("comment")?,
        };
        Ok((name, sequence))
    };
    let rows = sqlx::query(include_str!("sequences.sql")).bind(spaces).fetch_all(conn).await?;
    rows.into_iter().map(sequence).collect()
}

/// How a sequence, or that of an identity column, counts.
pub(super) fn sequence_options(row: &PgRow) -> Result<SequenceOptions, sqlx::Error> {
    Ok(SequenceOptions {
        start: row.try_get("start")?,
        increment: row.try_get("increment")?,
        min: row.try_get("min")?,
        max: row.try_get("max")?,
        cache: row.try_get("cache")?,
        cycle: row.try_get("cycle")?,
    })
}

pub(super) async fn unhandled(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
    tables: &[Oid],
) -> Result<Vec<Unhandled>, sqlx::Error> {
    let unhandled = |row: PgRow| {
        let kind: &str = row.try_get("kind")?;
        let kind = KINDS.iter().copied().find(|known| *known == kind).unwrap_or("object");
        Ok(Unhandled { kind, name: row.try_get("name")? })
    };
    let rows = sqlx::query(include_str!("unhandled.sql"))
        .bind(spaces)
        .bind(tables)
        .bind(*scope == Scope::Database)
        .fetch_all(conn)
        .await?;
    let mut all = rows.into_iter().map(unhandled).collect::<Result<Vec<_>, sqlx::Error>>()?;
    all.sort();
    Ok(all)
}

/// Every kind that unhandled.sql knows.
const KINDS: &[&str] = &[
    "access method",
    "aggregate",
    "cast",
    "clustered index",
    "collation",
    "column compression",
    "column options",
    "column statistics",
    "column storage",
    "composite type",
    "conversion",
    "domain",
    "event trigger",
    "foreign table",
    "foreign-data wrapper",
    "function",
    "inherited table",
    "language",
    "materialized view",
    "not null constraint",
    "operator",
    "operator class",
    "policy",
    "procedure",
    "publication",
    "range type",
    "replica identity",
    "row security",
    "rule",
    "server",
    "statistics",
    "tablespace",
    "text search configuration",
    "text search dictionary",
    "text search parser",
    "text search template",
    "trigger",
    "type",
    "typed table",
    "unlogged sequence",
    "view",
];

#[cfg(test)]
mod tests {
    use super::KINDS;

    #[test]
    fn every_kind_that_the_query_names_is_known() {
        let sql = include_str!("unhandled.sql");
        for kind in KINDS {
            assert!(sql.contains(&format!("'{kind}'")), "{kind}");
        }
        assert!(KINDS.is_sorted());
    }
}
