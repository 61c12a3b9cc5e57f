//! What defaults, constraints and indexes refer to.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{PgConnection, Row as _, postgres::types::Oid};

use super::scope::Scope;
use crate::schema::Uses;

/// The object that refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Default(Oid),
    Constraint(Oid),
    Index(Oid),
}

pub(super) type AllUses = HashMap<Owner, Uses>;

/// Reads what the parts of these tables refer to.
pub(super) async fn read_uses(
    conn: &mut PgConnection,
    scope: &Scope,
    tables: &[Oid],
) -> sqlx::Result<AllUses> {
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
