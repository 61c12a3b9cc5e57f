//! Constraints.

use futures_util::TryStreamExt as _;
use sqlx::{Row as _, postgres::PgRow};

use super::{
    index::{KeyIndex, Keys},
    reader::{Reader, table_of_row},
};
use crate::{
    introspect::{canonical::canonicalize, printed::with_sorted_options, scope::Scope, uses::Owner},
    schema::{Constraint, ConstraintKind, Key},
};

impl Reader<'_> {
    pub(crate) async fn constraints(&mut self, keys: &Keys) -> sqlx::Result<()> {
        let mut rows = sqlx::query(include_str!("constraint.sql")).bind(self.oids()).fetch(&mut *self.conn);
        while let Some(row) = rows.try_next().await? {
            let oid = row.try_get("oid")?;
            let index = keys.get(&oid);
            let kind = constraint_kind(&row, self.scope, index)?;
            let constraint = Constraint {
                definition: definition(&row, &kind, index)?,
                kind,
                validated: row.try_get("validated")?,
                inherited: row.try_get("inherited")?,
                part_of: index.and_then(|index| index.part_of.clone()),
                is_named: index.is_some_and(|index| index.is_named),
                only: index.is_some_and(|index| index.only),
                also_own: row.try_get("also_own")?,
                uses: self.uses.remove(&Owner::Constraint(oid)).unwrap_or_default(),
                comment: row.try_get("comment")?,
            };
            table_of_row(&mut self.tables, &row)?.constraints.insert(row.try_get("name")?, constraint);
        }
        Ok(())
    }
}

fn constraint_kind(row: &PgRow, scope: &Scope, index: Option<&KeyIndex>) -> sqlx::Result<ConstraintKind> {
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

/// The output of `pg_get_constraintdef` without `NOT VALID`, plus the storage parameters of the
/// key's index, which it leaves out.
fn definition(row: &PgRow, kind: &ConstraintKind, index: Option<&KeyIndex>) -> sqlx::Result<String> {
    let mut definition = with_sorted_options(canonicalize(row.try_get("definition")?));
    if let Some(length) = definition.strip_suffix(" NOT VALID").map(str::len) {
        definition.truncate(length);
    }
    let options = index.and_then(|index| index.options.as_ref());
    let (Some(key), Some(options)) = (kind.key(), options) else {
        return Ok(definition);
    };
    let before = definition.strip_suffix(key.deferrable.as_str()).unwrap_or(&definition).trim_end();
    Ok(format!("{before} WITH ({options}) {}", key.deferrable).trim_end().to_owned())
}
