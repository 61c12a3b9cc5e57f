//! Renames of `NOT NULL` constraints.

use std::collections::BTreeMap;

use super::{rename::Renaming, rename_order::order_renames};
use crate::{
    plan::Renames,
    schema::{Name, Object},
};

impl Renaming<'_> {
    /// Renames the `NOT NULL` constraints that are named after a table or column that is renamed.
    /// Between databases, renames all whose names differ.
    pub(super) fn rename_not_nulls(&mut self, hints: &Renames) {
        let hints = hints.reversed();
        let is_whole = !self.to.namespaces.is_empty();
        for (name, wanted) in &self.to.tables {
            let Some(it) = self.schema.tables.get(name) else { continue };
            let old_table = hints.table(name);
            let mut pairs = BTreeMap::new();
            for column in &wanted.columns {
                let was = it.column(&column.name).and_then(|was| was.not_null.0.clone());
                let Some((old, new)) = was.zip(column.not_null.0.clone()) else { continue };
                let hint = hints.columns.iter().find(|(of, is, _)| of == old_table && *is == column.name);
                let old_column = hint.map_or(&column.name, |(_, _, was)| was);
                if is_whole || old == old_table.not_null(old_column) {
                    pairs.insert(Name::local(old), Name::local(new));
                }
            }
            let others = it.columns.iter().filter_map(|column| column.not_null.0.as_ref());
            let taken = it.constraints.keys().chain(others).map(Name::local).collect();
            for (old, new, _) in order_renames(pairs, taken) {
                self.push(Object::constraint(name, old.name), new, true);
            }
        }
    }
}
