//! What defaults, constraints and indexes refer to.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{PgConnection, Row as _, postgres::types::Oid};

use super::scope::Scope;
use crate::schema::Uses;

/// What has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Default(Oid),
    Constraint(Oid),
    Index(Oid),
}

pub(super) type AllUses = HashMap<Owner, Uses>;

/// Those of all pieces of the tables.
pub(super) async fn read(conn: &mut PgConnection, scope: &Scope, tables: &[Oid]) -> sqlx::Result<AllUses> {
    let mut all = AllUses::new();
    let mut rows = sqlx::query(include_str!("uses.sql")).bind(tables).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let oid = row.try_get("owner")?;
        let owner = match row.try_get("kind")? {
            "default" => Owner::Default(oid),
            "constraint" => Owner::Constraint(oid),
            _ => Owner::Index(oid),
        };
        let uses = all.entry(owner).or_default();
        uses.columns.extend(row.try_get::<Option<String>, _>("column")?);
        uses.enums.extend(scope.name_in(&row, "enum")?);
        uses.sequences.extend(scope.name_in(&row, "sequence")?);
    }
    Ok(all)
}
