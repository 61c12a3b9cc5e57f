//! Tables, and what they are made of.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{PgConnection, Row as _, postgres::PgRow, postgres::types::Oid};

use super::{
    Scope,
    objects::sequence_options,
    settle::settle,
    uses::{AllUses, Owner},
};
use crate::schema::{
    Column, Constraint, ConstraintKind, Expression, Generated, Identity, Index, Key, Name, PartitionOf, Table,
};

/// Tables by their object identifiers.
pub(super) type Tables = HashMap<Oid, (Name, Table)>;

/// What only the index of a constraint knows, by the constraint.
pub(super) type Keys = HashMap<Oid, KeyIndex>;

pub(super) struct KeyIndex {
    definition: String,
    options: Option<String>,
}

/// Tables without what they are made of.
pub(super) async fn tables(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
) -> Result<Tables, sqlx::Error> {
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
    sqlx::query(include_str!("tables.sql"))
        .bind(spaces)
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(table)
        .collect()
}

/// The table that a row is about.
fn of<'a>(tables: &'a mut Tables, row: &PgRow) -> Result<&'a mut Table, sqlx::Error> {
    let oid: Oid = row.try_get("table")?;
    tables.get_mut(&oid).map(|(_, table)| table).ok_or(sqlx::Error::RowNotFound)
}

fn oids(tables: &Tables) -> Vec<Oid> {
    tables.keys().copied().collect()
}

pub(super) async fn columns(
    conn: &mut PgConnection,
    scope: &Scope,
    tables: &mut Tables,
    uses: &mut AllUses,
) -> Result<(), sqlx::Error> {
    let mut rows = sqlx::query(include_str!("columns.sql")).bind(oids(tables)).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let column = column(&row, scope, uses)?;
        of(tables, &row)?.columns.push(column);
    }
    Ok(())
}

fn column(row: &PgRow, scope: &Scope, uses: &mut AllUses) -> Result<Column, sqlx::Error> {
    let mut expression = match (row.try_get("default")?, row.try_get("expression")?) {
        (Some(oid), Some(sql)) => {
            Some(Expression { sql: settle(sql), uses: uses.remove(&Owner::Default(oid)).unwrap_or_default() })
        }
        _ => None,
    };
    let generated = match row.try_get("generated")? {
        "" => None,
        kind => expression.take().map(|expression| Generated { expression, stored: kind == "s" }),
    };
    let identity = match row.try_get("identity")? {
        "" => None,
        kind => {
            // A partition counts by the sequence of its table, since PostgreSQL 17.
            let own = row.try_get::<Option<i64>, _>("start")?.is_some();
            let options = if own { Some(sequence_options(row)?) } else { None };
            Some(Identity { always: kind == "a", options })
        }
    };
    Ok(Column {
        name: row.try_get("name")?,
        data_type: row.try_get("data_type")?,
        enum_type: scope.name_in(row, "enum")?,
        collation: row.try_get("collation")?,
        nullable: row.try_get("nullable")?,
        default: expression,
        identity,
        generated,
        comment: row.try_get("comment")?,
    })
}

/// Indexes; those of constraints are returned.
pub(super) async fn indexes(
    conn: &mut PgConnection,
    scope: &Scope,
    tables: &mut Tables,
    uses: &mut AllUses,
) -> Result<Keys, sqlx::Error> {
    let mut keys = Keys::new();
    let mut rows = sqlx::query(include_str!("indexes.sql")).bind(oids(tables)).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let definition = settle(row.try_get("definition")?);
        if let Some(constraint) = row.try_get("constraint")? {
            keys.insert(constraint, KeyIndex { definition, options: row.try_get("options")? });
            continue;
        }
        let index = Index {
            unique: row.try_get("unique")?,
            definition,
            part_of: scope.name_in(&row, "parent")?,
            valid: row.try_get("valid")?,
            uses: uses.remove(&Owner::Index(row.try_get("oid")?)).unwrap_or_default(),
            comment: row.try_get("comment")?,
        };
        of(tables, &row)?.indexes.insert(row.try_get("name")?, index);
    }
    Ok(keys)
}

pub(super) async fn constraints(
    conn: &mut PgConnection,
    scope: &Scope,
    tables: &mut Tables,
    keys: &Keys,
    uses: &mut AllUses,
) -> Result<(), sqlx::Error> {
    let mut rows = sqlx::query(include_str!("constraints.sql")).bind(oids(tables)).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let oid = row.try_get("oid")?;
        let kind = constraint_kind(&row, scope, keys.get(&oid))?;
        let constraint = Constraint {
            definition: definition(&row, &kind, keys.get(&oid))?,
            kind,
            validated: row.try_get("validated")?,
            inherited: row.try_get("inherited")?,
            uses: uses.remove(&Owner::Constraint(oid)).unwrap_or_default(),
            comment: row.try_get("comment")?,
        };
        of(tables, &row)?.constraints.insert(row.try_get("name")?, constraint);
    }
    Ok(())
}

fn constraint_kind(
    row: &PgRow,
    scope: &Scope,
    index: Option<&KeyIndex>,
) -> Result<ConstraintKind, sqlx::Error> {
    let key = || {
        Ok::<_, sqlx::Error>(Key {
            columns: row.try_get("columns")?,
            index: index.map(|index| index.definition.clone()).unwrap_or_default(),
            deferrable: row.try_get("deferrable")?,
        })
    };
    Ok(match row.try_get("kind")? {
        "p" => ConstraintKind::PrimaryKey(key()?),
        "u" => ConstraintKind::Unique(key()?),
        "f" => ConstraintKind::ForeignKey {
            columns: row.try_get("columns")?,
            references: scope.name_in(row, "references")?.ok_or(sqlx::Error::RowNotFound)?,
            referenced: row.try_get("referenced")?,
        },
        "x" => ConstraintKind::Exclusion,
        _ => ConstraintKind::Check,
    })
}

/// What `pg_get_constraintdef` prints, without `NOT VALID`, and with the storage parameters of a key's index, which it
/// leaves out.
fn definition(row: &PgRow, kind: &ConstraintKind, index: Option<&KeyIndex>) -> Result<String, sqlx::Error> {
    let mut definition = settle(row.try_get("definition")?);
    if let Some(length) = definition.strip_suffix(" NOT VALID").map(str::len) {
        definition.truncate(length);
    }
    let (ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key), Some(options)) =
        (kind, index.and_then(|index| index.options.as_ref()))
    else {
        return Ok(definition);
    };
    let before = definition.strip_suffix(key.deferrable.as_str()).unwrap_or(&definition).trim_end();
    Ok(format!("{before} WITH ({options}) {}", key.deferrable).trim_end().to_owned())
}
