//! What defaults, constraints and indexes refer to.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{
    PgConnection, Row as _,
    postgres::{PgRow, types::Oid},
};

use super::scope::Scope;
use crate::schema::{Object, SqlKind, SqlName, Uses};

/// The object that refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Default(Oid),
    Constraint(Oid),
    Index(Oid),
    /// The type of a column.
    Column(Oid, i16),
}

pub(super) type AllUses = HashMap<Owner, Uses>;

/// The extension, or the object that is defined by a text of SQL, that a row refers to.
fn other(row: &PgRow) -> sqlx::Result<Option<Object>> {
    let Some(kind) = row.try_get::<Option<&str>, _>("other_kind")? else { return Ok(None) };
    let name = row.try_get("other")?;
    Ok(match SqlKind::from_name(kind) {
        Some(kind) => Some(Object::Sql(SqlName { kind, table: None, name })),
        None => Some(Object::Extension(name)),
    })
}

/// Reads what the parts of these tables refer to.
pub(super) async fn read_uses(
    conn: &mut PgConnection,
    scope: &Scope,
    tables: &[Oid],
) -> sqlx::Result<AllUses> {
    let mut all = AllUses::new();
    let sql = concat!(include_str!("named.sql"), include_str!("uses.sql"));
    let mut rows = sqlx::query(sql).bind(tables).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let oid = row.try_get("owner")?;
        let owner = match row.try_get("kind")? {
            "default" => Owner::Default(oid),
            "constraint" => Owner::Constraint(oid),
            "column" => Owner::Column(oid, row.try_get("number")?),
            _ => Owner::Index(oid),
        };
        let uses = all.entry(owner).or_default();
        uses.columns.extend(row.try_get::<Option<String>, _>("column")?);
        uses.enums.extend(scope.name_in(&row, "enum")?);
        uses.sequences.extend(scope.name_in(&row, "sequence")?);
        uses.others.extend(other(&row)?);
    }
    Ok(all)
}
