//! Foreign keys that move to a new column, to reference the same rows by another key.

use crate::{
    kinds::planner::Planner,
    plan::Slot,
    schema::{Constraint, ConstraintKind, Name, Object, quote_identifier},
};

/// A foreign key that a new one replaces. Its column is dropped.
pub(super) struct MovedReference<'a> {
    /// The old column.
    pub(super) column: &'a String,
    /// The referenced table.
    pub(super) table: &'a Name,
    /// The column that the old key references.
    pub(super) referenced: &'a String,
    /// The new columns.
    to: (&'a String, &'a String),
}

impl Planner<'_> {
    /// The foreign key that `it`, whose column is new and nullable, replaces.
    pub(super) fn moved_reference<'s>(
        &'s self,
        table: &Name,
        it: &'s Constraint,
    ) -> Option<MovedReference<'s>> {
        let (new, other, key) = single(it)?;
        let column = self.to.column(table, new)?;
        let is_gone =
            |table: &Name, column: &String| self.delta.dropped.contains(&Object::column(table, column));
        let mut old = self.from.tables.get(table)?.constraints.values().filter_map(single);
        let (column_was, _, referenced) = old.find(|(column, references, referenced)| {
            *references == other && is_gone(table, column) && *referenced != key
        })?;
        let is_new = self.delta.added.contains(&Object::column(table, new)) && column.nullable;
        // One state of the database must have both keys, so that values can be looked up.
        let stays = self.from.column(other, key).is_some() || self.to.column(other, referenced).is_some();
        (is_new && stays && column.default.is_none()).then_some(MovedReference {
            column: column_was,
            table: other,
            referenced,
            to: (new, key),
        })
    }

    /// A slot for the values of the new column.
    pub(super) fn carry_slot(&self, table: &Name, moved: &MovedReference<'_>) -> Option<Slot> {
        let [old, referenced, new, key] =
            [moved.column, moved.referenced, moved.to.0, moved.to.1].map(|name| quote_identifier(name));
        let other = moved.table;
        let title = format!("carry the references of {table}.{old} over to {table}.{new}");
        let update = format!(
            "UPDATE {table} SET {new} = (SELECT other.{key} FROM {other} AS other WHERE other.{referenced} = {table}.{old})\n\
             WHERE {old} IS NOT NULL AND {new} IS NULL"
        );
        let rows = format!("{table} WHERE {old} IS NOT NULL");
        let slot = self.slot(table, title, &rows, [format!("{update};"), update])?;
        let remaining = format!("SELECT count(*) FROM {rows} AND {new} IS NULL");
        Some(Slot { remaining, ..slot })
    }
}

/// The column, the table and the column that a foreign key of one column references.
fn single(it: &Constraint) -> Option<(&String, &Name, &String)> {
    match &it.kind {
        ConstraintKind::ForeignKey { columns, references, referenced } => {
            Some((columns.first().filter(|_| columns.len() == 1)?, references, referenced.first()?))
        }
        _ => None,
    }
}
