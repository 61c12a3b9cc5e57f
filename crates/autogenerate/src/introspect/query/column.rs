//! Columns.

use futures_util::TryStreamExt as _;
use sqlx::{Row as _, postgres::PgRow};

use super::{
    reader::{Reader, table_of_row},
    sequence::sequence_options,
};
use crate::{
    introspect::{
        canonical::canonicalize,
        scope::Scope,
        uses::{AllUses, Owner},
    },
    schema::{Column, Expression, Generated, Identity, NotNull},
};

impl Reader<'_> {
    pub(crate) async fn columns(&mut self) -> sqlx::Result<()> {
        let mut rows = sqlx::query(include_str!("column.sql"))
            .bind(self.oids())
            .bind(*self.scope == Scope::Database)
            .fetch(&mut *self.conn);
        while let Some(row) = rows.try_next().await? {
            let column = column(&row, self.scope, &mut self.uses)?;
            table_of_row(&mut self.tables, &row)?.columns.push(column);
        }
        Ok(())
    }
}

fn column(row: &PgRow, scope: &Scope, uses: &mut AllUses) -> sqlx::Result<Column> {
    let mut expression = match (row.try_get("default")?, row.try_get("expression")?) {
        (Some(oid), Some(sql)) => Some(Expression {
            sql: canonicalize(sql),
            uses: uses.remove(&Owner::Default(oid)).unwrap_or_default(),
        }),
        _ => None,
    };
    let generated = match row.try_get("generated")? {
        "" => None,
        kind => expression.take().map(|expression| Generated { expression, stored: kind == "s" }),
    };
    let identity = match row.try_get("identity")? {
        "" => None,
        kind => {
            // Since PostgreSQL 17, a partition uses the sequence of its parent table.
            let own = row.try_get::<Option<i64>, _>("start")?.is_some();
            let options = if own { Some(sequence_options(row)?) } else { None };
            Some(Identity { always: kind == "a", options })
        }
    };
    Ok(Column {
        name: row.try_get("name")?,
        data_type: row.try_get("data_type")?,
        enum_type: scope.name_in(row, "enum")?,
        type_uses: uses
            .remove(&Owner::Column(row.try_get("table")?, row.try_get("number")?))
            .unwrap_or_default()
            .others,
        row_type: scope.name_in(row, "row")?,
        collation: row.try_get("collation")?,
        inherited: row.try_get("inherited")?,
        nullable: row.try_get("nullable")?,
        not_null: NotNull(row.try_get("not_null")?),
        default: expression,
        identity,
        identity_sequence: scope.name_in(row, "sequence")?,
        generated,
        comment: row.try_get("comment")?,
    })
}
