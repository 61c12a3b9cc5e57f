//! What the order of statements depends on besides objects.

use crate::{
    order::Thing,
    schema::{Constraint, ConstraintKind, Name, Object},
};

/// The rows hold what they should in these columns, as a unique index that is built needs it.
pub(super) fn filled<'c>(table: &Name, columns: impl IntoIterator<Item = &'c String>) -> Vec<Thing> {
    columns.into_iter().map(|column| Thing::Filled(table.clone(), column.clone())).collect()
}

/// The columns of a primary key do not take `NULL`.
pub(super) fn not_nulls(table: &Name, it: &Constraint) -> Vec<Thing> {
    match &it.kind {
        ConstraintKind::PrimaryKey(key) => {
            key.columns.iter().map(|column| Thing::Null(table.clone(), column.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// A table has one primary key.
pub(super) fn primary(table: &Name, it: &Constraint) -> Option<Thing> {
    matches!(it.kind, ConstraintKind::PrimaryKey(_)).then(|| Thing::PrimaryKey(table.clone()))
}

/// The index that a constraint has, whose name is taken among tables and indexes.
pub(super) fn own_index(table: &Name, name: &str, kind: &ConstraintKind) -> Option<Object> {
    kind.has_index().then(|| Object::index(table, name))
}
